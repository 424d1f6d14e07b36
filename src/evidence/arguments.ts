import { Command, InvalidArgumentError } from 'commander';
import { availableParallelism } from 'node:os';
import { COMPARISON } from './comparison';
import { PROTOCOLS } from './protocols';

/** What the command line asks for. */
export interface ReproduceRequest {
  /** The protocol; undefined: all, for a list. */
  name: string | undefined;
  /** Whether nothing is run: only what the store holds is told. */
  list: boolean;
  /** Only lines whose label has one of these parts; undefined: all. */
  rows: string[] | undefined;
  /** Seeds, from 1 on; undefined: those of the protocol. */
  seeds: number | undefined;
  /** Processes side by side. */
  workers: number;
  /** The folder of the store; undefined: the default one. */
  store: string | undefined;
  /** Whether finished runs are repeated. */
  force: boolean;
  /** How the table is written. */
  form: 'text' | 'json' | 'markdown';
}

interface Options {
  list?: boolean;
  row?: string[];
  seeds?: number;
  workers?: number;
  store?: string;
  force?: boolean;
  json?: boolean;
  markdown?: boolean;
}

/**
 * The command with its options. Where the arguments are wrong, and for `--help`, `parse` throws a CommanderError after it has written
 * what is to be said.
 *
 * @param ask hears what was asked for
 */
export function reproduceCommand(ask: (request: ReproduceRequest) => void | Promise<void>): Command {
  const names = PROTOCOLS.map(({ name }) => name).join(', ');
  const command = new Command('reproduce')
    .description('Repeats a published experiment and compares its figures with ours.')
    .argument('[name]', `the protocol: ${names}; or ${COMPARISON.name}: ${COMPARISON.title}`)
    .option('--list', 'run nothing: tell what the store holds, of one protocol or of all')
    .option('--row <text...>', 'only lines whose name has one of these parts')
    .option('--seeds <n>', "seeds 1 to n (default: the protocol's number)", positive)
    .option('--workers <n>', 'processes side by side (default: one a core)', positive)
    .option('--store <folder>', 'where each run is kept; finished ones are not repeated (default: .cache/runs)')
    .option('--force', 'repeat finished runs')
    .option('--json', 'write the outcome as JSON')
    .option('--markdown', 'write the table as Markdown, for a page')
    .showHelpAfterError('(--help shows all options)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit status: 0 every published figure is reproduced (with --list: it was told), 1 some are not reached, 2 it could not be run.',
    );
  return command.action((name: string | undefined, options: Options) => ask(requestOf(command, name, options)));
}

function requestOf(command: Command, name: string | undefined, options: Options): ReproduceRequest {
  const { list: only = false, row, seeds, workers = availableParallelism(), store, force = false, json, markdown } = options;
  if (name === undefined && !only) command.error('error: name a protocol, or give --list');
  if (only && (seeds !== undefined || options.workers !== undefined || force)) {
    command.error('error: --list runs nothing: leave --seeds, --workers and --force out');
  }
  if (name === undefined && row) command.error('error: --row needs the name of a protocol');
  if (json && markdown) command.error('error: give --json or --markdown');
  const form = json ? 'json' : markdown ? 'markdown' : 'text';
  return { name, list: only, rows: row, seeds, workers, store, force, form };
}

function positive(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}
