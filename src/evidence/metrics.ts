import type { ExperimentResult } from '../experiments/result';
import { averageMinimumAccuracy, windowedForgetting, worstCaseAccuracy } from '../metrics';
import type { AccuracyMoment } from '../metrics';

/** What of a run is compared with a published figure. */
export type ReproducedMetric = 'acc' | 'bwt' | 'forgetting' | 'minAcc' | 'wcAcc' | 'wf10';

/** A metric's label, and how it is read from a result. */
interface Reading {
  readonly label: string;
  readonly of: (run: ExperimentResult) => number | null;
}

const inside = (compute: (moments: readonly AccuracyMoment[]) => number | null) => (run: ExperimentResult) =>
  run.insideTasks ? compute(run.insideTasks) : null;

/** The metrics by name: their label, and how they are read from a result; shares, null where a run does not have them. */
export const REPRODUCED_METRICS: Readonly<Record<ReproducedMetric, Reading>> = {
  acc: { label: 'ACC', of: (run: ExperimentResult) => run.metrics.acc },
  bwt: { label: 'BWT', of: (run: ExperimentResult) => run.metrics.bwt },
  forgetting: { label: 'forgetting', of: (run: ExperimentResult) => run.metrics.averageForgetting },
  minAcc: { label: 'min-ACC', of: inside(averageMinimumAccuracy) },
  wcAcc: { label: 'WC-ACC', of: inside(worstCaseAccuracy) },
  wf10: { label: 'WF (10 moments)', of: inside((moments) => windowedForgetting(moments)) },
};

/** A line's name in tables and for `--row`: its label, with the metric where that is not the average accuracy (`Single: BWT`). */
export function rowName({ label, metric = 'acc' }: { readonly label: string; readonly metric?: ReproducedMetric }): string {
  return metric === 'acc' ? label : `${label}: ${REPRODUCED_METRICS[metric].label}`;
}
