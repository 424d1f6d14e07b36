import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { removeFolder } from '../../kernel-setup/lib/find.mjs';
import { emptyProject, projectRoot, writeProgram } from './helpers.mjs';

const lib = (name) => JSON.stringify(path.join(projectRoot, 'kernel-setup', 'lib', name));
const posix = { skip: process.platform === 'win32' && 'there are no process groups', timeout: 60_000 };

/** A module that runs start() on a script of ours in a process of its own, as run.mjs does. */
const starter = (script) => `
  import { start } from ${lib('start.mjs')};
  process.exitCode = await start({ root: process.cwd(), env: process.env, out: process.stderr }, process.execPath, ['-e', ${JSON.stringify(script)}, '--', ...process.argv.slice(1)]);
`;
const evaluate = (module, ...args) => ['--input-type=module', '-e', module, '--', ...args];
/** Says its id, and lives for a minute. */
const LIVES = 'console.log(process.pid); setTimeout(() => {}, 60_000)';

/** Starts a process in a group of its own and waits for its first line; the group is ended after the test. */
async function started(t, command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...options });
  t.after(() => quietly(() => process.kill(-child.pid, 'SIGKILL')));
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said.text += chunk));
  while (!/\n/.test(said.text)) await once(child.stdout, 'data');
  return { child, said };
}

function quietly(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}

const isAlive = (pid) => quietly(() => process.kill(pid, 0)) ?? false;

async function isGone(pid, seconds = 8) {
  for (let i = 0; i < seconds * 10 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  return !isAlive(pid);
}

test('arguments and exit code are passed on as they are', () => {
  const script = 'console.log(JSON.stringify(process.argv.slice(1))); process.exit(7)';
  const { status, stdout } = spawnSync(process.execPath, evaluate(starter(script), '--epochs', '2 3', '$x'), {
    encoding: 'utf8',
  });
  assert.deepEqual(JSON.parse(stdout), ['--epochs', '2 3', '$x']);
  assert.equal(status, 7);
});

test('a command that is not there is named, and one that a signal ended gives 128 and its number', posix, () => {
  const missing = `import { start } from ${lib('start.mjs')};
    process.exitCode = await start({ root: '/', env: process.env, out: process.stderr }, 'no-such-program', []);`;
  const { status, stderr } = spawnSync(process.execPath, evaluate(missing), { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [127, 'no-such-program was not found\n']);
  assert.equal(spawnSync(process.execPath, evaluate(starter('process.kill(process.pid, "SIGABRT")'))).status, 134);
});

const SAVES = `let heard = 0; process.on('SIGINT', () => { heard++; setTimeout(() => { console.log('saved', heard); process.exit(5); }, 500); });
console.log('ready'); setInterval(() => {}, 1000)`;

test('a Ctrl-C lets the command end in its own way, with its own exit code', posix, async (t) => {
  const { child, said } = await started(t, process.execPath, evaluate(starter(SAVES)));
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  assert.deepEqual([said.text, code], ['ready\nsaved 1\n', 5]);
});

test('a Ctrl-C that reaches the whole group, and is passed on by others as well, reaches the command once', posix, async (t) => {
  const { child, said } = await started(t, process.execPath, evaluate(starter(SAVES)));
  process.kill(-child.pid, 'SIGINT');
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  assert.deepEqual([said.text, code], ['ready\nsaved 1\n', 5]);
});

test('a command ends when whoever started it is killed, with all it has started', posix, async (t) => {
  const script = `const { spawn } = require('node:child_process'); const inner = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
console.log(process.pid, inner.pid); process.on('SIGTERM', () => {}); setTimeout(() => {}, 60_000)`;
  const { child, said } = await started(t, process.execPath, evaluate(starter(script)));
  const pids = said.text.trim().split(' ').map(Number);
  t.after(() => pids.forEach((pid) => quietly(() => process.kill(pid, 'SIGKILL'))));
  child.kill('SIGKILL');
  for (const pid of pids) assert.ok(await isGone(pid), 'asked first, ended by force after five seconds');
});

// npm starts a shell, which starts us: whichever of both is ended, by whatever signal.
for (const [victim, signal] of [
  ['shell', 'SIGTERM'],
  ['npm', 'SIGKILL'],
  ['npm', 'SIGHUP'],
]) {
  test(`a command ends when the ${victim} above it is ended by ${signal}`, posix, async (t) => {
    if (victim === 'npm' && process.platform !== 'linux') return t.skip('only /proc tells who started a shell');
    const folder = emptyProject(t).root;
    writeFileSync(path.join(folder, 'starter.mjs'), starter(LIVES));
    // Stands for npm; the words after the command keep the shell from becoming the command.
    const npm = `const { spawn } = require('node:child_process');
const shell = spawn('sh', ['-c', '"$0" starter.mjs; exit $?', process.execPath], { stdio: 'inherit', env: { ...process.env, npm_lifecycle_event: 'lab' } });
require('node:fs').writeFileSync('shell', String(shell.pid)); setTimeout(() => {}, 60_000)`;
    const { child, said } = await started(t, process.execPath, ['-e', npm], { cwd: folder });
    const pid = Number(said.text);
    t.after(() => quietly(() => process.kill(pid, 'SIGKILL')));
    process.kill(victim === 'npm' ? child.pid : Number(readFileSync(path.join(folder, 'shell'), 'utf8')), signal);
    assert.ok(await isGone(pid));
  });
}

test('a command that was put into the background by hand goes on when its shell ends', posix, async (t) => {
  const folder = emptyProject(t).root;
  writeFileSync(path.join(folder, 'starter.mjs'), starter(LIVES));
  const { npm_lifecycle_event: _, ...env } = process.env;
  const { child, said } = await started(t, 'sh', ['-c', '"$0" starter.mjs & wait', process.execPath], { cwd: folder, env });
  const pid = Number(said.text);
  t.after(() => quietly(() => process.kill(pid, 'SIGKILL')));
  child.kill('SIGKILL');
  assert.equal(await isGone(pid, 2), false);
});

test('what the set-up runs ends when the set-up is killed, and the next start can remove what it wrote', posix, async (t) => {
  const context = emptyProject(t);
  const venv = path.join(context.root, '.venv');
  mkdirSync(venv);
  writeProgram(
    context.root,
    'pip',
    `echo $$ > pid; echo began >&2; i=0; while true; do i=$((i+1)); mkdir -p ${venv}/lib; : > ${venv}/lib/$i; done`,
  );
  const setUp = `import { runBounded } from ${lib('bounded.mjs')};
import { createContext } from ${lib('context.mjs')};
const context = createContext({ root: process.argv[1] });
setInterval(() => console.log('runs'), 200);
await runBounded(context, process.argv[1] + '/pip', [], { label: 'installing' });`;
  const { child } = await started(t, process.execPath, evaluate(setUp, context.root));
  while (!existsSync(path.join(context.root, 'pid'))) await new Promise((resolve) => setTimeout(resolve, 50));
  const pid = Number(readFileSync(path.join(context.root, 'pid'), 'utf8'));
  child.kill('SIGKILL');
  removeFolder(venv);
  assert.equal(existsSync(venv), false);
  assert.ok(await isGone(pid));
});
