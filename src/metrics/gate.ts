import { checkNumber, problem, shown, withDefaults } from '../utils/errors';
import { formatNumber } from '../utils/format';
import type { ReadonlyAccuracyMatrix } from './accuracyMatrix';
import { metricsOf, type Measured } from './measured';
import type { CLMetrics } from './metrics';

/** What a new model must keep to before it may replace the one in use; see `passesGate`. */
export interface GateOptions {
  /** Largest forgetting FM the challenger may show, a share of accuracy; default 0.05. */
  maxFm?: number;
  /** How far the challenger's ACC may lie below the champion's, a share of accuracy; default 0.02. */
  accTolerance?: number;
  /** How far the challenger's BWT may lie below the champion's, a share of accuracy; default 0.03. */
  bwtTolerance?: number;
}

/** One condition of the gate. */
export interface GateCheck {
  /** Which metric is checked: `FM`, `ACC` or `BWT`. */
  name: string;
  /** Whether the challenger keeps to it. */
  passed: boolean;
  /** The challenger's value, over several seeds their mean; null when not measured. */
  value: number | null;
  /** The bound: FM may not exceed it, ACC and BWT may not fall below it; null when the champion's value was not measured. */
  limit: number | null;
  /** Over several seeds: lower end of the interval of `value`; for ACC and BWT from the differences to the champion, seed by seed. */
  low?: number;
  /** Upper end of it. */
  high?: number;
  /** True where the interval reaches over the limit: it is not passed, and more seeds could show either. */
  undecided?: boolean;
  /** The verdict in words. */
  text: string;
}

/** The verdict of `passesGate`. */
export interface GateVerdict {
  /** Whether every check passed. */
  passed: boolean;
  /** Why not, one sentence per failed check; empty when passed. */
  reasons: string[];
  /** All checks, passed or not: FM, ACC, BWT. */
  checks: GateCheck[];
}

/** The limits of the gate where none are given. */
export const GATE_LIMITS: Required<GateOptions> = { maxFm: 0.05, accTolerance: 0.02, bwtTolerance: 0.03 };

/** Limits in per cent (5 for 0.05) would let everything pass. */
const SHARE = { min: 0, max: 1 };

/** Room for rounding errors, so that 0.92 − 0.02 and 0.90 count as equal. */
export const ROUNDING = 1e-12;

/**
 * Decides whether a newly trained model (challenger) may replace the one in use (champion): its FM at most `maxFm`, its
 * ACC at least the champion's minus `accTolerance`, its BWT at least the champion's minus `bwtTolerance`. A value that was
 * not measured does not pass. Both have to be measured on the same stream.
 *
 * @param challenger the new model's metrics, tracker or accuracy matrix; or any of these as saved JSON
 * @param champion the same of the model in use
 * @param options limits; defaults `maxFm` 0.05, `accTolerance` 0.02, `bwtTolerance` 0.03
 * @throws on an unknown option, a limit that is no share, input that is damaged (no square matrix of shares, numbers that
 *   are not those of the matrix), and when the two sides have different numbers of tasks, fingerprints or task names
 */
export function passesGate(
  challenger: Measured | ReadonlyAccuracyMatrix,
  champion: Measured | ReadonlyAccuracyMatrix,
  options: GateOptions = {},
): GateVerdict {
  const limits = withDefaults('passesGate', options, GATE_LIMITS);
  checkLimits('passesGate', limits);
  const theirs = metricsOf('passesGate: challenger', challenger);
  const ours = metricsOf('passesGate: champion', champion);
  checkSameStream('passesGate', theirs, ours);
  const checks = [
    checkForgetting(theirs, limits.maxFm),
    checkAgainst('acc', theirs, ours, limits.accTolerance),
    checkAgainst('bwt', theirs, ours, limits.bwtTolerance),
  ];
  const reasons = checks.filter((check) => !check.passed).map((check) => check.text);
  return { passed: reasons.length === 0, reasons, checks };
}

/** Throws unless all limits are shares. */
export function checkLimits(subject: string, { maxFm, accTolerance, bwtTolerance }: Required<GateOptions>): void {
  for (const [name, value] of Object.entries({ maxFm, accTolerance, bwtTolerance })) {
    checkNumber(subject, `${name} (a share of accuracy)`, value, SHARE);
  }
}

/** Throws where two sides are known to be measured on different streams: their numbers say nothing about each other. */
export function checkSameStream(subject: string, challenger: CLMetrics, champion: CLMetrics): void {
  if (challenger.nTasks !== champion.nTasks) {
    const counts = `the challenger was measured on ${challenger.nTasks} tasks, the champion on ${champion.nTasks}`;
    throw problem(subject, counts, 'measure both on the same stream');
  }
  const [a, b] = [challenger.fingerprint, champion.fingerprint];
  if (a !== undefined && a === b) return;
  const names = [challenger.taskNames, champion.taskNames];
  const different =
    a !== undefined && b !== undefined
      ? `the challenger's stream has the fingerprint ${shown(a)}, the champion's ${shown(b)}`
      : names.every((list) => list !== undefined) && names[0]!.some((name, task) => name !== names[1]![task])
        ? `the challenger's tasks are ${shown(names[0])}, the champion's ${shown(names[1])}`
        : undefined;
  if (different === undefined) return;
  const remedy = 'measure both on the same stream, or pass the matrices alone if the streams are comparable all the same';
  throw problem(subject, different, remedy);
}

function checkForgetting(challenger: CLMetrics, limit: number): GateCheck {
  const value = challenger.fm;
  if (value === null) {
    return { name: 'FM', passed: false, value, limit, text: `FM of the challenger: ${challenger.whyMissing('fm')}` };
  }
  const passed = value <= limit + ROUNDING;
  const text = `FM ${formatNumber(value)} is ${passed ? 'within' : 'above'} the limit ${formatNumber(limit)}`;
  return { name: 'FM', passed, value, limit, text };
}

function checkAgainst(metric: 'acc' | 'bwt', challenger: CLMetrics, champion: CLMetrics, tolerance: number): GateCheck {
  const name = metric.toUpperCase();
  const value = challenger[metric];
  const reference = champion[metric];
  const limit = reference === null ? null : reference - tolerance;
  if (value === null || reference === null || limit === null) {
    const [who, metrics] = value === null ? (['challenger', challenger] as const) : (['champion', champion] as const);
    return { name, passed: false, value, limit, text: `${name} of the ${who}: ${metrics.whyMissing(metric)}` };
  }
  const passed = value >= limit - ROUNDING;
  const relation = passed ? 'reaches' : 'is below';
  const rule = `champion ${formatNumber(reference)} less ${formatNumber(tolerance)}`;
  return { name, passed, value, limit, text: `${name} ${formatNumber(value)} ${relation} ${formatNumber(limit)} (${rule})` };
}
