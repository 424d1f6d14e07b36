import { openStore } from '../experiments';
import type { RunStore } from '../experiments';
import { problem, shown } from '../utils/errors';

/** A store, given itself or by its folder. */
export function openedStore(store: RunStore | string): RunStore {
  if (typeof store === 'string') return openStore(store);
  if (typeof store?.select === 'function') return store;
  throw problem('store', `it is ${shown(store)}`, 'pass a store, or the path of its folder');
}
