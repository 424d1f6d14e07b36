// node kernel-setup/run.mjs COMMAND [arguments]; without a command it lists them
// Sets up what the command needs (nothing where all is there), then starts it. Needs Node only, no installed package.
import { COMMANDS, STEPS } from './commands.mjs';
import { stopAll } from './lib/bounded.mjs';
import { createContext } from './lib/context.mjs';
import { takeLock } from './lib/lock.mjs';
import { whenNpmEnds } from './lib/parents.mjs';
import { runSteps } from './lib/steps.mjs';
import { remedyFor } from './lib/trouble.mjs';

const OLDEST_NODE = [20, 19];
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]) {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  if (!command) return usage(name);
  const tooOld = nodeTooOld(process.versions.node);
  if (tooOld) {
    process.stderr.write(`${tooOld}\n`);
    return command.notStarted ?? 1;
  }
  const { text, code, request = args, ...settings } = command.read?.(args) ?? {};
  if (text !== undefined) {
    (code === 0 ? process.stdout : process.stderr).write(text);
    return code;
  }
  const context = createContext(settings);
  const { results, stoppedAt } = await setUp(context, command);
  if (stoppedAt) {
    process.stderr.write(
      `npm run ${name}: not started, because ${stoppedAt} is missing${context.isCI ? ' (CI=true: every part must be there)' : ''}\n`,
    );
    return command.notStarted ?? 1;
  }
  return command.start(context, request, results);
}

async function setUp(context, command) {
  if (context.look) return runSteps(context, STEPS, command);
  let release;
  try {
    release = await takeLock(context);
  } catch (error) {
    return withoutWriting(context, command, error);
  }
  // An interrupted step leaves its mark (lib/stamps.mjs) and is redone at the next start.
  const interrupt = (signal) => {
    stopAll();
    release();
    process.exit(CODES[signal]);
  };
  for (const signal of Object.keys(CODES)) process.on(signal, interrupt);
  const stopWatching = whenNpmEnds(context, () => interrupt('SIGTERM'));
  try {
    return await runSteps(context, STEPS, command);
  } finally {
    stopWatching();
    for (const signal of Object.keys(CODES)) process.off(signal, interrupt);
    release();
  }
}

/** Where nothing can be written, or another set-up does not end: a command whose parts are all there needs neither. */
async function withoutWriting(context, command, error) {
  const remedy = remedyFor(context, `${error.code} ${error.message}`, 'see the message');
  const there = await runSteps({ ...context, look: true }, STEPS, command);
  const stoppedAt = command.needs.find((name) => there.results[name].state !== 'ok');
  if (stoppedAt) context.out.write(`set-up: ${error.message}\n    what to do: ${remedy}\n`);
  return { ...there, stoppedAt };
}

function usage(name) {
  if (name) process.stderr.write(`unknown command: ${name}\n`);
  process.stderr.write('usage: node kernel-setup/run.mjs COMMAND [arguments], or npm run COMMAND -- [arguments]\n');
  for (const [command, { about }] of Object.entries(COMMANDS)) process.stderr.write(`  ${command.padEnd(10)} ${about}\n`);
  return 2;
}

function nodeTooOld(version) {
  const [major, minor] = version.split('.').map(Number);
  const old = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  return old ? `Node ${version} is too old: install Node ${OLDEST_NODE.join('.')} or newer` : '';
}
