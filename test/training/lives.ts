import assert from 'node:assert/strict';
import { findMethod } from '../../src/methods';
import { architectureFor } from '../../src/models';
import type { CLTrainer, TrainCall, TrainerState } from '../../src/training';
import type { ScenarioName } from '../../src/data/task';
import { easyStream, smallModel } from '../methods/fixtures';
import { interruptAfter, weightBytes } from './fixtures';

/** One method on one stream with one optimiser, as plain JSON: a process can make it that did not begin it. */
export interface LifePlan {
  method: string;
  scenario: ScenarioName;
  execution: 'recorded' | 'op-by-op';
  options: Record<string, unknown>;
}

export function trainerOf({ method, scenario, options }: LifePlan): CLTrainer<object> {
  const { create, needs } = findMethod(method);
  const model = smallModel(needs.architecture ?? architectureFor(scenario));
  return create(model, { epochs: 2, lr: 0.02, seed: 3, ...options });
}

/**
 * Learns the whole stream, the rest of it where the trainer was restored; gives all that came out of it, as text.
 * Seven batches an epoch, the last one smaller.
 */
export async function learnAll(trainer: CLTrainer<object>, plan: LifePlan, call: TrainCall = {}): Promise<string> {
  const losses: number[] = [];
  const onTask = ({ task, loss }: { task: number; loss: number }) => void (losses[task] = loss);
  await trainer.runSequence(easyStream(plan.scenario, 12), { execution: plan.execution, onTask, ...call });
  const { history, memory, optimizer } = trainer.state();
  return JSON.stringify([weightBytes(trainer.model), trainer.tracker!.matrix, losses.slice(1), history, memory, optimizer]);
}

/** Interrupts after these steps of the second task (seven an epoch), goes on after all but the last, and saves. */
export async function interrupted(plan: LifePlan, steps = [9]): Promise<TrainerState> {
  const trainer = trainerOf(plan);
  const { signal, ...call } = interruptAfter(...steps);
  const inSecond = { get aborted() { return trainer.tracker!.matrix[0][0] !== null && signal.aborted; } }; // prettier-ignore
  for (let calls = 0; calls < steps.length; calls++) {
    await assert.rejects(learnAll(trainer, plan, { ...call, signal: inSecond }), { name: 'TrainingInterrupted' });
  }
  const state = trainer.state();
  const last = steps[steps.length - 1];
  const { task, phase, epoch, batch } = state.cursor!; // a method of two phases has an epoch in each
  assert.deepEqual([task, 7 * (phase + epoch) + batch], [1, last]);
  return state;
}
