import type { Engine } from './engine';
import { isJax, isPytorch } from './engines';
import type { Measured, StepRequest } from './protocol';
import { spread } from './statistics';

/** What was measured of one method on one engine. */
export interface StepResult {
  engine: string;
  method: string;
  /** Cores it could use; 1: its process was bound to one core. */
  threads: number;
  /** Median wall milliseconds per step over the rounds. */
  msPerStep: number;
  /** Lower quartile of the rounds. */
  low: number;
  /** Upper quartile of the rounds. */
  high: number;
  /** Median processor milliseconds per step. */
  cpuMsPerStep: number;
  /** Median over the rounds of this engine's time divided by PyTorch's with as many threads in the same round. */
  toPytorch?: number;
  /** The same of processor time. */
  cpuToPytorch?: number;
  /** As `toPytorch`, to the faster of JAX's two forms. */
  toJax?: number;
  /** The same of processor time. */
  cpuToJax?: number;
  /** Medians of what else the engine told, e.g. the share of projected steps. */
  extra?: Record<string, number>;
}

/** A point of a growth curve. */
export interface GrowthResult extends Omit<StepResult, 'extra' | 'toPytorch' | 'cpuToPytorch' | 'toJax' | 'cpuToJax'> {
  /** What varies: past tasks, samples a batch, or width of the hidden layers. */
  variable: 'tasks' | 'batch' | 'width';
  value: number;
}

/** A learning rate so small that the network stays as it is: the same work in every round. */
const STEADY = 1e-6;

const STANDARD = { tasks: 1, batch: 64, width: 256, lr: STEADY, conflict: true, warm: 64, steps: 192 };
const CONVOLUTIONAL = { method: 'conv-er', width: 128, warm: 16, steps: 48 };

/** What a row of the tables measures, where that is not the method of its name with `STANDARD`. */
const ROWS: Record<string, Partial<StepRequest>> = {
  naive: { tasks: 0 },
  gem: { tasks: 3, warm: 16, steps: 48 },
  'gem-agree': { method: 'gem', tasks: 3, conflict: false, warm: 16, steps: 48 },
  pnn: { tasks: 2 },
  'conv-er-first': { ...CONVOLUTIONAL, tasks: 0 },
  'conv-er': CONVOLUTIONAL,
};

/**
 * The standard configuration of each method: 784-256-256-2, batch 64; GEM three past tasks, PNN its third column. The
 * convolutional network is 28×28×1, 16 filters, pool, 32 filters, pool, 128, two classes a task; on its first task nothing is replayed.
 *
 * @param row `gem`: every step has to be projected; `gem-agree`: none; `conv-er-first`, `conv-er`: the first task and the second
 */
export function standardRequest(row: string): StepRequest {
  return { method: row, ...STANDARD, ...ROWS[row] };
}

/** One configuration on one engine. */
export interface Job {
  engine: Engine;
  request: StepRequest;
  /** The method's name in tables; it may say more than that of the request, e.g. `gem-agree`. */
  label: string;
}

/** The measurements of each job by round; those of a job that failed end there. */
export type Rounds = Map<Job, Measured[]>;

/**
 * Measures all jobs in turn, round after round, each round from another job on, so that a disturbance of the machine
 * meets all of them alike. A job that fails is reported once and left out from then on.
 */
export async function alternate(jobs: Job[], rounds: number, tell: (text: string) => void): Promise<Rounds> {
  const results: Rounds = new Map(jobs.map((job) => [job, []]));
  const given = new Set<Job>();
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < jobs.length; i++) {
      const job = jobs[(i + round) % jobs.length];
      if (given.has(job)) continue;
      try {
        results.get(job)!.push(await job.engine.measure(job.request));
      } catch (error) {
        given.add(job);
        tell(`left out: ${job.label} on ${(error as Error).message}`);
      }
    }
  }
  return results;
}

/** Medians and quartiles of a job's rounds; undefined where it never succeeded. */
export function summarise({ engine, label }: Job, done: Measured[]): StepResult | undefined {
  if (done.length === 0) return undefined;
  const { median, low, high } = spread(done.map(({ ms }) => ms));
  const names = Object.keys(done[0].extra ?? {});
  const extra = Object.fromEntries(names.map((name) => [name, spread(done.map((each) => each.extra![name])).median]));
  return {
    engine: engine.spec.name,
    method: label,
    threads: engine.spec.threads,
    msPerStep: median,
    low,
    high,
    cpuMsPerStep: spread(done.map(({ cpuMs }) => cpuMs)).median,
    ...(names.length && { extra }),
  };
}

/**
 * A job's time in relation to a rival's in the same round (same method, same threads); the median over the rounds. Where the rival
 * was measured in several forms, the one that is fastest in the median counts.
 */
function ratioTo(isRival: (engine: string) => boolean, job: Job, rounds: Rounds, clock: 'ms' | 'cpuMs'): number | undefined {
  const { threads } = job.engine.spec;
  const typical = (done: Measured[]) => spread(done.map((each) => each[clock])).median;
  const theirs = [...rounds]
    .filter(([{ engine, label }]) => isRival(engine.spec.name) && engine.spec.threads === threads && label === job.label)
    .map(([, done]) => done)
    .filter((done) => done.length > 0)
    .sort((a, b) => typical(a) - typical(b))[0];
  if (!theirs) return undefined;
  const ratios = rounds.get(job)!.flatMap((own, i) => (theirs[i] ? [own[clock] / theirs[i][clock]] : []));
  return ratios.length ? spread(ratios).median : undefined;
}

/**
 * Measures the standard step of every method on every engine that can do it, method by method.
 *
 * @param share steps of a measurement in parts of the usual number
 */
export async function measureSteps(
  engines: { engine: Engine; methods: string[] }[],
  methods: string[],
  rounds: number,
  share: number,
  tell: (text: string) => void,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const method of methods) {
    tell(`steps: ${method}`);
    const request = standardRequest(method);
    const able = engines.filter(({ methods: known }) => known.includes(request.method));
    const jobs = able.map(({ engine }) => ({
      engine,
      request: shortened(request, share * (engine.spec.share ?? 1)),
      label: method,
    }));
    const measured = await alternate(jobs, rounds, tell);
    for (const job of jobs) {
      const summary = summarise(job, measured.get(job)!);
      if (summary)
        results.push({
          ...summary,
          toPytorch: ratioTo(isPytorch, job, measured, 'ms'),
          cpuToPytorch: ratioTo(isPytorch, job, measured, 'cpuMs'),
          toJax: ratioTo(isJax, job, measured, 'ms'),
          cpuToJax: ratioTo(isJax, job, measured, 'cpuMs'),
        });
    }
  }
  return results;
}

/** The same with fewer steps. */
export function shortened(request: StepRequest, share: number): StepRequest {
  const part = (count: number) => Math.max(4, Math.round(count * share));
  return { ...request, warm: part(request.warm), steps: part(request.steps) };
}
