import { isFailed, isFinished } from '../experiments/failedRun';
import type { FinalRun } from '../experiments/failedRun';
import { misfit } from '../experiments/form';
import type { Form } from '../experiments/form';
import { canonicalJson, configurationId } from '../experiments/identity';
import type { PlannedRun } from '../experiments/plan';
import type { RunStore } from '../experiments/store';
import { aggregate } from '../metrics';
import type { Aggregate } from '../metrics';
import { checkList, isPlainObject, problem } from '../utils/errors';
import { existingStore } from './existingStore';
import { REPRODUCED_METRICS } from './metrics';
import type { ReproducedMetric } from './metrics';
import { planProtocol } from './plan';
import type { Protocol, ProtocolRow, Published } from './protocol';
import { findProtocol, PROTOCOLS } from './protocols';
import { verdictOf } from './verdict';
import type { Verdict } from './verdict';

/** A line of a protocol: published and ours, in percent. Plain JSON. */
export interface ReproducedRow {
  /** Its name. */
  label: string;
  /** What is compared. */
  metric: ReproducedMetric;
  /** The published figure; absent where none was found. */
  published?: Published;
  /** Mean over our seeds with its 95 % t-interval; absent where nothing was run. */
  ours?: Aggregate;
  /** The verdict. */
  verdict: Verdict;
  /** What is known of why it is not reached, too few seeds first; with that verdict only. */
  reason?: string;
  /** Ids of the runs behind `ours`, in the order of `seeds`. */
  runs: string[];
  /** Their seeds. */
  seeds: number[];
  /** How long one of them took, in seconds: the median; absent where nothing was run. */
  seconds?: number;
  /** Ids of runs that gave no result. */
  failed: string[];
}

/** A protocol with what came out here. Plain JSON. */
export interface Reproduction extends Omit<Protocol, 'rows'> {
  /** Its lines. */
  rows: ReproducedRow[];
}

/**
 * What the runs say of a protocol. They are told by their specs: every seed counts, other runs do not.
 *
 * @param runs of any kind, e.g. all runs of a store
 */
export function reproductionOf(protocol: Protocol, runs: readonly FinalRun[]): Reproduction {
  checkList('reproductionOf', 'runs', runs, 0);
  runs.forEach(checkRun);
  const planned = planProtocol(protocol, 1);
  const byConfiguration = new Map<string, FinalRun[]>();
  for (const run of runs) {
    const id = configurationId(run.spec);
    byConfiguration.set(id, [...(byConfiguration.get(id) ?? []), run]);
  }
  const { rows, ...about } = protocol;
  const runsOf = ({ spec }: PlannedRun) => byConfiguration.get(configurationId(spec)) ?? [];
  return { ...about, rows: rows.map((row, i) => lineOf(row, runsOf(planned[i]), naiveFigure(i, rows, planned))) };
}

/** What was published for naive training on the stream of a line, in its metric; undefined where nothing was, or the line is it. */
function naiveFigure(line: number, rows: readonly ProtocolRow[], planned: readonly PlannedRun[]): number | undefined {
  const stream = canonicalJson(planned[line].spec.stream);
  const isNaive = ({ spec }: PlannedRun) => spec.method.name === 'naive' && canonicalJson(spec.stream) === stream;
  if (isNaive(planned[line])) return undefined;
  const { metric = 'acc' } = rows[line];
  return rows.find((row, i) => (row.metric ?? 'acc') === metric && isNaive(planned[i]))?.published?.value;
}

function lineOf(
  { label, metric = 'acc', published, reason }: ProtocolRow,
  all: readonly FinalRun[],
  naive: number | undefined,
): ReproducedRow {
  const own = [...new Map(all.map((run) => [run.seed, run])).values()].sort((a, b) => a.seed - b.seed);
  const found = own.filter(isFinished).flatMap((run) => {
    const share = REPRODUCED_METRICS[metric].of(run);
    return share === null ? [] : [{ run, percent: 100 * share }];
  });
  const ours = found.length > 0 ? aggregate(found.map(({ percent }) => percent)) : undefined;
  const verdict = own.length > 0 && !ours ? 'no result' : verdictOf(published, ours?.mean, naive);
  const reasons = verdict === 'not reached' ? [fewSeeds(published!, ours!), reason].filter((text) => text !== undefined) : [];
  return {
    label,
    metric,
    ...(published && { published }),
    ...(ours && { ours }),
    verdict,
    ...(reasons.length > 0 && { reason: reasons.join('; ') }),
    runs: found.map(({ run }) => run.id),
    seeds: found.map(({ run }) => run.seed),
    ...(found.length > 0 && { seconds: median(found.map(({ run }) => run.seconds)) }),
    failed: own.filter(isFailed).map(({ id }) => id),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** What is read of a run here. */
const RUN: Form = { id: 'text', seed: 'number', spec: { stream: { name: 'text' }, method: { name: 'text' } } };
const FINISHED: Form = { ...RUN, seconds: 'number', metrics: { acc: 'number or null' } };

function checkRun(run: FinalRun, i: number): void {
  const wrong = misfit(run, isPlainObject(run) && 'failed' in run ? RUN : FINISHED);
  if (wrong === undefined) return;
  throw problem('reproductionOf', `entry ${i} of runs is no result of a run: ${wrong}`, 'pass results, e.g. [...store.runs()]');
}

/** Where seeds are too few to tell: one, or so different that our interval meets the published one. */
function fewSeeds({ value, spread = 0 }: Published, { low, high }: Aggregate): string | undefined {
  if (low === null || high === null) return 'one seed only';
  const meets = low <= value + spread && high >= value - spread;
  return meets ? 'our interval holds the published figure: the seeds differ too much to tell them apart' : undefined;
}

/**
 * Published figures beside those of the runs in a store; nothing is run.
 *
 * @param store a store or its folder; default `.cache/runs`
 * @param names protocols; default all
 * @throws when there is no protocol of a name, or no such store; the default one may be absent
 * @example showTable(loadReproductions('runs').flatMap(({ rows }) => rows))
 */
export function loadReproductions(store?: RunStore | string, names?: readonly string[]): Reproduction[] {
  if (names !== undefined) checkList('loadReproductions', 'names', names);
  const protocols = names ? names.map(findProtocol) : PROTOCOLS;
  const runs = [...existingStore(store).runs()];
  return protocols.map((protocol) => reproductionOf(protocol, runs));
}
