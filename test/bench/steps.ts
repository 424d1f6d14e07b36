import type { Engine } from './engine';
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
  /** Medians of what else the engine told, e.g. the share of projected steps. */
  extra?: Record<string, number>;
}

/** A point of a growth curve. */
export interface GrowthResult extends Omit<StepResult, 'extra' | 'toPytorch'> {
  /** What varies: past tasks, samples a batch, or width of the hidden layers. */
  variable: 'tasks' | 'batch' | 'width';
  value: number;
}

/** A learning rate so small that the network stays as it is: else the share of GEM's steps to project would drift from round to round. */
const STEADY = 1e-6;

/** The standard configuration of each method: 784-256-256-2, batch 64; GEM three past tasks, PNN its third column. */
export function standardRequest(method: string): StepRequest {
  const tasks = { naive: 0, gem: 3, pnn: 2 }[method] ?? 1;
  return { method, tasks, batch: 64, width: 256, lr: STEADY, ...(method === 'gem' ? { warm: 16, steps: 48 } : { warm: 64, steps: 192 }) };
}

/** One configuration on one engine. */
export interface Job {
  engine: Engine;
  request: StepRequest;
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
        tell(`left out: ${job.request.method} on ${(error as Error).message}`);
      }
    }
  }
  return results;
}

/** Medians and quartiles of a job's rounds; undefined where it never succeeded. */
export function summarise({ engine, request }: Job, done: Measured[]): Omit<StepResult, 'toPytorch'> | undefined {
  if (done.length === 0) return undefined;
  const { median, low, high } = spread(done.map(({ ms }) => ms));
  const names = Object.keys(done[0].extra ?? {});
  const extra = Object.fromEntries(names.map((name) => [name, spread(done.map((each) => each.extra![name])).median]));
  return {
    engine: engine.spec.name,
    method: request.method,
    threads: engine.spec.threads,
    msPerStep: median,
    low,
    high,
    cpuMsPerStep: spread(done.map(({ cpuMs }) => cpuMs)).median,
    ...(names.length && { extra }),
  };
}

/** The time of every job in relation to PyTorch's in the same round (same threads); the median over the rounds. */
export function ratioToPytorch(job: Job, rounds: Rounds): number | undefined {
  const { threads } = job.engine.spec;
  const rival = [...rounds.keys()].find(({ engine, request }) => engine.spec.name === 'pytorch' && engine.spec.threads === threads && request.method === job.request.method);
  if (!rival) return undefined;
  const theirs = rounds.get(rival)!;
  const ratios = rounds.get(job)!.flatMap((own, i) => (own && theirs[i] ? [own.ms / theirs[i].ms] : []));
  return ratios.length ? spread(ratios).median : undefined;
}

/** Measures the standard step of every method on every engine that can do it, method by method. */
export async function measureSteps(
  engines: { engine: Engine; methods: string[] }[],
  methods: string[],
  rounds: number,
  tell: (text: string) => void,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const method of methods) {
    tell(`steps: ${method}`);
    const able = engines.filter((each) => each.methods.includes(method));
    const jobs = able.map(({ engine }) => ({ engine, request: shortened(standardRequest(method), engine.spec.share) }));
    const measured = await alternate(jobs, rounds, tell);
    for (const job of jobs) {
      const summary = summarise(job, measured.get(job)!);
      const toPytorch = ratioToPytorch(job, measured);
      if (summary) results.push({ ...summary, ...(toPytorch !== undefined && { toPytorch }) });
    }
  }
  return results;
}

/** Fewer steps for slow engines. */
export function shortened(request: StepRequest, share = 1): StepRequest {
  const part = (count: number) => Math.max(4, Math.round(count * share));
  return { ...request, warm: part(request.warm), steps: part(request.steps) };
}
