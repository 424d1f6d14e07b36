export { emptyMatrix, taskLabel } from './accuracyMatrix';
export type { AccuracyMatrix, Cell, ReadonlyAccuracyMatrix } from './accuracyMatrix';
export {
  averageAccuracy,
  averageForgetting,
  averageIncrementalAccuracy,
  backwardTransfer,
  forgettingMeasure,
  forwardTransfer,
  intransigence,
  intransigenceAgainst,
  learningCurveArea,
  perTaskForgetting,
  zeroShotTransfer,
} from './formulas';
export { passesGate } from './gate';
export type { GateCheck, GateOptions, GateVerdict } from './gate';
export type { Measured } from './measured';
export { CLMetrics, METRIC_TEXTS } from './metrics';
export type { MetricName } from './neededCells';
export { aggregate, confidenceInterval, mean, sampleStd, tQuantile } from './statistics';
export type { Aggregate } from './statistics';
export { CLMetricsTracker } from './tracker';
