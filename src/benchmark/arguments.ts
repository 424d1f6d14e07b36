import { Command, InvalidArgumentError, Option } from 'commander';
import { availableParallelism } from 'node:os';
import { streamNames } from '../experiments/streams';
import { METHODS } from '../methods';
import type { BenchmarkRequest } from './plan';
import { QUICK, STUDIES } from './presets';

/** What the command line asks for. */
export interface Arguments {
  /** What is to be run. */
  request: BenchmarkRequest;
  /** Processes side by side. */
  workers: number;
  /** The queue on which the runs are put; its URL, or true for that of the environment; undefined: none. */
  queue: string | true | undefined;
  /** Where the results go; undefined: into the store only, as for one part of several unless a file was named. */
  json: string | undefined;
  /** Whether whatever is there may be replaced. */
  overwrite: boolean;
  /** The folder of the store; undefined: the default one, false: none. */
  store: string | false | undefined;
  /** Whether finished runs are repeated. */
  force: boolean;
  /** Which part of the plan is run, from 1, of how many; undefined: all of it. */
  shard: Shard | undefined;
  /** The file of tuned options; true: those that come with the library; undefined: none. */
  presets: string | true | undefined;
  /** Notes on old names that were used. */
  notes: string[];
}

/** One part of a plan. */
export interface Shard {
  /** Which, from 1. */
  index: number;
  /** Of how many. */
  count: number;
}

interface Options extends Omit<BenchmarkRequest, 'studies' | 'methods' | 'stream' | 'presets'> {
  study?: string[];
  scenario?: string[];
  stream?: string;
  dataset?: string;
  method?: string[];
  workers: number;
  queue?: string | true;
  json: string;
  overwrite?: boolean;
  store?: string | false;
  force?: boolean;
  shard?: Shard;
  presets?: string | true;
}

const RENAMED = { scenario: 'study', dataset: 'stream' } as const;

/** The command with its options; lists take commas and spaces alike. */
export function benchmarkCommand(): Command {
  const studyNames = STUDIES.map(({ name }) => name);
  const methodNames = METHODS.map(({ name }) => name);
  const inStudies = METHODS.filter((entry) => entry.inStudies !== false).map(({ name }) => name);
  const studies = listOf(studyNames);
  return new Command('benchmark')
    .description('Runs the four studies (task-, domain-, class-incremental, forward transfer) and prints their tables.')
    .addOption(list('--study <name...>', `studies to run, of ${studyNames.join(', ')} (default: all)`, studies))
    .addOption(list('--scenario <name...>', 'old name of --study', studies).hideHelp())
    .addOption(new Option('--stream <name>', "stream of tasks in place of the studies' own").choices(streamNames()))
    .addOption(new Option('--dataset <name>', 'old name of --stream').choices(streamNames()).hideHelp())
    .addOption(
      list(
        '--method <name...>',
        `methods to run, of ${methodNames.join(', ')} (default: ${inStudies.join(', ')})`,
        listOf(methodNames),
      ),
    )
    .addOption(list('--seeds <number...>', 'seeds, separated by commas or spaces (default: 42)', wholeNumbers))
    .option('--epochs <n>', 'epochs a task (default: 5)', positive)
    .option('--limit <n>', 'training images a task (default: all)', positive)
    .addOption(
      new Option('--data <kind>', 'real images (default), or random pixels as in the original tables').choices([
        'real',
        'synthetic',
      ]),
    )
    .addOption(
      new Option('--workers <n>', 'processes side by side').argParser(positive).default(availableParallelism(), 'one a core'),
    )
    .addOption(
      new Option(
        '--queue [url]',
        'other machines execute the runs: redis://HOST:6379 (default: CL_QUEUE_URL); see npm run worker',
      ).conflicts('workers'),
    )
    .option(
      '--presets [file]',
      'run methods with the options that npm run tune chose; without a file those of this library',
      named,
    )
    .option('--json <file>', 'where the results go', 'results.json')
    .option('--overwrite', 'replace that file even where it holds a larger benchmark, other runs or something else')
    .option(
      '--store <folder>',
      'where each run is kept as soon as it is finished (default: .cache/runs); finished ones are not repeated',
      named,
    )
    .option('--no-store', 'keep nothing but the results file')
    .option('--force', 'repeat finished runs')
    .option('--shard <i/n>', 'run the i-th of n parts, for job arrays; no results file unless --json names one', partOf)
    .option(
      '--quick',
      `under a minute: ${QUICK.epochs} epoch, ${QUICK.limitPerTask} training and ${QUICK.testLimitPerTask} test images a task`,
    )
    .addHelpText(
      'after',
      '\nExit status: 0 every run gave a result, 1 some did not or it could not be run, 130 or 143 a signal ended it.',
    )
    .showHelpAfterError('(--help shows all options)');
}

/** Reads the command line; ends the process with a message where it is wrong. */
export function readArguments(command: Command, argv: readonly string[]): Arguments {
  const given = command.parse(argv).opts<Options>();
  const { study, scenario, stream, dataset, method, workers, queue, json, overwrite = false, ...more } = given;
  const { store, force = false, shard, presets, ...request } = more;
  for (const [old, name] of Object.entries(RENAMED) as ['scenario' | 'dataset', 'study' | 'stream'][]) {
    if (given[old] && given[name]) command.error(`error: --${old} is the old name of --${name}: give one of them`);
  }
  const used = (Object.keys(RENAMED) as ('scenario' | 'dataset')[]).filter((old) => given[old]);
  return {
    request: { ...request, studies: study ?? scenario, stream: stream ?? dataset, methods: method },
    workers,
    queue,
    json: shard && command.getOptionValueSource('json') === 'default' ? undefined : json,
    overwrite,
    store,
    force,
    shard,
    presets,
    notes: used.map((old) => `--${old} is now called --${RENAMED[old]}; the old name goes with the next version`),
  };
}

export function list<T>(flags: string, description: string, parse: (text: string, before?: T[]) => T[]): Option {
  return new Option(flags, description).argParser(parse as (text: string, before: unknown) => T[]);
}

/** Reads names, of which only some are allowed. */
export function listOf(allowed: readonly string[]): (text: string, before?: string[]) => string[] {
  return (text, before = []) => {
    const names = parts(text);
    if (names.every((name) => allowed.includes(name))) return [...before, ...names];
    throw new InvalidArgumentError(`Allowed choices are ${allowed.join(', ')}.`);
  };
}

export function wholeNumbers(text: string, before: number[] = []): number[] {
  const values = parts(text).map((part) => (/^-?\d+$/.test(part) ? Number(part) : NaN));
  if (values.every(Number.isSafeInteger)) return [...before, ...values];
  throw new InvalidArgumentError('They must be whole numbers separated by commas or spaces, e.g. 42,43,44.');
}

/** The entries of one argument, `er,naive` or `er, naive`; an empty one stays and is refused by whoever reads it. */
function parts(text: string): string[] {
  return text
    .replace(/,\s*$/, '')
    .split(',')
    .map((part) => part.trim());
}

export function positive(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}

function partOf(text: string): Shard {
  const [, index, count] = /^(\d{1,7})\/(\d{1,7})$/.exec(text)?.map(Number) ?? [];
  if (index >= 1 && index <= count) return { index, count };
  throw new InvalidArgumentError('It must be a part and the number of parts, from 1/8 to 8/8.');
}

export function named(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is empty.');
}
