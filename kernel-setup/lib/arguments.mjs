import { parseArgs } from 'node:util';

/**
 * Reads the arguments of a command.
 * @param {string[]} args
 * @param {string} usage what `--help` prints, and what follows a wrong argument
 * @param {{options?: object, names?: boolean}} [what] options as for node:util's parseArgs; whether names may stand beside them
 * @returns {{values: object, names: string[]} | {text: string, code: number}} the latter where there is only something to print
 */
export function readArguments(args, usage, { options = {}, names = false } = {}) {
  try {
    const all = { ...options, help: { type: 'boolean', short: 'h' } };
    const { values, positionals } = parseArgs({ args, options: all, allowPositionals: names });
    return values.help ? { text: usage, code: 0 } : { values, names: positionals };
  } catch (error) {
    return wrongArguments(error.message.split('. ')[0], usage);
  }
}

/** What a command answers to arguments that it cannot take. */
export const wrongArguments = (reason, usage) => ({ text: `${reason}\n\n${usage}`, code: 2 });
