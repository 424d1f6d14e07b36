import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { COMMANDS, STEPS } from '../../kernel-setup/commands.mjs';
import { chooseFiles } from '../../kernel-setup/commands/test.mjs';
import { emptyProject, projectRoot, write } from './helpers.mjs';

const run = path.join(projectRoot, 'kernel-setup', 'run.mjs');
const { NODE_TEST_CONTEXT: _, ...env } = process.env;

test('an unknown command, and none, print the usage and exit with 2', () => {
  for (const args of [['nonsense'], [], ['constructor']]) {
    const { status, stderr } = spawnSync(process.execPath, [run, ...args], { encoding: 'utf8' });
    assert.equal(status, 2);
    for (const name of Object.keys(COMMANDS)) assert.match(stderr, new RegExp(`^ +${name} `, 'm'));
  }
});

test('every command asks for steps that exist, and every npm script that the set-up starts is a command', () => {
  for (const { needs, uses } of Object.values(COMMANDS)) for (const step of [...needs, ...uses]) assert.ok(step in STEPS, step);
  const { scripts } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8'));
  const started = Object.values(scripts)
    .map((script) => /kernel-setup\/run\.mjs (\S+)/.exec(script)?.[1])
    .filter(Boolean);
  assert.deepEqual(
    started.filter((name) => !(name in COMMANDS)),
    [],
  );
  assert.ok(started.length >= 4);
});

test('test files are picked by parts of their paths, sources and compiled', (t) => {
  const context = emptyProject(t);
  for (const file of [
    'dist/test/metrics/gate.test.js',
    'dist/test/data/idx.test.js',
    'dist/test/data/helper.js',
    'test/setup/run.test.mjs',
  ])
    write(context, file, '');
  assert.equal(chooseFiles(context, []).length, 3);
  assert.deepEqual(chooseFiles(context, ['metrics']), ['dist/test/metrics/gate.test.js']);
  assert.deepEqual(chooseFiles(context, ['test/data/idx.test.ts', 'setup/']), [
    'dist/test/data/idx.test.js',
    'test/setup/run.test.mjs',
  ]);
  assert.deepEqual(chooseFiles(context, ['nothing-like-it']), []);
});

test(
  'a command whose parts are all there starts where nothing can be written; one whose parts are not says what to do, without a stack',
  { skip: process.platform === 'win32' && 'there is no ulimit' },
  (t) => {
    const limited = (entry, command = 'benchmark') =>
      spawnSync('sh', ['-c', 'ulimit -f 0; exec "$0" "$1" "$2" --help', process.execPath, entry, command], {
        encoding: 'utf8',
        env,
      });
    spawnSync(process.execPath, [run, 'benchmark', '--help'], { env }); // everything is there
    const there = limited(run);
    assert.equal(there.status, 0, there.stderr);
    assert.match(there.stdout, /Usage: benchmark/);
    assert.doesNotMatch(there.stderr, /\n\s+at |EFBIG/);

    const { root } = emptyProject(t);
    cpSync(path.join(projectRoot, 'kernel-setup'), path.join(root, 'kernel-setup'), { recursive: true });
    const { status, stderr } = limited(path.join(root, 'kernel-setup', 'run.mjs'));
    assert.equal(status, 1);
    assert.match(stderr, /set-up: EFBIG: .*\n +what to do: the size of files is limited here: see ulimit -f\n/);
    assert.match(stderr, /npm run benchmark: not started, because node-packages is missing/);
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.equal(limited(path.join(root, 'kernel-setup', 'run.mjs'), 'gate').status, 2, 'the gate has not judged');
  },
);

test('wrong arguments and --help are answered before anything is set up', () => {
  for (const [args, status, words] of [
    [['doctor', '--fx'], 2, /Unknown option '--fx'\n\nusage: npm run doctor -- \[--fix\]/],
    [['doctor', 'all'], 2, /usage: npm run doctor/],
    [['doctor', '--help'], 0, /Changes nothing/],
    [['notebooks', '--help'], 0, /about [^\n]+2-core CPU/],
    [['notebooks', '99'], 2, /no notebook has '99' in its name/],
    [['lab', '--help'], 0, /FOLDER/],
    [['lab', 'no-such-folder'], 2, /there is no folder or notebook no-such-folder/],
  ]) {
    const result = spawnSync(process.execPath, [run, ...args], { encoding: 'utf8', env });
    assert.equal(result.status, status, args.join(' '));
    assert.match(result.stdout + result.stderr, words);
    assert.doesNotMatch(result.stderr, /^ok /m, 'no step was taken');
    assert.equal(status === 0 ? result.stderr : result.stdout, '');
  }
});
