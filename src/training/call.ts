import { checkChoice, checkFunction, checkNumber, problem, shown, withDefaults } from '../utils/errors';
import { checkCheckpoint } from './checkpoint';
import type { Probes, SequenceCall } from './progress';

const EXECUTIONS = ['auto', 'recorded', 'op-by-op'] as const;

/**
 * Throws when a training call has an option that does not exist or cannot be meant.
 *
 * @param own the option of this call beyond those of every call
 */
export function checkCall(subject: string, call: SequenceCall & { nTasks?: number }, own: 'nTasks' | 'checkpoint'): void {
  const known = {
    onProgress: undefined,
    onLosses: undefined,
    onTask: undefined,
    signal: undefined,
    execution: undefined,
    probes: undefined,
    [own]: undefined,
  };
  withDefaults<Record<string, unknown>>(subject, call as Record<string, unknown>, known);
  for (const name of ['onProgress', 'onLosses', 'onTask'] as const) {
    if (call[name] !== undefined) checkFunction(subject, name, call[name]);
  }
  const { signal, execution, probes, nTasks } = call;
  if (signal !== undefined && !(typeof signal === 'object' && signal !== null && 'aborted' in signal)) {
    throw problem(subject, `signal must have a field aborted, got ${shown(signal)}`, 'pass the signal of an AbortController');
  }
  if (execution !== undefined) checkChoice(subject, 'execution', execution, EXECUTIONS);
  if (nTasks !== undefined) checkNumber(subject, 'nTasks', nTasks, { min: 1, integer: true });
  if (probes !== undefined) checkProbes(subject, probes);
  if (call.checkpoint !== undefined) checkCheckpoint(`${subject}, checkpoint`, call.checkpoint);
}

function checkProbes(subject: string, given: Probes): void {
  const none = { steps: undefined, every: undefined, measure: undefined };
  const { steps, every, measure } = withDefaults<Partial<Probes>>(`${subject}, probes`, given, none);
  if ((steps === undefined) === (every === undefined)) {
    const reason = `probes has ${steps === undefined ? 'neither steps nor every' : 'steps and every'}`;
    throw problem(subject, reason, 'give one of the two, e.g. every: 10');
  }
  if (every !== undefined) checkNumber(subject, 'probes.every', every, { min: 1, integer: true });
  else if (!Array.isArray(steps) || !steps.every((step) => Number.isInteger(step) && step >= 0)) {
    throw problem(subject, 'probes.steps must list whole numbers of steps, from 0');
  }
  checkFunction(subject, 'probes.measure', measure, '(step) => { … }');
}
