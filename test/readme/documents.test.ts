import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gateCommand } from '../../src/benchmark/gate/arguments';
import { reproduceCommand } from '../../src/evidence/arguments';
import { anchorsOf, between, commandsIn, DOCUMENTS, linksOf, textOf } from './parts';
import type { DocumentName } from './parts';
import { ROOT } from './markdown';
import { TABLES } from './tables';
import { parseOptions } from '../soak/options';

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;

for (const [name, expected] of Object.entries(TABLES)) {
  test(`the table '${name}' stands in one document and is what the library says`, () => {
    const marker = between(`table: ${name}`);
    const places = DOCUMENTS.filter((document) => marker.test(textOf(document)));
    assert.equal(places.length, 1, `it stands in ${places.join(', ') || 'none'}`);
    const [document] = places;
    const text = textOf(document);
    if (process.env.UPDATE_README) {
      const updated = text.replace(marker, (_, before: string) => `${before}${expected()}\n<!-- end -->`);
      if (updated !== text) writeFileSync(join(ROOT, document), updated);
      return;
    }
    assert.equal(marker.exec(text)![2], expected(), 'run UPDATE_README=1 npm test -- readme to rewrite the tables');
  });
}

test('every marked table has somebody who computes it', () => {
  const marked = DOCUMENTS.flatMap((document) =>
    [...textOf(document).matchAll(/<!-- table: (.+?) -->/g)].map(([, name]) => name),
  );
  assert.deepEqual(
    marked.filter((name) => name !== '…' && !(name in TABLES)),
    [],
  );
});

test('every command that a document names exists, and the README names all commands', () => {
  for (const document of DOCUMENTS) {
    const unknown = commandsIn(textOf(document)).filter((command) => !(command in manifest.scripts));
    assert.deepEqual(unknown, [], document);
  }
  const missing = Object.keys(manifest.scripts).filter((command) => !new RegExp(`\\b${command}\\b`).test(textOf('README.md')));
  assert.deepEqual(missing, []);
});

/** What a command of the set-up prints for `--help`, which it does before anything is set up. */
const helpOf = (command: string) =>
  execFileSync(process.execPath, [join(ROOT, 'kernel-setup', 'run.mjs'), command, '--help'], { encoding: 'utf8' });

function helpOfSoak(): string {
  let help = '';
  assert.throws(() => parseOptions(['--help'], (text) => void (help += text)));
  return help;
}

test('every option that a document gives to a command exists', () => {
  const known: Record<string, string> = {
    benchmark: TABLES['benchmark options'](),
    bench: TABLES['bench options'](),
    gate: gateCommand(() => undefined).helpInformation(),
    reproduce: reproduceCommand(() => undefined).helpInformation(),
    soak: helpOfSoak(),
    notebooks: helpOf('notebooks'),
    doctor: helpOf('doctor'),
  };
  const calls = DOCUMENTS.flatMap((document) => [...textOf(document).matchAll(/`npm run (\w+) -- ([^`]*)`/g)]);
  const wrong = calls.flatMap(([call, command, rest]) => {
    const options = rest.match(/--[a-z-]+/g) ?? [];
    return command in known && options.some((option) => option !== '--help' && !known[command].includes(option)) ? [call] : [];
  });
  assert.ok(calls.length > 5);
  assert.deepEqual(wrong, []);
});

test('the README names every option of lab, notebooks and doctor', () => {
  const [, section] = /## Commands and options\n([^]*?)\n## /.exec(textOf('README.md'))!;
  for (const command of ['lab', 'notebooks', 'doctor']) {
    const options = [...helpOf(command).matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option);
    assert.ok(options.length > 0, command);
    assert.deepEqual(
      options.filter((option) => !section.includes(option)),
      [],
      command,
    );
  }
});

test('every dependency has a line in the README, and every line a dependency', () => {
  const { dependencies, devDependencies } = manifest;
  const [, table] = /## Dependencies\n([^]*?)(\n## |$)/.exec(textOf('README.md'))!;
  const named = [...table.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell]) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
  );
  assert.deepEqual(named.sort(), Object.keys({ ...dependencies, ...devDependencies }).sort());
});

for (const document of DOCUMENTS) {
  test(`links and pictures of ${document} lead to files and headings that exist`, () => {
    const links = linksOf(document);
    assert.ok(links.length > 0);
    const dead = links.filter(({ file, anchor }) => {
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== undefined && !anchorsOf(textOf(file as DocumentName)).includes(anchor);
    });
    assert.deepEqual(dead, []);
  });
}

test("the README's contents list every section", () => {
  const [, contents] = /## Contents\n([^]*?)\n## /.exec(textOf('README.md'))!;
  const sections = [...textOf('README.md').matchAll(/^## (.+)$/gm)].map(([, heading]) => anchorsOf(`# ${heading}`)[0]);
  const missing = sections.filter((anchor) => anchor !== 'contents' && !contents.includes(`(#${anchor})`));
  assert.deepEqual(missing, []);
});
