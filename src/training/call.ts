import { problem, withDefaults } from '../utils/errors';
import type { TrainCall } from './progress';

const EXECUTIONS = ['auto', 'recorded', 'op-by-op'];

/** Throws when a training call has an option that does not exist or cannot be meant. */
export function checkCall(subject: string, call: TrainCall & { nTasks?: number }): void {
  const known = {
    onProgress: undefined,
    onLosses: undefined,
    onTask: undefined,
    signal: undefined,
    execution: undefined,
    probes: undefined,
    nTasks: undefined,
  };
  withDefaults<Record<string, unknown>>(subject, call as Record<string, unknown>, known);
  for (const name of ['onProgress', 'onLosses', 'onTask'] as const) {
    if (call[name] !== undefined && typeof call[name] !== 'function') throw problem(subject, `${name} must be a function`);
  }
  if (call.execution !== undefined && !EXECUTIONS.includes(call.execution)) {
    throw problem(subject, `unknown execution '${String(call.execution)}'`, `use ${EXECUTIONS.join(', ')}`);
  }
  if (
    call.probes &&
    !(Array.isArray(call.probes.steps) && call.probes.steps.every((step) => Number.isInteger(step) && step >= 0))
  ) {
    throw problem(subject, 'probes.steps must list whole numbers of steps, from 0');
  }
}
