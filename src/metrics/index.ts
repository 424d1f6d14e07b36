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
export { tQuantile } from './distributions';
export { accuracyOf, confusionMatrix, recencyBias } from './confusion';
export type { ConfusionMatrix } from './confusion';
export {
  anytimeAccuracy,
  averageMinimumAccuracy,
  stabilityGaps,
  windowedForgetting,
  windowedPlasticity,
  worstCaseAccuracy,
} from './insideTasks';
export type { AccuracyMoment, StabilityGap } from './insideTasks';
export { learningAccuracy, learntAccuracies, perTaskIntransigence, plasticityAgainst } from './learning';
export { passesGate } from './gate';
export type { GateCheck, GateOptions, GateVerdict } from './gate';
export type { Measured } from './measured';
export { CLMetrics, METRIC_TEXTS } from './metrics';
export type { MetricName } from './neededCells';
export { compareWithBaseline, holm, pairedTTest, wilcoxonSignedRank } from './paired';
export type { BaselineOptions, PairedComparison } from './paired';
export { friedmanTest, nemenyiDifference, rankMethods } from './ranks';
export type { RankedMethod, Ranking, RankOptions } from './ranks';
export type { MethodScores } from './scores';
export { passesGateOverSeeds } from './seedGate';
export type { GateRule, SeedGateOptions, SeedGateVerdict } from './seedGate';
export type { LeftOutSeed, SeededRun } from './seedPairs';
export { aggregate, confidenceInterval, mean, sampleStd } from './statistics';
export type { Aggregate } from './statistics';
export { CLMetricsTracker } from './tracker';
