import { NeedsHost, newRecording } from '../../backend';
import { problem } from '../../utils/errors';
import { OpByOpRunner } from './opByOp';
import { RecordedRunner } from './recorded';
import type { StepRunner, TaskSteps } from './runner';

/** How training steps are executed; see `TrainCall.execution`. */
export type Execution = 'auto' | 'recorded' | 'op-by-op';

/** What recording and loading take, ms (measured: 60 to 100). */
const RECORDING_MS = 80;
/** The share of an op-by-op step that recording saves (measured: 0.35 to 0.5). */
const SAVED = 0.35;

/**
 * The runner for a task: recorded where the backend can, the method allows it and the task is long enough, else op by op.
 *
 * @param wanted `'auto'`, or one of the two whatever the task's length
 */
export function chooseRunner(steps: TaskSteps, wanted: Execution = fromEnvironment()): StepRunner {
  if (wanted === 'op-by-op') return new OpByOpRunner(steps);
  if (steps.notRecordable) return new OpByOpRunner(steps, steps.notRecordable);
  return wanted === 'recorded' ? recordedOrNot(steps) : new AutoRunner(steps);
}

/** Starts op by op, and records when the steps that are left will save more time than recording takes. */
class AutoRunner implements StepRunner {
  private runner: StepRunner;
  private calls = 0;
  private done = 0;

  constructor(private readonly steps: TaskSteps) {
    this.runner = new OpByOpRunner(steps, `${steps.stepsLeft} steps are too few to record`);
  }

  get execution() {
    return this.runner.execution;
  }

  get executionNote() {
    return this.runner.executionNote;
  }

  run(batches: readonly Int32Array[], firstStep: number): Float32Array {
    const started = performance.now();
    const losses = this.runner.run(batches, firstStep);
    const msPerStep = (performance.now() - started) / batches.length;
    this.done += batches.length;
    if (++this.calls === 2) this.decide(msPerStep); // the first call also pays for what is made once
    return losses;
  }

  close(): void {
    this.runner.close();
  }

  private decide(msPerStep: number): void {
    const { steps, done } = this;
    const stepsLeft = steps.stepsLeft - done;
    if (stepsLeft * msPerStep * SAVED <= RECORDING_MS) return;
    this.runner = recordedOrNot({ ...steps, stepsLeft, batch: (step) => steps.batch(done + step) });
  }
}

function recordedOrNot(steps: TaskSteps): StepRunner {
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
