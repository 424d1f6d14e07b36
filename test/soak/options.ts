import { Command, InvalidArgumentError, Option } from 'commander';

/** The parts of the soak, in the order they are run. */
const PARTS = ['steps', 'readers', 'interrupts', 'kills'] as const;

/** What the command line says. */
export interface SoakOptions {
  /** Which parts to run. */
  only: (typeof PARTS)[number][];
  /** Training steps of each method, recorded. */
  steps: number;
  /** Training steps of each method, op by op. */
  opByOpSteps: number;
  /** Random corruptions of each kind of file. */
  corruptions: number;
  /** Interrupts of a training cell. */
  interrupts: number;
  /** Times the benchmark is killed. */
  kills: number;
  /** Seed of the moments and the corruptions. */
  seed: number;
}

const ABOUT = [
  'Puts the project under load for long and looks whether anything grows, gets lost or dies: many training steps of each method',
  '(tensors and memory), random corruptions of every kind of file that is read, interrupts of a training cell in the notebook',
  'kernel, and kill -9 of the benchmark at random moments. Prints what it did and found; exit status 1 where something is not as it has to be.',
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
): SoakOptions {
  return new Command('soak')
    .description(ABOUT)
    .addOption(new Option('--only <part...>', 'parts to run').choices([...PARTS]).default([...PARTS]))
    .option('--steps <n>', 'training steps of each method, recorded', positive, 20_000)
    .option('--op-by-op-steps <n>', 'training steps of each method, op by op', positive, 4000)
    .option('--corruptions <n>', 'random corruptions of each kind of file', positive, 10_000)
    .option('--interrupts <n>', 'interrupts of a training cell', positive, 100)
    .option('--kills <n>', 'times the benchmark is killed', positive, 30)
    .option('--seed <n>', 'seed of the moments and the corruptions', positive, 1)
    .configureOutput({ writeOut: write, writeErr: write })
    .showHelpAfterError('(--help shows all options)')
    .exitOverride()
    .parse(argv, { from: 'user' })
    .opts<SoakOptions>();
}

function positive(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}
