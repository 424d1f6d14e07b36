import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RIVALS } from './engines';
import { watched } from './watched';

/** The four studies, run once by one engine. */
export interface StudyResult {
  engine: string;
  /** Processes side by side. */
  workers: number;
  /** Wall time from start to end of the command, in seconds. */
  seconds: number;
  /** Processor time of all its processes, in seconds; absent where the system does not tell. */
  cpuSeconds?: number;
  /** Most memory one of its processes ever held, in MB (2^20 bytes); absent where the system does not tell. */
  peakMb?: number;
  /** Most memory all of its processes held at a time, shared pages counted in each. */
  totalMb?: number;
  /** Mean accuracy at the end by `study/method`. */
  accuracy: Record<string, number>;
}

/** Sizes of the studies; the original's where absent. `testLimit` is the 1000 test images a task of the benchmark's `--quick`, or absent. */
export interface StudySize {
  epochs?: number;
  limit?: number;
  testLimit?: number;
}

const CLI = join(__dirname, '..', '..', 'src', 'benchmark', 'cli.js');

/** Why this library's studies cannot be run; undefined when they can. */
export function studiesMissing(): string | undefined {
  return existsSync(CLI) ? undefined : 'studies: the benchmark command is not compiled; run npm run benchmark -- --help once';
}

/** The runs to make: this library and PyTorch, each with one process and with one a core; where it is to be quick, only the latter. */
export function plannedStudies(python: string | undefined, quick: boolean): { engine: string; workers: number }[] {
  const cores = availableParallelism();
  const counts = quick ? [cores] : [...new Set([1, cores])];
  return ['native', ...(python ? ['pytorch'] : [])].flatMap((engine) => counts.map((workers) => ({ engine, workers })));
}

/** Runs the four studies of this library through its benchmark command. */
export async function runLibraryStudies(workers: number, size: StudySize): Promise<StudyResult> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-studies-'));
  const file = join(folder, 'results.json');
  try {
    const usage = await watched(
      [
        process.execPath,
        CLI,
        '--workers',
        String(workers),
        '--json',
        file,
        '--no-store', // a run that was kept would take no time
        ...sizeArguments(size),
        ...(size.testLimit ? ['--quick'] : []),
      ],
      { CL_BACKEND: 'native' },
    );
    const { experiments } = JSON.parse(readFileSync(file, 'utf8')) as {
      experiments: { study: string; label: string; metrics: { acc: number } }[];
    };
    const accuracy = Object.fromEntries(experiments.map(({ study, label, metrics }) => [`${study}/${label}`, metrics.acc]));
    return { engine: 'native', workers, ...usage, accuracy };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names of the rows in this library's tables, for those of the PyTorch script. */
const LABELS: Record<string, string> = {
  naive: 'Naive',
  ewc: 'EWC λ=0.4',
  'ewc-100': 'EWC λ=100',
  er: 'ER',
  gem: 'GEM',
  pnn: 'PNN',
};

/**
 * Runs the same studies in PyTorch: one process with all cores, or several with one thread each.
 *
 * @param environment how its threads wait for each other; see `PASSIVE_WAITING`
 */
export async function runTorchStudies(
  python: string,
  dataFolder: string,
  workers: number,
  size: StudySize,
  environment: Record<string, string>,
): Promise<StudyResult> {
  const command = [
    python,
    join(RIVALS, 'torch_studies.py'),
    '--data',
    dataFolder,
    '--processes',
    String(workers),
    ...sizeArguments(size),
    ...(size.testLimit ? ['--test-limit', String(size.testLimit)] : []),
  ];
  const { output, ...usage } = await watched(command, { PYTHONDONTWRITEBYTECODE: '1', ...environment }, true);
  const { experiments } = JSON.parse(output!) as { experiments: { study: string; method: string; acc: number }[] };
  const accuracy = Object.fromEntries(experiments.map(({ study, method, acc }) => [`${study}/${LABELS[method]}`, acc]));
  return { engine: 'pytorch', workers, ...usage, accuracy };
}

function sizeArguments({ epochs, limit }: StudySize): string[] {
  return [...(epochs ? ['--epochs', String(epochs)] : []), ...(limit ? ['--limit', String(limit)] : [])];
}
