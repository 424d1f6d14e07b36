// node kernel-setup/run.mjs COMMAND [arguments]; without a command it lists them
// Sets up what the command needs (nothing where all is there), then starts it. Needs Node only, no installed package.
import { COMMANDS, STEPS } from './commands.mjs';
import { stopAll } from './lib/bounded.mjs';
import { createContext } from './lib/context.mjs';
import { takeLock } from './lib/lock.mjs';
import { runSteps } from './lib/steps.mjs';

const OLDEST_NODE = [20, 19];

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]) {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  if (!command) return usage(name);
  const tooOld = nodeTooOld(process.versions.node);
  if (tooOld) {
    process.stderr.write(`${tooOld}\n`);
    return 1;
  }
  const context = createContext({ retry: command.retry });
  const { results, stoppedAt } = await setUp(context, command);
  if (stoppedAt) {
    process.stderr.write(
      `npm run ${name}: not started, because ${stoppedAt} is missing${context.isCI ? ' (CI=true: every part must be there)' : ''}\n`,
    );
    return 1;
  }
  return command.start(context, args, results);
}

async function setUp(context, command) {
  const release = await takeLock(context);
  // An interrupted step leaves its mark (lib/stamps.mjs) and is redone at the next start.
  const interrupt = (signal) => {
    stopAll();
    release();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
  try {
    return await runSteps(context, STEPS, command);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, interrupt);
    release();
  }
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
