import { checkNumber, checkText, problem, shown } from '../utils/errors';
import { checkSameStream } from './gate';
import { metricsOf, type Measured } from './measured';
import type { CLMetrics } from './metrics';

/** A run of one seed for `passesGateOverSeeds`; results and failed runs of a store or results file fit as they are. */
export interface SeededRun extends Measured {
  /** Its seed. */
  readonly seed: number;
  /** Why it gave no result, where it failed. */
  readonly failed?: string;
}

/** A seed that was not compared. */
export interface LeftOutSeed {
  /** The seed. */
  seed: number;
  /** Which side has no result of it, and why. */
  reason: string;
}

const SUBJECT = 'passesGateOverSeeds';

/** Who is measured. */
export type Side = 'challenger' | 'champion';
/** The runs of one side. */
type BySeed = ReadonlyMap<number, CLMetrics | { failed: string }>;
/** What both sides measured with one seed. */
export type Pair = readonly [challenger: CLMetrics, champion: CLMetrics];

/** The runs of two sides, seed by seed. */
interface Paired {
  /** Seeds with results on both sides. */
  seeds: number[];
  /** Seeds that lack one. */
  leftOut: LeftOutSeed[];
  /** One entry for each of `seeds`. */
  pairs: Pair[];
}

/**
 * Pairs the runs of two sides by their seeds.
 *
 * @param wanted the seeds that are looked for; default all that either side has
 * @throws when a seed is there twice, runs are damaged, or those of a seed are measured on different streams
 */
export function pairSeeds(
  theirs: readonly SeededRun[],
  ours: readonly SeededRun[],
  wanted: readonly number[] | undefined,
): Paired {
  const [challenger, champion] = [bySeed('challenger', theirs), bySeed('champion', ours)];
  const all = [...new Set(wanted ?? [...challenger.keys(), ...champion.keys()])].sort((a, b) => a - b);
  const seeds: number[] = [];
  const leftOut: LeftOutSeed[] = [];
  const pairs: Pair[] = [];
  for (const seed of all) {
    const [a, b] = [challenger.get(seed), champion.get(seed)];
    if (a && b && !('failed' in a) && !('failed' in b)) {
      checkSameStream(`${SUBJECT}, seed ${seed}`, a, b);
      seeds.push(seed);
      pairs.push([a, b]);
    } else leftOut.push({ seed, reason: [...whyNot('challenger', a), ...whyNot('champion', b)].join(', ') });
  }
  const lengths = [...new Set(pairs.map(([{ nTasks }]) => nTasks))];
  if (lengths.length > 1) throw problem(SUBJECT, `the seeds have ${lengths.join(' and ')} tasks`, 'compare runs on one stream');
  return { seeds, leftOut, pairs };
}

/** The runs of one side; each seed once, all of streams of the same length. */
function bySeed(side: Side, runs: readonly SeededRun[]): BySeed {
  const subject = `${SUBJECT}: ${side}`;
  if (!Array.isArray(runs)) throw problem(subject, `the runs are ${shown(runs)}`, 'pass a list of runs {seed, matrix}');
  if (runs.length === 0) throw problem(subject, 'there are no runs', 'pass one a seed');
  const found = new Map<number, CLMetrics | { failed: string }>();
  runs.forEach((run: SeededRun, i) => {
    if (typeof run !== 'object' || run === null)
      throw problem(`${subject}, run ${i}`, `it is ${shown(run)}`, 'pass {seed, matrix}');
    const { seed, failed } = run;
    checkNumber(`${subject}, run ${i}`, 'seed', seed, { integer: true });
    if (found.has(seed)) throw problem(subject, `there are two runs of seed ${seed}`, 'choose the runs of one configuration');
    if (failed !== undefined) checkText(`${subject}, seed ${seed}`, 'failed', failed);
    found.set(seed, failed === undefined ? metricsOf(`${subject}, seed ${seed}`, run) : { failed });
  });
  return found;
}

function whyNot(side: Side, run: CLMetrics | { failed: string } | undefined): string[] {
  if (run === undefined) return [`the ${side} has no run of it`];
  return 'failed' in run ? [`the ${side}'s run failed (${run.failed})`] : [];
}

/** The error for seeds that have no result on one side. */
export function incomplete(seeds: readonly number[], leftOut: readonly LeftOutSeed[]): Error {
  const count = `${seeds.length} of ${seeds.length + leftOut.length} seeds have results on both sides${inWords(leftOut)}`;
  return problem(SUBJECT, count, 'run them again, or judge the others with allowMissing (--allow-missing)');
}

/** Seeds that are left out, as the end of a sentence. */
export function inWords(leftOut: readonly LeftOutSeed[]): string {
  return leftOut.length === 0 ? '' : `: ${leftOut.map(({ seed, reason }) => `seed ${seed}: ${reason}`).join('; ')}`;
}
