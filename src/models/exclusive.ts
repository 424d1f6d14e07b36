import { problem } from '../utils/errors';

/**
 * What may be done with a model while a call runs on it: in a callback it may be saved, in a probe it may be measured, too, and a
 * method's hook between two steps may replace its weights.
 */
type Open = 'no' | 'to saving' | 'to measuring' | 'to replacing';

/** A call that uses a model. */
interface Call {
  /** Its name, e.g. `NaiveTrainer.trainTask`. */
  readonly what: string;
  open: Open;
}

/** A `Model`; who it is counts here, not what it can do. */
type Used = object;

/** The calls that run, by model: one, or a training in a probe and the measurement that the probe makes. */
const running = new WeakMap<Used, readonly Call[]>();

const callsOn = (model: Used): readonly Call[] => running.get(model) ?? [];
const REMEDY = 'wait for it: write await in front of the call';

/**
 * Runs `work` as the only call that uses the model: two trainings that run through each other give numbers of neither.
 *
 * @param what the call, e.g. `NaiveTrainer.trainTask`
 * @param measures whether it only measures, so that a probe may make it in the middle of a training
 * @throws when another call is still running
 */
export async function exclusively<T>(model: Used, what: string, work: () => Promise<T>, measures = false): Promise<T> {
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
export async function pausing<T>(model: Used, work: () => T | Promise<T>): Promise<T> {
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
  model: Used,
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

/** Lets `work`, a hook of the training that runs, put other weights into the model. */
export async function replacing<T>(model: Used, work: () => T | Promise<T>): Promise<T> {
  const [training] = callsOn(model);
  training.open = 'to replacing';
  try {
    return await work();
  } finally {
    training.open = 'no';
  }
}

/**
 * Throws while a call runs: what is to be done now would see the model in the middle of a change, or change it.
 *
 * @param allowed where it may be done all the same
 */
export function refuseWhileRunning(model: Used, what: string, allowed: readonly Open[] = []): void {
  const other = callsOn(model).find(({ open }) => !allowed.includes(open));
  if (other) throw problem(what, `${other.what} is still running on this model`, REMEDY);
}
