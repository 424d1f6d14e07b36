import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readNotebooks, summary } from '../../kernel-setup/commands/notebooks.mjs';
import { createContext } from '../../kernel-setup/lib/context.mjs';
import { notebookNames } from '../../kernel-setup/lib/shipped.mjs';
import { compareWithPins } from '../../kernel-setup/steps/python-packages.mjs';
import { emptyProject, projectRoot } from './helpers.mjs';

const here = createContext();
const all = notebookNames(here);
const read = (...args) => readNotebooks(args, here, { INIT_CWD: '/elsewhere' });
const needsJupyter = { skip: compareWithPins(here) !== '' && !here.isCI && compareWithPins(here), timeout: 240_000 };

test('names pick notebooks by their parts; without one all are meant', () => {
  assert.deepEqual(read().request, { names: all, out: undefined });
  assert.deepEqual(read('03', 'transfer').request.names, ['03-class-incremental.ipynb', '04-forward-transfer.ipynb']);
  assert.deepEqual(read('03', '--out', 'mine').request.out, path.resolve('/elsewhere', 'mine'));
  assert.match(read('03', '99').text, /no notebook has '99' in its name/);
});

test('settings are read as JSON or text, and never go over the committed notebook', () => {
  const { settings, out } = read('03', '--set', 'epochs=1', '--set', 'seeds=[1, 2]', '--set', 'data=synthetic').request;
  assert.deepEqual(settings, { epochs: 1, seeds: [1, 2], data: 'synthetic' });
  assert.equal(out, path.join(projectRoot, 'notebooks', 'variants'));
});

test('a setting that a notebook does not have, or of another kind, is refused with what it has', () => {
  const cases = [
    [['03', '--set', 'epoch=1'], /03-class-incremental has no setting 'epoch'; it has data, .*epochs/],
    [['03', '--set', 'epochs=many'], /epochs is a number in 03-class-incremental, not "many"/],
    [['03', '--set', 'epochs="1"'], /epochs is a number in 03-class-incremental, not "1"/],
    [['03', '--set', 'seeds=1'], /seeds is a list/],
    [['03', '--set', 'data=7'], /data is a text/],
    [['03', '--set', 'epochs'], /--set epochs is no NAME=VALUE/],
    [['--set', 'margin=1'], /00-start-here has no setting 'margin'/],
    [['--sett', 'epochs=1'], /Unknown option '--sett'/],
  ];
  for (const [args, message] of cases) {
    const { text, code } = read(...args);
    assert.match(text, message);
    assert.equal(code, 2);
  }
});

test('--help names every notebook with the time it states', () => {
  const { text, code } = read('--help');
  assert.equal(code, 0);
  for (const name of all) assert.match(text, new RegExp(`${name.replace('.ipynb', '')} +about .*CPU`));
});

test('the last words say what was written and what was not', () => {
  const outcome = { written: ['00-a.ipynb'], failed: ['01-b.ipynb'], left: ['02-c.ipynb', '03-d.ipynb'] };
  assert.equal(
    summary(here, outcome, undefined, true),
    '\nInterrupted. Written: 00-a.\nFailed, not written: 01-b.\nNot run to the end, as they were: 02-c, 03-d.\n',
  );
  assert.equal(summary(here, { written: ['00-a.ipynb'], failed: [], left: [] }, undefined, false), 'Written: 00-a.\n');
});

/** `npm run notebooks` as it is started by npm, in a group of its own. */
function run(...args) {
  const child = spawn(process.execPath, [path.join(projectRoot, 'kernel-setup', 'run.mjs'), 'notebooks', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said.text += chunk));
  return { child, said };
}

test('a notebook with other settings is written elsewhere, with them, and the committed one stays', needsJupyter, async (t) => {
  const { root } = emptyProject(t);
  const committed = path.join(projectRoot, 'notebooks', '00-start-here.ipynb');
  const before = readFileSync(committed, 'utf8');
  const { child, said } = run('00', '--set', 'limitPerTask=200', '--set', 'epochs=1', '--out', root);
  const [code] = await once(child, 'close');
  assert.equal(code, 0, said.text);
  assert.equal(readFileSync(committed, 'utf8'), before);
  assert.deepEqual(readdirSync(root), ['00-start-here.limitPerTask=200,epochs=1.ipynb']);
  const { cells } = JSON.parse(readFileSync(path.join(root, readdirSync(root)[0]), 'utf8'));
  const source = cells.map((cell) => [cell.source].flat().join('')).find((text) => text.includes('const settings'));
  assert.match(source, /void Object\.assign\(settings, \{"limitPerTask": 200, "epochs": 1\}\);$/);
  assert.ok(cells.some((cell) => cell.outputs?.length > 0));
  assert.doesNotMatch(said.text, /absl::InitializeLog|oneDNN/);
});

test('Ctrl-C says what was written and what was not, without a traceback, and leaves no kernel', needsJupyter, async (t) => {
  const { root } = emptyProject(t);
  const { child, said } = run('00', '--set', 'epochs=100', '--out', root);
  while (!said.text.includes('00-start-here (')) await once(child.stderr, 'data');
  await new Promise((resolve) => setTimeout(resolve, 8000)); // in the middle of a cell
  process.kill(-child.pid, 'SIGINT');
  const [code] = await once(child, 'close');
  assert.equal(code, 130, said.text);
  assert.match(said.text, /\nInterrupted\. Written into .*: none\.\nNot run to the end, as they were: 00-start-here\.\n$/);
  assert.doesNotMatch(said.text, /Traceback|Error/);
  assert.deepEqual(readdirSync(root), []);
});
