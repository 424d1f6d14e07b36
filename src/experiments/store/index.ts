export type { RunFilter, RunStatus } from './filter';
export type { Merged } from './merge';
export { mergeRuns } from './merge';
export { openStore } from './runStore';
export type { RunStore, StoreOptions } from './runStore';
export type { StoreSession } from './storeSession';
export type { RunProgress } from './unfinished';
export { withStore } from './withStore';
export type { StoringExecutor, WithStoreOptions } from './withStore';
