export { planProtocol } from './plan';
export type { Protocol, ProtocolRow, Published } from './protocol';
export { PROTOCOLS } from './protocols';
export { loadReproductions, reproductionOf } from './reproduction';
export type { ReproducedRow, Reproduction } from './reproduction';
export type { ReproducedMetric } from './metrics';
export { reproductionMarkdown } from './tables';
export { verdictOf } from './verdict';
export type { Verdict } from './verdict';
