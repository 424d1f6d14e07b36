import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { canPin } from './engines';

/** Where something was measured. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
  /** Whether engines of one core are bound to one. */
  pinned: boolean;
  /** Day, e.g. `2026-11-24`. */
  date: string;
}

/** This machine, now. */
export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    pinned: canPin(),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** A machine in one line. */
export function describeMachine({ cpu, cores, memoryGb, system, node, pinned }: Machine): string {
  const binding = pinned
    ? 'one-core engines are bound to core 0'
    : 'processes cannot be bound to a core here: engines of one core are limited by their thread settings only';
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}; ${binding}`;
}
