import { isFailed } from '../failedRun';
import type { FinalRun } from '../failedRun';
import { configurationId } from '../identity';
import type { JsonOptions } from '../spec';
import { statusOf } from './filter';

/** A value of a row. */
export type Cell = string | number | null;

/** A run as flat values, one a column: for tables, data frames and CSV. What was not measured is null. */
export type RunRow = Record<string, Cell>;

/**
 * Runs as flat rows: what was run (options of the method as `option.NAME`), what came out, when and where; `status` says how each
 * ended, `reason` why it failed or that it stayed at chance, `seeds` how many runs of its configuration there are with a result
 * (`4 of 5`).
 */
export function runRowsOf(runs: readonly FinalRun[]): RunRow[] {
  const counts = new Map<string, { done: number; all: number }>();
  const keys = runs.map(({ spec }) => configurationId(spec));
  runs.forEach((run, i) => {
    const count = counts.get(keys[i]) ?? { done: 0, all: 0 };
    counts.set(keys[i], { done: count.done + (isFailed(run) ? 0 : 1), all: count.all + 1 });
  });
  return runs.map((run, i) => {
    const { done, all } = counts.get(keys[i])!;
    return { ...whatRan(run), seeds: `${done} of ${all}`, ...whatCameOut(run), ...whereItRan(run), ...optionsOf(run) };
  });
}

function whatRan(run: FinalRun): RunRow {
  const { stream, model, optimizer, epochs } = run.spec;
  return {
    id: run.id,
    study: run.study,
    label: run.label,
    method: run.method,
    seed: run.seed,
    stream: stream.name,
    scenario: stream.scenario,
    tasks: run.matrix.length,
    architecture: model.architecture ?? null,
    optimizer: optimizer.name,
    lr: optimizer.lr ?? null,
    epochs,
    samples: run.samples,
  };
}

function whatCameOut(run: FinalRun): RunRow {
  const status = statusOf(run);
  if (isFailed(run)) return { status, reason: run.failed };
  const { metrics, learningCurves } = run;
  return {
    status,
    reason: run.stuckAtChance ?? null,
    ACC: metrics.acc,
    BWT: metrics.bwt,
    FWT: metrics.fwt,
    FM: metrics.fm,
    intransigence: metrics.intransigence,
    averageForgetting: metrics.averageForgetting ?? null,
    averageIncrementalAccuracy: metrics.averageIncrementalAccuracy ?? null,
    zeroShot: learningCurves?.zeroShot ?? null,
    lca: learningCurves?.lca ?? null,
    seconds: run.seconds,
    peakMb: run.peakMb,
    parameters: run.parameters.total,
    device: run.device,
    fingerprint: run.fingerprint,
  };
}

function whereItRan({ made }: FinalRun): RunRow {
  return {
    date: made?.date ?? null,
    version: made?.versions['continual-learning'] ?? null,
    commit: made?.commit ?? null,
    cpu: made?.machine.cpu ?? null,
  };
}

function optionsOf({ spec }: FinalRun): RunRow {
  const options: JsonOptions = spec.method.options;
  const cell = (value: unknown): Cell => (typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value));
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [`option.${name}`, cell(value ?? null)]));
}
