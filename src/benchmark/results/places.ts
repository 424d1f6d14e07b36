import { existsSync, statSync } from 'node:fs';
import type { FinalRun } from '../../experiments/failedRun';
import { readResults } from '../../experiments/results';
import { openStore } from '../../experiments/store';
import type { RunStore } from '../../experiments/store';
import { problem } from '../../utils/errors';

type Hear = (text: string) => void;

/**
 * The runs of a store or of a results file.
 *
 * @param warn hears of damaged files
 * @param note hears that the benchmark of a results file did not end; default nobody
 * @throws when there is nothing, or something else
 */
export function runsIn(place: string, warn: Hear, note: Hear = () => undefined): Iterable<FinalRun> {
  if (!existsSync(place)) throw problem(place, 'it does not exist', 'name a store or a results file');
  if (statSync(place).isDirectory()) return existing(place, warn).runs();
  const { experiments, failed = [], planned } = readResults(place);
  const runs = [...experiments, ...failed];
  if (planned > runs.length) note(`${place}: it holds ${runs.length} of ${planned} planned runs; the benchmark did not end`);
  return runs;
}

/** A store that is there: a misspelt name is no empty store. */
export function existing(folder: string | undefined, warn: Hear): RunStore {
  const store = openStore(folder, { warn });
  if (existsSync(store.folder)) return store;
  throw problem(store.folder, 'it does not exist', 'npm run benchmark makes it; name another with --store');
}
