import { NeedsHost, newRecording } from '../backend';
import { problem } from '../utils/errors';
import { RecordedRunner } from './recordedRunner';
import { OpByOpRunner } from './stepRunner';
import type { StepRunner, TaskSteps } from './stepRunner';

/** How training steps are executed; see `TrainCall.execution`. */
export type Execution = 'auto' | 'recorded' | 'op-by-op';

/** Recording and loading take as long as about so many steps gain. */
const WORTH_RECORDING = 200;

/**
 * The runner for a task: recorded where the backend can, the method allows it and the task is long enough, else op by op.
 *
 * @param wanted `'auto'`, or one of the two whatever the task's length
 */
export function chooseRunner(steps: TaskSteps, wanted: Execution = fromEnvironment()): StepRunner {
  const { source, sizes } = steps;
  if (wanted === 'op-by-op') return new OpByOpRunner(steps);
  if (wanted === 'auto' && sizes.length < WORTH_RECORDING) return new OpByOpRunner(steps, `${sizes.length} steps are too few to record`);
  if (source.notRecordable) return new OpByOpRunner(steps, source.notRecordable);
  try {
    return record(steps, true) ?? record(steps, false) ?? new OpByOpRunner(steps, 'the backend has no graphs');
  } catch (error) {
    return new OpByOpRunner(steps, (error as Error).message);
  }
}

/** Undefined where the backend has no graphs, or where several steps are wanted a call but the host takes part in each. */
function record(steps: TaskSteps, looped: boolean): StepRunner | undefined {
  const recording = newRecording(looped);
  try {
    return recording && new RecordedRunner(recording, steps);
  } catch (error) {
    if (error instanceof NeedsHost) return undefined;
    throw error;
  }
}

function fromEnvironment(): Execution {
  const wanted = process.env.CL_EXECUTION || 'auto';
  if (wanted === 'auto' || wanted === 'recorded' || wanted === 'op-by-op') return wanted;
  throw problem('CL_EXECUTION', `unknown execution '${wanted}'`, 'use auto, recorded or op-by-op');
}

/**
 * Why an object's step may not be recorded. Recording runs a hook once, not at every step, so a class that overrides one has
 * to say that this is right for it: `static readonly recordable = true`. Undefined when all classes do.
 */
export function notRecordable(object: object, hooks: readonly string[]): string | undefined {
  for (const hook of hooks) {
    let owner = object;
    while (owner && !Object.hasOwn(owner, hook)) owner = Object.getPrototypeOf(owner) as object;
    const { constructor } = owner ?? {};
    if (constructor && Object.hasOwn(constructor, 'recordable') && (constructor as { recordable?: boolean }).recordable) continue;
    return `${constructor?.name ?? 'an object'} overrides ${hook} and does not declare: static readonly recordable = true`;
  }
  return undefined;
}
