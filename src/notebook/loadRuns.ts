import { existsSync } from 'node:fs';
import { openStore } from '../experiments';
import type { RunFilter, RunStore } from '../experiments';
import { runRowsOf } from '../experiments/store/runRow';
import { problem } from '../utils/errors';
import { openedStore } from './openedStore';
import type { TableRow } from './table';

/**
 * The runs of a store as rows for `showTable`, `toDataFrame` and analyses of your own: a row a run, failed ones included (their
 * `status` says so). Columns: what was run (options of the method as `option.NAME`), `seeds` (`4 of 5`: how many runs of its
 * configuration gave a result), what came out, when and where. For figures take the runs themselves: `openStore(folder).select()`.
 *
 * @param store a store or its folder; default that of the benchmark
 * @param filter which runs; default all
 * @throws when there is no such store, no run fits, or the filter has an unknown field
 * @example toDataFrame(loadRuns('runs', { methods: ['er'] })).groupby(['label']).col(['ACC']).mean().print()
 */
export function loadRuns(store?: RunStore | string, filter?: RunFilter): TableRow[] {
  const opened = store === undefined ? openStore() : openedStore(store);
  if (!existsSync(opened.folder)) throw problem('loadRuns', `there is no store ${opened.folder}`, 'name the folder of a store');
  const runs = opened.select(filter);
  if (runs.length > 0) return runRowsOf(runs);
  const { length } = opened.ids();
  throw problem('loadRuns', length === 0 ? `${opened.folder} holds no runs` : `none of its ${length} runs fits`);
}
