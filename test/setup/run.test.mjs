import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { COMMANDS, STEPS } from '../../kernel-setup/commands.mjs';
import { chooseFiles } from '../../kernel-setup/commands/test.mjs';
import { emptyProject, projectRoot, write } from './helpers.mjs';

const run = path.join(projectRoot, 'kernel-setup', 'run.mjs');
const { NODE_TEST_CONTEXT: _, ...env } = process.env;

/** Runs start() on a script of ours in a process of its own, as run.mjs does. */
const startScript = (script, ...args) => [
  '--input-type=module',
  '-e',
  `
  import { start } from ${JSON.stringify(path.join(projectRoot, 'kernel-setup', 'lib', 'start.mjs'))};
  process.exitCode = await start({ root: process.cwd(), env: process.env, out: process.stderr }, process.execPath, ['-e', ${JSON.stringify(script)}, '--', ...process.argv.slice(1)]);
`,
  '--',
  ...args,
];

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

test('arguments and exit code are passed on as they are', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    startScript('console.log(JSON.stringify(process.argv.slice(1))); process.exit(7)', '--epochs', '2 3', '$x'),
    { encoding: 'utf8' },
  );
  assert.deepEqual(JSON.parse(stdout), ['--epochs', '2 3', '$x']);
  assert.equal(status, 7);
});

test('a Ctrl-C lets the command end in its own way, with its own exit code', { timeout: 15_000 }, async (t) => {
  const script =
    'process.on("SIGINT", () => setTimeout(() => { console.log("saved"); process.exit(5); }, 300)); console.log("ready"); setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, startScript(script), { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  t.after(() => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      /* ended, as it should */
    }
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
    if (text === 'ready\n') child.kill('SIGINT');
  });
  const [code] = await once(child, 'close');
  assert.equal(text, 'ready\nsaved\n');
  assert.equal(code, 5);
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

test("the reporter leaves out libtensorflow's chatter and nothing else, and a failing test fails the run", (t) => {
  const context = emptyProject(t);
  write(
    context,
    'some.test.mjs',
    `import { test } from 'node:test';
    test('first', () => { process.stderr.write('I0000 00:00:1.2 3 port.cc:153] oneDNN custom operations are on.\\nown message\\n'); });
    test('second', () => { throw new Error('broken guarantee'); });`,
  );
  const reporter = path.join(projectRoot, 'kernel-setup', 'lib', 'reporter.mjs');
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--test', `--test-reporter=${reporter}`, '--test-reporter-destination=stdout', path.join(context.root, 'some.test.mjs')],
    { encoding: 'utf8', env },
  );
  assert.equal(status, 1);
  assert.match(stdout, /own message/);
  assert.match(stdout, /broken guarantee/);
  assert.match(stdout, /pass 1/);
  assert.doesNotMatch(stdout, /oneDNN/);
});
