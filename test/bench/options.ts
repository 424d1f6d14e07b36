import { Command, InvalidArgumentError, Option } from 'commander';
import { join } from 'node:path';
import { ROOT } from './engines';

/** The parts of the bench. */
export const PARTS = ['steps', 'growth', 'studies'] as const;
/** The methods whose step is timed. */
export const STEP_METHODS = ['naive', 'ewc', 'er', 'gem', 'gem-agree', 'pnn', 'conv-er-first', 'conv-er'];

/** Where results go unless another folder is named: what the README shows is never replaced by the way. */
const DEFAULT_OUT = join(ROOT, '.cache', 'bench');

/** What the command line says. */
export interface BenchOptions {
  /** A Python that has torch, jax or both. */
  python?: string;
  /** Folder of the results. */
  out: string;
  /** A built checkout of the project to compare this one with; absent: the bench itself. */
  against?: string;
  /** Two minutes in place of an hour. */
  quick: boolean;
  /** Which parts to run. */
  only: string[];
  /** Engines by name; absent: all. */
  engine?: string[];
  /** Methods whose step is timed. */
  method: string[];
  /** Epochs a task in the studies; absent: 5, quick 1. */
  epochs?: number;
  /** Rounds of alternating measurements; absent: 11 for the steps, 5 for growth; quick 2 and 1. */
  rounds?: number;
}

const ABOUT = [
  'Times a training step of this library, of stock tfjs-node, of PyTorch and of JAX side by side, how it grows, and the four studies.',
  'Standard step: 784-256-256-2, batch 64, SGD with momentum, random data in memory; EWC and replay with one past task, GEM with',
  'three past tasks of 256 samples (gem: every step is projected, gem-agree: none), PNN its third column; conv-er: replay with a',
  'convolutional network of one head on tasks of two classes each, its second task and (conv-er-first) its first. Each engine has a process of its own; they are measured in turn, warm-up',
  'excluded, one core each where the system can bind processes. Other work on the machine lengthens wall times; processor times stay. Figures: median over the rounds [lower, upper quartile].',
].join(' ');

/**
 * Reads the command line.
 *
 * @param argv arguments without program and script
 * @throws CommanderError when an argument is wrong, and for `--help` once it is printed
 */
export function parseOptions(
  argv: string[],
  write: (text: string) => void = (text) => void process.stdout.write(text),
): BenchOptions {
  return new Command('bench')
    .description(ABOUT)
    .option('--python <path>', 'a Python that has torch, jax or both; without it they are left out')
    .option(
      '--out <folder>',
      'where measured.json (one result a machine) and speed.svg go; test/bench is what the README shows, and takes the whole bench only',
      DEFAULT_OUT,
    )
    .addOption(
      new Option(
        '--against <folder>',
        'instead of all this, compare this build of the library with the one in another checkout: steps, start-up, memory',
      ).conflicts(['python', 'only', 'epochs']),
    )
    .option('--quick', 'two minutes: fewer rounds, small studies', false)
    .addOption(new Option('--only <part...>', 'parts to run').choices([...PARTS]).default([...PARTS]))
    .option('--engine <name...>', 'engines to measure, e.g. native pytorch (default: all)')
    .addOption(new Option('--method <name...>', 'methods to time').choices(STEP_METHODS).default(STEP_METHODS))
    .option('--epochs <n>', 'epochs a task in the studies (default: 5, quick 1)', positive)
    .option(
      '--rounds <n>',
      'alternating rounds (default: 11 for the steps, 5 for growth, 7 of each pair of processes for --against; quick 2, 1 and 2)',
      positive,
    )
    .configureOutput({ writeOut: write, writeErr: write })
    .showHelpAfterError('(--help shows all options)')
    .exitOverride()
    .parse(argv, { from: 'user' })
    .opts<BenchOptions>();
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}
