export { openStore } from './runStore';
export type { RunStore, StoreOptions } from './runStore';
export type { StoreSession } from './storeSession';
export { withStore } from './withStore';
export type { StoringExecutor, WithStoreOptions } from './withStore';
