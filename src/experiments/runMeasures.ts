import * as metrics from '../metrics';
import { formatNumber } from '../utils/format';
import { problem, shown, withDefaults } from '../utils/errors';
import { meanAnswers } from './answers';
import type { ExperimentResult } from './result';

/** One number of a run, or why there is none; a row for `showTable`. */
export type RunMeasure = {
  /** The metric, for people. */
  readonly metric: string;
  /** Its value; null where there is none. */
  readonly value: number | null;
  /** What it is, or, where there is no value, what is missing and how to have it. */
  readonly note: string;
  /** Where it is defined. */
  readonly source: string;
};

/** Other runs that a run is compared with; see `runMeasures`. */
export interface RunMeasuresOptions {
  /** A run of the method `cumulative` on the same stream, for intransigence. */
  joint?: Pick<ExperimentResult, 'matrix' | 'fingerprint'>;
  /** A run of the method `independent` on the same stream, for plasticity. */
  scratch?: Pick<ExperimentResult, 'matrix' | 'fingerprint'>;
  /** b_i of untrained networks, one accuracy per task, for forward transfer; see `untrainedAccuracies`. */
  untrained?: readonly number[];
}

/** What of a result its metrics are computed from. */
export type MeasuredRun = Pick<
  ExperimentResult,
  'matrix' | 'taskNames' | 'fingerprint' | 'insideTasks' | 'answers' | 'memoryBytes' | 'passes' | 'spec'
>;

/**
 * Every metric of a run that was finished, e.g. read from a store: computed where what the run kept allows it, else with the reason
 * why not.
 *
 * @param run a result, as `runExperiment`, a store or a results file gives it
 * @param against runs to compare with
 * @throws when a run to compare with learnt another stream
 * @example showTable(runMeasures(store.runs()[0]))
 */
export function runMeasures(run: MeasuredRun, against: RunMeasuresOptions = {}): RunMeasure[] {
  const subject = 'runMeasures';
  if (typeof run !== 'object' || run === null) throw problem(subject, `the run is ${shown(run)}`, 'pass a result');
  const none = { joint: undefined, scratch: undefined, untrained: undefined };
  const { joint, scratch, untrained } = withDefaults<RunMeasuresOptions>(subject, against, none);
  for (const [name, other] of Object.entries({ joint, scratch })) checkSameStream(subject, name, run, other);
  const { matrix } = run;
  return [
    ...ofMatrix(run),
    row('Learning accuracy', metrics.learningAccuracy(matrix), RIEMER, 'accuracy right after learning', 'a cell is missing'),
    joint
      ? row('Intransigence against joint', metrics.intransigenceAgainst(matrix, metrics.learntAccuracies(joint.matrix)), CHAUDHRY)
      : row('Intransigence against joint', null, CHAUDHRY, '', 'pass joint: a run of cumulative on the same stream'),
    scratch
      ? row('Plasticity against scratch', metrics.plasticityAgainst(matrix, metrics.learntAccuracies(scratch.matrix)), OWN)
      : row('Plasticity against scratch', null, OWN, '', 'pass scratch: a run of independent on the same stream'),
    untrained
      ? row('Forward transfer', metrics.forwardTransfer(matrix, untrained), LOPEZ_PAZ)
      : row('Forward transfer', null, LOPEZ_PAZ, '', 'pass untrained: the mean of untrainedAccuracies'),
    ...ofMoments(run),
    ...ofAnswers(run),
    ...ofCost(run),
  ];
}

const LOPEZ_PAZ = 'Lopez-Paz & Ranzato 2017';
const CHAUDHRY = 'Chaudhry et al. 2018';
const RIEMER = 'Riemer et al. 2019';
const DE_LANGE = 'De Lange et al. 2023';
const OWN = 'this library';

function row(metric: string, value: number | null, source: string, note = '', why = 'a cell it needs is missing'): RunMeasure {
  return { metric, value, note: value === null ? why : note, source };
}

/** The metrics of the accuracy matrix alone. */
function ofMatrix({ matrix, taskNames }: MeasuredRun): RunMeasure[] {
  const computed = new metrics.CLMetrics(matrix, taskNames);
  const sources = {
    acc: LOPEZ_PAZ,
    bwt: LOPEZ_PAZ,
    fm: 'the original benchmark',
    fwt: 'the original benchmark',
    intransigence: 'the original benchmark',
    averageForgetting: CHAUDHRY,
    averageIncrementalAccuracy: 'Rebuffi et al. 2017',
  };
  return (Object.keys(sources) as (keyof typeof sources)[]).map((name) => {
    const { label, meaning } = metrics.METRIC_TEXTS[name];
    return row(label, computed[name], sources[name], meaning, computed.whyMissing(name) ?? '');
  });
}

function ofMoments({ insideTasks: moments }: MeasuredRun): RunMeasure[] {
  const deepest = (all: readonly metrics.StabilityGap[]) => Math.max(...all.map(({ before, lowest }) => before - lowest));
  const wanted: [string, string, (given: readonly metrics.AccuracyMoment[]) => number | null, string][] = [
    ['min-ACC', DE_LANGE, metrics.averageMinimumAccuracy, 'mean of the lowest accuracies since each task was learnt'],
    ['WC-ACC', DE_LANGE, metrics.worstCaseAccuracy, 'worst-case accuracy at the end'],
    ['Any-time accuracy', 'Caccia et al. 2022', metrics.anytimeAccuracy, 'on the tasks seen so far, averaged over all moments'],
    ['WF (10 moments)', DE_LANGE, metrics.windowedForgetting, 'largest fall within a window'],
    ['WP (10 moments)', DE_LANGE, metrics.windowedPlasticity, 'largest rise within a window'],
    [
      'Deepest stability gap',
      OWN,
      (given) => (given.at(-1)!.task > 0 ? deepest(metrics.stabilityGaps(given)) : null),
      'fall of the mean accuracy on earlier tasks inside a task',
    ],
  ];
  const why = moments
    ? 'needs at least two tasks, and an answer for each task from its first step on'
    : 'accuracies inside tasks were not measured: run it with measure: { insideTasks: 10 }';
  return wanted.map(([metric, source, compute, note]) => row(metric, moments ? compute(moments) : null, source, note, why));
}

function ofAnswers({ answers }: MeasuredRun): RunMeasure[] {
  const without = 'its answers were not kept: run it with measure: { answers: true }';
  const mean = answers && meanAnswers(answers);
  const whyNotMasked = answers?.whyNotMasked ?? without;
  const whyNoBias = answers ? 'classes do not arrive with the tasks, or answers go by task' : without;
  return [
    row('Accuracy, masked', mean?.masked ?? null, 'van de Ven & Tolias 2019', maskedNote(mean?.accuracy), whyNotMasked),
    row(
      'Recency bias',
      answers?.recencyBias ?? null,
      'Masana et al. 2022',
      'answers of the last task beyond its share',
      whyNoBias,
    ),
    row('Linear probe', null, 'Davari et al. 2022', '', 'needs the network: linearProbe(model, stream)'),
  ];
}

function maskedNote(unmasked: number | undefined): string {
  return `only the classes of the task compete; unmasked ${formatNumber(unmasked ?? null)}`;
}

function ofCost({ memoryBytes, passes }: MeasuredRun): RunMeasure[] {
  const parts = Object.entries(memoryBytes?.parts ?? {}).map(([name, bytes]) => `${name} ${bytes}`);
  const why = 'the run says nothing of it: it was made by an earlier version, or its method does not say how to save its memory';
  const uncounted = 'not counted: not run by runExperiment, made by an earlier version, or by a network that does not count';
  return [
    row('Memory in bytes', memoryBytes?.total ?? null, OWN, parts.join(', ') || 'nothing beside the network', why),
    row('Samples forward', passes?.forward ?? null, OWN, 'through networks in training steps', uncounted),
    row('Samples backward', passes?.backward ?? null, OWN, 'of them with gradients', uncounted),
  ];
}

function checkSameStream(
  subject: string,
  name: string,
  run: MeasuredRun,
  other: Pick<MeasuredRun, 'matrix' | 'fingerprint'> | undefined,
): void {
  if (other === undefined || other.fingerprint === run.fingerprint) return;
  const reason = `${name} learnt the stream ${shown(other.fingerprint)}, the run ${shown(run.fingerprint)}`;
  throw problem(subject, reason, 'compare runs of one stream and seed');
}
