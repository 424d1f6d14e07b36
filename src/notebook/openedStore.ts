import { openStore } from '../experiments';
import type { RunStore } from '../experiments';

/** A store, given itself or by its folder. */
export function openedStore(store: RunStore | string): RunStore {
  return typeof store === 'string' ? openStore(store) : store;
}
