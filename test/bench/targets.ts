import { isPytorch } from './engines';
import type { StepResult } from './steps';
import type { StudyResult } from './studies';

/** A speed that was aimed at: a ratio of two measurements that should not be above `limit`. */
export interface Target {
  /** In words. */
  what: string;
  limit: number;
  /** The ratio of wall times; undefined where a part of it was not measured. */
  measured?: number;
  /** The ratio of processor times, where all of it is done by one thread a core; hardly disturbed by other work on the machine. */
  cpu?: number;
}

const NAIVE_FLOOR = 1.15;
const TO_PYTORCH: Record<string, number> = {
  naive: 0.75,
  ewc: 0.75,
  er: 0.75,
  pnn: 0.75,
  gem: 0.8,
  'gem-agree': 0.8,
  'conv-er-first': 0.9,
  'conv-er': 0.9,
};
/** To JAX, every method. */
const JAX_ONE_CORE = 1.05;
const JAX_ALL_CORES = 1.1;
const BOTH_CORES = 0.8;
const WASM = 5;
const ONE_PROCESS = 0.5;
const ONE_A_CORE = 0.65;

/** The targets with what was measured; those of parts that were not run have no ratio. */
export function compareWithTargets(steps: StepResult[], studies: StudyResult[]): Target[] {
  const find = (engine: string, method: string, threads = 1) =>
    steps.find((each) => each.engine === engine && each.method === method && each.threads === threads);
  const against = (engine: string) => ({
    measured: ratio(find('native', 'naive')?.msPerStep, find(engine, 'naive')?.msPerStep),
    cpu: ratio(find('native', 'naive')?.cpuMsPerStep, find(engine, 'naive')?.cpuMsPerStep),
  });
  const cores = Math.max(...steps.map(({ threads }) => threads), 1);
  const pytorch = steps.filter(({ engine, method }) => isPytorch(engine) && method === 'naive');
  const best = Math.min(...pytorch.map(({ msPerStep }) => msPerStep));
  const seconds = (engine: string, workers: number) =>
    studies.find((each) => each.engine === engine && each.workers === workers)?.seconds;
  const cpuSeconds = (engine: string, workers: number) =>
    studies.find((each) => each.engine === engine && each.workers === workers)?.cpuSeconds;
  const most = Math.max(...studies.map(({ workers }) => workers), 1);
  return [
    ...Object.entries(TO_PYTORCH).map(([method, limit]) => ({
      what: `${method}: native / PyTorch, one core each`,
      limit,
      measured: find('native', method)?.toPytorch,
      cpu: find('native', method)?.cpuToPytorch,
    })),
    ...Object.keys(TO_PYTORCH).flatMap((method) =>
      [...new Set([1, cores])].map((threads) => ({
        what: `${method}: native / JAX, ${threads === 1 ? 'one core each' : 'all cores'}`,
        limit: threads === 1 ? JAX_ONE_CORE : JAX_ALL_CORES,
        measured: find('native', method, threads)?.toJax,
        cpu: threads === 1 ? find('native', method)?.cpuToJax : undefined,
      })),
    ),
    { what: 'naive: native / the eight matrix products', limit: NAIVE_FLOOR, ...against('gemm-floor') },
    {
      what: "naive: native with all cores / PyTorch's best",
      limit: BOTH_CORES,
      measured: ratio(find('native', 'naive', cores)?.msPerStep, Number.isFinite(best) ? best : undefined),
    },
    {
      what: 'naive: wasm / native, one core each',
      limit: WASM,
      measured: ratio(find('wasm', 'naive')?.msPerStep, find('native', 'naive')?.msPerStep),
      cpu: ratio(find('wasm', 'naive')?.cpuMsPerStep, find('native', 'naive')?.cpuMsPerStep),
    },
    {
      what: 'studies: native, all cores / one PyTorch process',
      limit: ONE_PROCESS,
      measured: ratio(seconds('native', most), seconds('pytorch', 1)),
    },
    {
      what: 'studies: native, all cores / one PyTorch process a core',
      limit: ONE_A_CORE,
      measured: ratio(seconds('native', most), seconds('pytorch', most)),
      cpu: ratio(cpuSeconds('native', most), cpuSeconds('pytorch', most)),
    },
  ];
}

function ratio(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}
