import type { Model } from '../models';
import { problem } from '../utils/errors';

/** A call that uses a model. */
interface Call {
  /** Its name, e.g. `NaiveTrainer.trainTask`. */
  readonly what: string;
  /** What may be done with the model while it runs: in a probe it may be measured, in a callback it may be saved. */
  open: 'no' | 'to saving' | 'to measuring';
}

/** The calls that run, by model: one, or a training in a probe and the measurement that the probe makes. */
const running = new WeakMap<Model, readonly Call[]>();

const callsOn = (model: Model): readonly Call[] => running.get(model) ?? [];
const REMEDY = 'wait for it: write await in front of the call';

/**
 * Runs `work` as the only call that uses the model: two trainings that run through each other give numbers of neither.
 *
 * @param what the call, e.g. `NaiveTrainer.trainTask`
 * @param measures whether it only measures, so that a probe may make it in the middle of a training
 * @throws when another call is still running
 */
export async function exclusively<T>(model: Model, what: string, work: () => Promise<T>, measures = false): Promise<T> {
  const other = callsOn(model).find(({ open }) => !(measures && open === 'to measuring'));
  if (other) throw problem(what, `${other.what} is still running on this model`, REMEDY);
  const call: Call = { what, open: 'no' };
  running.set(model, [...callsOn(model), call]);
  try {
    return await work();
  } finally {
    const left = callsOn(model).filter((one) => one !== call);
    if (left.length) running.set(model, left);
    else running.delete(model);
  }
}

/**
 * Lets calls measure the model while the training that runs waits for `work`, a probe.
 *
 * @throws when such a call is still running at the end: it would measure a model that changes meanwhile
 */
export async function pausing<T>(model: Model, work: () => T | Promise<T>): Promise<T> {
  const [training] = callsOn(model);
  training.open = 'to measuring';
  try {
    const result = await work();
    const left = callsOn(model).find((one) => one !== training);
    if (left) throw problem(left.what, 'it is still running, but the probe that called it has ended', REMEDY);
    return result;
  } finally {
    training.open = 'no';
  }
}

/** A callback of the training that runs, between two steps, where the trainer may be saved; undefined stays undefined. */
export function lettingSave<A extends unknown[]>(
  model: Model,
  callback: ((...values: A) => void) | undefined,
): ((...values: A) => void) | undefined {
  return (
    callback &&
    ((...values) => {
      const [training] = callsOn(model);
      training.open = 'to saving';
      try {
        callback(...values);
      } finally {
        training.open = 'no';
      }
    })
  );
}

/**
 * Throws while a call runs: what is to be done now would see the model in the middle of a change, or change it.
 *
 * @param saves whether it only saves, which callbacks and probes may do
 */
export function refuseWhileRunning(model: Model, what: string, saves = false): void {
  const other = callsOn(model).find(({ open }) => !(saves && open !== 'no'));
  if (other) throw problem(what, `${other.what} is still running on this model`, REMEDY);
}
