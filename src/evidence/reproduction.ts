import { isFailed, isFinished } from '../experiments/failedRun';
import type { FinalRun } from '../experiments/failedRun';
import { configurationId } from '../experiments/identity';
import { openStore } from '../experiments/store';
import type { RunStore } from '../experiments/store';
import { aggregate } from '../metrics';
import type { Aggregate } from '../metrics';
import { checkList, problem, shown } from '../utils/errors';
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
  const byConfiguration = new Map<string, FinalRun[]>();
  for (const run of runs) {
    const id = configurationId(run.spec);
    byConfiguration.set(id, [...(byConfiguration.get(id) ?? []), run]);
  }
  const { rows, ...about } = protocol;
  const planned = planProtocol(protocol, 1);
  return { ...about, rows: rows.map((row, i) => lineOf(row, byConfiguration.get(configurationId(planned[i].spec)) ?? [])) };
}

function lineOf({ label, metric = 'acc', published, reason }: ProtocolRow, all: readonly FinalRun[]): ReproducedRow {
  const own = [...new Map(all.map((run) => [run.seed, run])).values()].sort((a, b) => a.seed - b.seed);
  const found = own.filter(isFinished).flatMap((run) => {
    const share = REPRODUCED_METRICS[metric].of(run);
    return share === null ? [] : [{ run, percent: 100 * share }];
  });
  const ours = found.length > 0 ? aggregate(found.map(({ percent }) => percent)) : undefined;
  const verdict = own.length > 0 && !ours ? 'no result' : verdictOf(published, ours?.mean);
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
    failed: own.filter(isFailed).map(({ id }) => id),
  };
}

/** Where seeds are too few to tell: one, or so different that our interval meets the published one. */
function fewSeeds({ value, spread = 0 }: Published, { low, high }: Aggregate): string | undefined {
  if (low === null || high === null) return 'one seed only';
  const meets = low <= value + spread && high >= value - spread;
  return meets ? 'our interval holds the published figure: the seeds differ much, more are needed' : undefined;
}

/**
 * Published figures beside those of the runs in a store; nothing is run.
 *
 * @param store a store or its folder; default `.cache/runs`
 * @param names protocols; default all
 * @throws when there is no protocol of a name
 * @example showTable(loadReproductions('runs').flatMap(({ rows }) => rows))
 */
export function loadReproductions(store?: RunStore | string, names?: readonly string[]): Reproduction[] {
  if (names !== undefined) checkList('loadReproductions', 'names', names);
  const protocols = names ? names.map(findProtocol) : PROTOCOLS;
  if (store !== undefined && typeof store !== 'string' && typeof store?.runs !== 'function')
    throw problem('loadReproductions', `store is ${shown(store)}`, 'pass a store, or the path of its folder');
  const opened = typeof store === 'object' ? store : openStore(store);
  const runs = [...opened.runs()];
  return protocols.map((protocol) => reproductionOf(protocol, runs));
}
