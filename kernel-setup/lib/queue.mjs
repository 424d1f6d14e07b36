/**
 * Takes the URL of a queue out of the arguments where it may hold a password, and into the environment: a list of processes shows
 * arguments to every user of the machine.
 * @param {string} command what this process is called instead
 * @param {string[]} args
 * @returns {{request: string[], env?: NodeJS.ProcessEnv}} settings of the context, see commands.mjs
 */
export function hideQueue(command, args, env = process.env) {
  const at = args.findIndex((arg, i) => /^--queue=.*@/.test(arg) || (args[i - 1] === '--queue' && arg.includes('@')));
  if (at < 0) return { request: args };
  process.title = `npm run ${command}`;
  const joined = args[at].startsWith('--queue=');
  const url = joined ? args[at].slice('--queue='.length) : args[at];
  return { request: args.toSpliced(at, 1, ...(joined ? ['--queue'] : [])), env: { ...env, CL_QUEUE_URL: url } };
}
