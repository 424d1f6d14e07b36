import { existsSync } from 'node:fs';
import { openStore } from '../experiments/store';
import type { RunStore, StoreOptions } from '../experiments/store';
import { problem, shown } from '../utils/errors';

/**
 * A store to read from. One that is named has to be there: a misspelt name is no empty store. The default one may be absent.
 *
 * @param store a store or its folder; default `.cache/runs`
 * @param options as for `openStore`
 * @throws when it does not exist, or is something else
 */
export function existingStore(store: RunStore | string | undefined, options?: StoreOptions): RunStore {
  if (store !== undefined && typeof store !== 'string' && typeof store?.runs !== 'function')
    throw problem('loadReproductions', `store is ${shown(store)}`, 'pass a store, or the path of its folder');
  const opened = typeof store === 'object' ? store : openStore(store, options);
  if (store === undefined || existsSync(opened.folder)) return opened;
  throw problem(opened.folder, 'it does not exist', 'name the folder of a store, or leave it out for the default one');
}
