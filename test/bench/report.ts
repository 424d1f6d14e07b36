import { textTable } from '../../src/utils/format';
import type { BuildComparison, MethodComparison, Pair } from './against';
import type { GrowthResult, StepResult } from './steps';
import type { StudyResult } from './studies';
import type { Target } from './targets';

/** Times of the steps, method by method. */
export function stepTable(steps: StepResult[]): string {
  const head = [
    'method',
    'engine',
    'cores',
    'ms/step',
    '[quartiles]',
    'CPU ms',
    'steps/s',
    '/ PyTorch',
    'CPU / PyTorch',
    '/ JAX',
    'CPU / JAX',
    '',
  ];
  const ratio = (value: number | undefined) => value?.toFixed(2) ?? '–';
  const rows = steps.map(({ method, engine, threads, msPerStep, low, high, cpuMsPerStep, extra, ...to }) => [
    method,
    engine,
    String(threads),
    msPerStep.toFixed(3),
    `[${low.toFixed(3)}, ${high.toFixed(3)}]`,
    cpuMsPerStep.toFixed(3),
    (1000 / msPerStep).toFixed(0),
    ratio(to.toPytorch),
    ratio(threads === 1 ? to.cpuToPytorch : undefined),
    ratio(to.toJax),
    ratio(threads === 1 ? to.cpuToJax : undefined),
    extra?.projected === undefined ? '' : `${(100 * extra.projected).toFixed(0)} % of the steps projected`,
  ]);
  return textTable([head, ...rows]);
}

/** How the step grows; one row a curve. */
export function growthTable(growth: GrowthResult[]): string {
  const curves = new Map<string, GrowthResult[]>();
  for (const point of growth) {
    const key = [point.method, point.variable, point.engine].join('\t');
    curves.set(key, [...(curves.get(key) ?? []), point]);
  }
  const rows = [...curves].map(([key, points]) => [
    ...key.split('\t'),
    points
      .map(({ value, msPerStep, cpuMsPerStep }) => `${value}: ${msPerStep.toFixed(2)} (${cpuMsPerStep.toFixed(2)})`)
      .join('   '),
  ]);
  return textTable([['method', 'grows with', 'engine', 'size: ms/step (CPU ms)'], ...rows]);
}

/** Wall time and memory of the studies. */
export function studyTimes(studies: StudyResult[]): string {
  const mb = (value: number | undefined) => value?.toFixed(0) ?? '–';
  const rows = studies.map(({ engine, workers, seconds, cpuSeconds, peakMb, totalMb }) => [
    engine,
    String(workers),
    seconds.toFixed(1),
    cpuSeconds?.toFixed(1) ?? '–',
    mb(peakMb),
    mb(totalMb),
  ]);
  return textTable([['engine', 'workers', 'seconds', 'CPU seconds', 'peak MB of a process', 'peak MB of all'], ...rows]);
}

/** Mean accuracies at the end, to see that the engines did the same work. */
export function accuracyTable(studies: StudyResult[]): string {
  const one = [...new Map(studies.map((study) => [study.engine, study])).values()];
  const rows = Object.keys(one[0].accuracy).map((name) => [
    name,
    ...one.map(({ accuracy }) => accuracy[name]?.toFixed(4) ?? '–'),
  ]);
  return textTable([['study / method', ...one.map(({ engine }) => `ACC ${engine}`)], ...rows]);
}

/** Most that a build may be slower than the one before it. */
const SLOWER = 1.03;

/** Two builds side by side, by processor time; ratios are new / old. */
export function comparisonTables({ steps, startUp }: BuildComparison): string {
  const ms = ({ before, after }: Pair, digits = 3) => [before.toFixed(digits), after.toFixed(digits)];
  const ratio = ({ ratio: { median, low, high } }: Pair) => [median.toFixed(3), `[${low.toFixed(3)}, ${high.toFixed(3)}]`];
  const clocks = ({ ms: wall, cpuMs }: { ms: Pair; cpuMs: Pair }, digits?: number) => [
    ...ms(cpuMs, digits),
    ...ratio(cpuMs),
    wall.ratio.median.toFixed(3),
    verdict(SLOWER, cpuMs.ratio.median),
  ];
  const head = ['CPU ms old', 'new', 'new / old', '[quartiles]', 'wall', `at most ${SLOWER}`];
  const memory = ({ peakMb }: MethodComparison) => [...ms(peakMb, 0), peakMb.ratio.median.toFixed(3)];
  return [
    textTable([
      ['engine', 'step', ...head, 'peak MB old', 'new', 'new / old'],
      ...steps.map((each) => [each.engine, each.method, ...clocks(each), ...memory(each)]),
    ]),
    textTable([
      ['engine', 'start-up', ...head],
      ...startUp.map((each) => [each.engine, 'to first progress', ...clocks(each, 0)]),
    ]),
  ].join('\n\n');
}

/** Targets and what came of them. */
export function targetTable(targets: Target[]): string {
  const rows = targets.map(({ what, limit, measured, cpu }) => [
    what,
    limit.toFixed(2),
    measured?.toFixed(2) ?? '–',
    cpu?.toFixed(2) ?? '–',
    verdict(limit, measured, cpu),
  ]);
  return textTable([['target', 'at most', 'wall', 'CPU', ''], ...rows]);
}

/** Whether a ratio of wall times (and, where it is given, that of processor times) is within its limit, in words. */
export function verdict(limit: number, measured: number | undefined, cpu?: number): string {
  if (measured === undefined) return 'not measured';
  if (measured <= limit) return 'reached';
  const missed = `missed by ${(100 * (measured / limit - 1)).toFixed(0)} %`;
  return cpu !== undefined && cpu <= limit ? `${missed} (reached in CPU time)` : missed;
}
