import { canonicalJson } from '../identity';
import { isFailed } from '../failedRun';
import type { FinalRun } from '../failedRun';
import type { RunStore } from './runStore';
import { problem, shown } from '../../utils/errors';

/** What came of putting runs into a store. */
export interface Merged {
  /** Ids of the runs that are new there, failures included. */
  added: string[];
  /** How many were there already, with the same numbers. */
  known: number;
  /** Ids of finished runs that were there with other numbers, and stayed as they were. */
  different: string[];
}

/**
 * Puts runs into a store. A result is taken where there is none or a failure, a failure where there is nothing. Nothing that is
 * there is replaced by another result: equal ids have equal numbers, but for rounding on another backend or another version.
 *
 * @param store where they go
 * @param runs e.g. `other.runs()`, or the experiments of a results file
 * @throws when the store cannot be written; what is in it then stays, and merging again goes on
 */
export function mergeRuns(store: RunStore, runs: Iterable<FinalRun>): Merged {
  if (typeof store?.enter !== 'function') throw problem('mergeRuns', `the store is ${shown(store)}`, 'pass openStore(folder)');
  const merged: Merged = { added: [], known: 0, different: [] };
  const session = store.enter();
  try {
    for (const run of runs) {
      const there = store.get(run.id);
      if (!there || (isFailed(there) && !isFailed(run))) {
        session.save(run);
        merged.added.push(run.id);
      } else if (isFailed(run) || canonicalJson(there.matrix) === canonicalJson(run.matrix)) merged.known++;
      else merged.different.push(run.id);
    }
  } finally {
    session.end();
  }
  return merged;
}
