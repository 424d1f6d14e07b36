import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { COMMANDS_OF_README, README, snippets } from './parts';
import { ROOT, TABLES } from './tables';

const BETWEEN = (name: string) => new RegExp(`(<!-- table: ${name} -->\n)([^]*?)(\n<!-- end -->)`);

for (const [name, expected] of Object.entries(TABLES)) {
  test(`the README's table '${name}' is what the library says`, () => {
    const found = BETWEEN(name).exec(readFileSync(README, 'utf8'));
    assert.ok(found, `the README has no table '${name}'`);
    if (process.env.UPDATE_README) {
      const text = readFileSync(README, 'utf8');
      writeFileSync(
        README,
        text.replace(BETWEEN(name), (_, before: string, __, after: string) => before + expected() + after),
      );
      return;
    }
    assert.equal(found[2], expected(), 'run UPDATE_README=1 npm test -- readme to rewrite the tables');
  });
}

test('every command of the README exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  assert.ok(COMMANDS_OF_README.length >= 4);
  for (const command of COMMANDS_OF_README) assert.ok(command in scripts, `npm run ${command}`);
});

test('every dependency has a line in the README, and every line a dependency', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const table = /## Dependencies\n([^]*?)(\n## |$)/.exec(readFileSync(README, 'utf8'))![1];
  const named = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
  assert.deepEqual(named.sort(), Object.keys({ ...dependencies, ...devDependencies }).sort());
});

test('links and pictures of the README lead to files that exist', () => {
  const targets = [...readFileSync(README, 'utf8').matchAll(/\]\((?!https?:|#)([^)\s]+)\)/g)].map(([, target]) => target);
  for (const target of targets) assert.ok(existsSync(join(ROOT, target.split('#')[0])), target);
});

const folder = join(ROOT, 'dist', 'readme');
const code = snippets();

test("the README's code compiles with strict types", () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = code.map((text, i) => {
    const file = join(folder, `snippet${i}.mts`);
    writeFileSync(file, `${text}\nexport {};\n`);
    return file;
  });
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules', '@types')],
  });
  const problems = ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  assert.deepEqual(problems, []);
  program.emit();
});

code.forEach((text, i) => {
  test(`the README's code block ${i + 1} runs: ${text
    .split('\n')
    .find((line) => /new |=/.test(line))
    ?.trim()
    .slice(0, 60)}`, () => {
    const output = execFileSync(process.execPath, [join(folder, `snippet${i}.mjs`)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: ROOT,
    });
    const promised = [...text.matchAll(/\/\/ prints: (.+)$/gm)].map(([, line]) => line);
    for (const line of promised) assert.ok(output.includes(line), `expected '${line}' in:\n${output}`);
  });
});
