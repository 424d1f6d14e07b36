import { checkBoolean, checkChoice, checkList, checkNumber, problem, withDefaults } from '../utils/errors';
import { formatNumber } from '../utils/format';
import { checkLimits, GATE_LIMITS, ROUNDING, type GateCheck, type GateOptions, type GateVerdict } from './gate';
import type { CLMetrics } from './metrics';
import { incomplete, inWords, pairSeeds, type LeftOutSeed, type Pair, type SeededRun, type Side } from './seedPairs';
import { aggregate, mean } from './statistics';

/** How the gate decides: on bounds of intervals over seeds, or on means alone as the original gate. */
export type GateRule = 'interval' | 'point';

/** Options of `passesGateOverSeeds`: the limits of `passesGate`, and how seeds are treated. */
export interface SeedGateOptions extends GateOptions {
  /** `'interval'` (default) decides on the unfavourable bound and needs two seeds or more, `'point'` on means. */
  rule?: GateRule;
  /** Level of the intervals, from 0.5 to 0.9999; default 0.95. */
  level?: number;
  /** The seeds to compare; default all that either side has. */
  seeds?: readonly number[];
  /** Whether failed and missing seeds may be left out; default false: then they are an error. */
  allowMissing?: boolean;
}

/** The verdict of `passesGateOverSeeds`. */
export interface SeedGateVerdict extends GateVerdict {
  /** How it was decided. */
  rule: GateRule;
  /** Level of the intervals. */
  level: number;
  /** The limits it was decided by. */
  limits: Required<GateOptions>;
  /** The seeds that were compared. */
  seeds: number[];
  /** Seeds that were not: with `allowMissing` only. */
  leftOut: LeftOutSeed[];
}

const SUBJECT = 'passesGateOverSeeds';
const DEFAULTS: Required<GateOptions> & SeedGateOptions & { rule: GateRule; level: number; allowMissing: boolean } = {
  ...GATE_LIMITS,
  rule: 'interval',
  level: 0.95,
  seeds: undefined,
  allowMissing: false,
};

/**
 * The gate over several seeds: decides whether a newly trained model (challenger) may replace the one in use (champion). Runs are
 * paired by seed, and each pair has to be measured on the same stream. A limit is kept where the unfavourable end of the two-sided
 * t-interval keeps to it: for FM the upper end over the challenger's seeds, for ACC and BWT the lower end of the differences
 * challenger − champion of each seed. An interval that reaches over the limit does not pass (`undecided`): the release is held
 * until more seeds show that it is safe. Since all three limits have to be kept, their number needs no correction: at level 0.95, with
 * roughly normal values, a challenger that just breaks one of them passes in at most 2.5 % of all cases. A value that was not
 * measured in one of the runs does not pass.
 *
 * @param challenger the new model's runs, one a seed
 * @param champion the runs of the model in use, with the same seeds
 * @param options limits as for `passesGate`; `rule`, `level`, `seeds`, `allowMissing`
 * @returns the verdict; `gateFigure` draws it
 * @throws when it cannot be judged: no runs, a seed that is there twice, that failed or that one side lacks (unless `allowMissing`), no
 *   common seed, a single seed under the rule `'interval'`, different streams, damaged runs, wrong options
 */
export function passesGateOverSeeds(
  challenger: readonly SeededRun[],
  champion: readonly SeededRun[],
  options: SeedGateOptions = {},
): SeedGateVerdict {
  const { rule, level, seeds: wanted, allowMissing, ...limits } = checkedOptions(options);
  const { seeds, leftOut, pairs } = pairSeeds(challenger, champion, wanted);
  if (leftOut.length > 0 && !allowMissing) throw incomplete(seeds, leftOut);
  if (seeds.length === 0)
    throw problem(SUBJECT, `there is no seed that both have${inWords(leftOut)}`, 'run both with the same seeds');
  if (rule === 'interval' && seeds.length === 1) {
    const reason = `there is one seed (${seeds[0]}), and one seed has no interval`;
    throw problem(SUBJECT, reason, "run both with more seeds (five is a good number), or choose the rule 'point'");
  }
  const how = { seeds, level: rule === 'interval' ? level : null };
  const checks = [
    check(
      'FM',
      how,
      limits.maxFm,
      pairs.map(([theirs]) => read('challenger', theirs, 'fm')),
    ),
    against('acc', how, limits.accTolerance, pairs),
    against('bwt', how, limits.bwtTolerance, pairs),
  ];
  const reasons = checks.filter(({ passed }) => !passed).map(({ text }) => text);
  return { passed: reasons.length === 0, reasons, checks, rule, level, limits, seeds, leftOut };
}

function checkedOptions(options: SeedGateOptions): typeof DEFAULTS {
  const settings = withDefaults<typeof DEFAULTS>(SUBJECT, options, DEFAULTS);
  checkLimits(SUBJECT, settings);
  checkChoice(SUBJECT, 'rule', settings.rule, ['interval', 'point']);
  checkNumber(SUBJECT, 'level', settings.level, { min: 0.5, max: 0.9999 });
  checkBoolean(SUBJECT, 'allowMissing', settings.allowMissing);
  if (settings.seeds !== undefined) {
    checkList(SUBJECT, 'seeds', settings.seeds);
    settings.seeds.forEach((seed, i) => checkNumber(SUBJECT, `seeds[${i}]`, seed, { integer: true }));
  }
  return settings;
}

/** The value of a metric in each run, or why one has none. */
type Value = number | { missing: string };

function read(side: Side, metrics: CLMetrics, metric: 'acc' | 'bwt' | 'fm'): Value {
  return metrics[metric] ?? { missing: `${metric.toUpperCase()} of the ${side}: ${metrics.whyMissing(metric)}` };
}

interface How {
  seeds: readonly number[];
  /** Level of the interval; null: the mean decides. */
  level: number | null;
}

function against(metric: 'acc' | 'bwt', how: How, tolerance: number, pairs: readonly Pair[]): GateCheck {
  const theirs = pairs.map(([challenger]) => read('challenger', challenger, metric));
  const ours = pairs.map(([, champion]) => read('champion', champion, metric));
  return check(metric.toUpperCase(), how, tolerance, theirs, ours);
}

/** FM may not exceed `allowed`; a metric with a champion may not fall below the champion's mean by more. */
function check(name: string, how: How, allowed: number, theirs: readonly Value[], ours?: readonly Value[]): GateCheck {
  const values = numbers(theirs);
  const references = ours && numbers(ours);
  const reference = references ? mean(references) : null;
  const limit = ours === undefined ? allowed : reference === null ? null : reference - allowed;
  if (values === null || limit === null) {
    return { name, passed: false, value: values && mean(values), limit, text: missing(how, [...theirs, ...(ours ?? [])]) };
  }
  const offset = reference ?? 0;
  const compared = values.map((value, i) => value - (references?.[i] ?? 0));
  const { low, high } = how.level === null ? { low: null, high: null } : aggregate(compared, how.level);
  const ends = low === null || high === null ? {} : { low: offset + low, high: offset + high };
  const verdict = judge({ value: mean(values), ...ends }, limit, ours === undefined);
  const rule = reference === null ? '' : ` (champion ${formatNumber(reference)} less ${formatNumber(allowed)})`;
  const text = `${name} ${formatNumber(mean(values))}${interval(ends)} ${words(verdict, ours === undefined)} ${formatNumber(limit)}${rule}`;
  const passed = verdict === 'kept';
  return { name, passed, value: mean(values), limit, ...ends, ...(verdict === 'undecided' && { undecided: true }), text };
}

interface Bounds {
  value: number;
  low?: number;
  high?: number;
}

type Judgement = 'kept' | 'broken' | 'undecided';

function judge({ value, low = value, high = value }: Bounds, limit: number, upper: boolean): Judgement {
  const [best, worst] = upper ? [low - limit, high - limit] : [limit - high, limit - low];
  if (worst <= ROUNDING) return 'kept';
  return best > ROUNDING ? 'broken' : 'undecided';
}

function words(judgement: Judgement, upper: boolean): string {
  if (judgement === 'undecided') return 'cannot be told from the limit';
  if (upper) return judgement === 'kept' ? 'is within the limit' : 'is above the limit';
  return judgement === 'kept' ? 'reaches' : 'is below';
}

function interval({ low, high }: Partial<Bounds>): string {
  return low === undefined || high === undefined ? '' : ` [${formatNumber(low)}, ${formatNumber(high)}]`;
}

function numbers(values: readonly Value[]): number[] | null {
  return values.every((value) => typeof value === 'number') ? [...(values as number[])] : null;
}

/** The first value that is missing, with its seed. */
function missing({ seeds }: How, values: readonly Value[]): string {
  const at = values.findIndex((value) => typeof value !== 'number');
  return `seed ${seeds[at % seeds.length]}: ${(values[at] as { missing: string }).missing}`;
}
