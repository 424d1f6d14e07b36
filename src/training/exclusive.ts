import type { Model } from '../models';
import { problem } from '../utils/errors';

/** What is being done with a model. */
const running = new WeakMap<Model, string>();

/**
 * Runs `work` as the only call that uses the model: two trainings that run through each other give numbers of neither.
 *
 * @param what the call, e.g. `NaiveTrainer.trainTask`
 * @throws when another call is still running
 */
export async function exclusively<T>(model: Model, what: string, work: () => Promise<T>): Promise<T> {
  const other = running.get(model);
  if (other) throw problem(what, `${other} is still running on this model`, 'wait for it: write await in front of the call');
  running.set(model, what);
  try {
    return await work();
  } finally {
    running.delete(model);
  }
}

/** Lets calls use the model while the one that runs waits for `work` (a measurement in the middle of a task). */
export async function pausing<T>(model: Model, work: () => T | Promise<T>): Promise<T> {
  const what = running.get(model);
  running.delete(model);
  try {
    return await work();
  } finally {
    if (what) running.set(model, what);
  }
}
