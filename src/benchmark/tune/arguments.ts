import { Command, InvalidArgumentError, Option } from 'commander';
import { availableParallelism } from 'node:os';
import { streamNames } from '../../experiments/streams';
import { METHODS } from '../../methods';
import { SCENARIOS } from '../../scenarios/compatibility';
import { list, listOf, named, positive, wholeNumbers } from '../arguments';
import { TUNING_SEEDS } from './plan';
import type { TuningRequest } from './plan';

/** What the command line asks for. */
export interface TuneArguments {
  /** What is to be searched. */
  request: TuningRequest;
  /** Processes side by side. */
  workers: number;
  /** Where the chosen options go. */
  presets: string;
  /** Further streams that they are used for. */
  alsoFor: readonly string[];
  /** The folder of the store; undefined: the default one. */
  store: string | undefined;
  /** Whether finished runs are repeated. */
  force: boolean;
}

interface Options extends Omit<TuningRequest, 'methods' | 'streams' | 'scenarios' | 'firstTasks'> {
  stream?: string[];
  scenario?: TuningRequest['scenarios'];
  tasks?: number;
  workers: number;
  presets: string;
  alsoFor?: string[];
  store?: string;
  force?: boolean;
}

/** The command with its options; lists take commas and spaces alike. */
export function tuneCommand(): Command {
  const tunable = METHODS.filter(({ grid }) => grid !== undefined).map(({ name }) => name);
  const methods = listOf(METHODS.map(({ name }) => name));
  const streams = listOf(streamNames());
  return new Command('tune')
    .description(
      'Searches the options of methods on a held-out part of the training data, and writes them for the benchmark. Test data is never read.',
    )
    .argument('<method...>', `methods to tune, of ${tunable.join(', ')}`, methods)
    .addOption(list('--stream <name...>', `streams to tune on, of ${streamNames().join(', ')} (default: split-mnist)`, streams))
    .addOption(
      list(
        '--scenario <name...>',
        'task-, domain- or class-incremental (default: those the stream is made for)',
        listOf(Object.keys(SCENARIOS)),
      ),
    )
    .option('--tasks <n>', 'learn the first n tasks only (default: all)', positive)
    .addOption(
      list('--seeds <number...>', `seeds, which reports must not use (default: ${TUNING_SEEDS.join(', ')})`, wholeNumbers),
    )
    .option('--validation <share>', "share of each task's training images that decides", share, 0.1)
    .option('--epochs <n>', 'epochs a task (default: 5)', positive)
    .option('--limit <n>', 'training images a task, those that decide included (default: all)', positive)
    .option('--lr <number>', 'learning rate in place of those of the grid', aboveZero)
    .addOption(new Option('--data <kind>', 'real images (default) or random pixels').choices(['real', 'synthetic']))
    .addOption(
      new Option('--workers <n>', 'processes side by side').argParser(positive).default(availableParallelism(), 'one a core'),
    )
    .option(
      '--presets <file>',
      'where the chosen options go; those of other methods, streams and scenarios stay',
      named,
      'presets.json',
    )
    .addOption(list('--also-for <stream...>', 'further streams that they are used for, in the same scenario', streams))
    .option('--store <folder>', 'where each run is kept; finished ones are not repeated (default: .cache/runs)', named)
    .option('--force', 'repeat finished runs')
    .addHelpText(
      'after',
      '\nExit status: 0 options were chosen in every search, 1 in some they were not or it could not be run, 130 or 143 a signal ended it.',
    )
    .showHelpAfterError('(--help shows all options)');
}

/** Reads the command line; ends the process with a message where it is wrong. */
export function readTuneArguments(command: Command, argv: readonly string[]): TuneArguments {
  const given = command.parse(argv);
  const { stream, scenario, tasks, workers, presets, alsoFor = [], store, force = false, ...more } = given.opts<Options>();
  const [methods] = given.processedArgs as [string[]];
  const request = { ...more, methods, streams: stream, scenarios: scenario, firstTasks: tasks };
  return { request, workers, presets, alsoFor: [...new Set(alsoFor)], store, force };
}

/** Options that say where runs are kept and executed, not what is searched. */
const PLACES = ['--store', '--presets', '--workers'];

/**
 * The command as presets tell it: without what only concerns the machine that it ran on, so that whoever reads it can give it anew.
 *
 * @param args what follows the command's name
 */
export function commandText(args: readonly string[]): string {
  const kept = args.filter((arg, i) => {
    const [name] = arg.split('=');
    return arg !== '--force' && !PLACES.includes(name) && !PLACES.includes(args[i - 1]);
  });
  return ['tune', ...kept].join(' ');
}

function share(text: string): number {
  const value = numberIn(text);
  if (value > 0 && value <= 0.9) return value;
  throw new InvalidArgumentError('It must be a number above 0 and at most 0.9.');
}

function aboveZero(text: string): number {
  const value = numberIn(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('It must be a number above 0.');
}

/** Only plain numbers: neither '' nor '0x10' nor 'Infinity'. */
function numberIn(text: string): number {
  return /^\d*\.?\d+(e-?\d+)?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : NaN;
}
