import type { Parameter } from '../autodiff';
import { elements } from '../backend';
import { problem } from '../utils/errors';
import type { KnownTask } from './predict';

/** The version of `ModelState` that this library writes; states without one are of the first edition (weights only). */
const MODEL_STATE_VERSION = 2;

/** One parameter of a saved model. */
export interface ParameterState {
  /** Its name, e.g. `head0/weight`. */
  name: string;
  /** Size of each axis. */
  shape: number[];
  /** Whether it is frozen. */
  frozen: boolean;
  /** Its numbers, row-major, as little-endian 32-bit floats in base64. */
  data: string;
}

/** A model as plain data, ready for `JSON.stringify`; see `Model.state`. */
export interface ModelState {
  /** Version of this format; absent in states of the first edition. */
  version?: number;
  /** The architecture it was taken from, e.g. `MultiHeadMLP`. */
  architecture: string;
  /** Numbers per input. */
  inputSize: number;
  /** The options it was made with; absent in states of the first edition. */
  config?: object;
  /** Names of the tasks it has learnt; absent in states of the first edition. */
  learnt?: string[];
  /** The tasks it was made ready for; absent in states of the first edition. */
  tasks?: KnownTask[];
  /** All parameters, in the model's order. */
  parameters: ParameterState[];
}

/** What of a model is saved; a `Model` is one. */
interface Saved {
  readonly architecture: string;
  readonly inputSize: number;
  readonly learnt: readonly string[];
  readonly tasks: readonly KnownTask[];
  config(): object;
  parameters(): Parameter[];
}

/** The model as plain data. */
export function modelState(model: Saved): ModelState {
  const { architecture, inputSize } = model;
  const parameters = model.parameters().map((parameter) => {
    const { name, shape, frozen } = parameter;
    return { name, shape: [...shape], frozen, data: encode(parameter.data()) };
  });
  return {
    version: MODEL_STATE_VERSION,
    architecture,
    inputSize,
    config: model.config(),
    learnt: [...model.learnt],
    tasks: structuredClone([...model.tasks]),
    parameters,
  };
}

/**
 * Checks saved data before anything is made from it: a file may be damaged, foreign, or of a later version.
 *
 * @throws naming what is wrong
 */
export function checkState(subject: string, state: unknown): asserts state is ModelState {
  const damaged = (reason: string) => problem(subject, reason, 'pass what state() of a model gave, or JSON.parse of its file');
  if (typeof state !== 'object' || state === null) {
    throw damaged(`expected a saved model, got ${typeof state === 'string' ? 'text' : String(state)}`);
  }
  const { version, architecture, inputSize, config, learnt, tasks, parameters } = state as Record<string, unknown>;
  if (version !== undefined && version !== MODEL_STATE_VERSION) {
    const reason = `the saved model has format version ${shownShort(version)}, this library reads ${MODEL_STATE_VERSION}`;
    throw problem(subject, reason, 'use the version of the library that saved it');
  }
  if (typeof architecture !== 'string') throw damaged('the saved model names no architecture');
  if (!Number.isInteger(inputSize)) throw damaged(`the saved model's inputSize is ${shownShort(inputSize)}, no whole number`);
  if (config !== undefined && (typeof config !== 'object' || config === null)) throw damaged('config is no object');
  if (learnt !== undefined && !(Array.isArray(learnt) && learnt.every((name) => typeof name === 'string'))) {
    throw damaged('learnt is no list of names');
  }
  if (tasks !== undefined) checkTasks(damaged, tasks);
  if (!Array.isArray(parameters)) throw damaged('the saved model has no list of parameters');
  const names = new Set<string>();
  for (const [i, one] of parameters.entries()) {
    checkParameter(damaged, i, one);
    if (names.has(one.name)) throw damaged(`parameter ${one.name} is there twice`);
    names.add(one.name);
  }
}

function checkTasks(damaged: (reason: string) => Error, tasks: unknown): void {
  const fits = (task: unknown) => {
    const { id, name, classes, classNames, inputs } = (task ?? {}) as Record<string, unknown>;
    const whole = (list: unknown) => Array.isArray(list) && list.every((value) => Number.isInteger(value));
    const numbers = (list: unknown) => Array.isArray(list) && list.every((value) => Number.isFinite(value));
    const texts = (list: unknown) => Array.isArray(list) && list.every((value) => typeof value === 'string');
    const { shape, mean, std } = (inputs ?? { shape: [], mean: [], std: [] }) as Record<string, unknown>;
    return (
      Number.isInteger(id) &&
      typeof name === 'string' &&
      whole(classes) &&
      texts(classNames) &&
      whole(shape) &&
      numbers(mean) &&
      numbers(std)
    );
  };
  if (!Array.isArray(tasks) || !tasks.every(fits)) throw damaged('its list of tasks is damaged');
}

function checkParameter(damaged: (reason: string) => Error, i: number, one: unknown): asserts one is ParameterState {
  if (typeof one !== 'object' || one === null) throw damaged(`parameter ${i} is no object`);
  const { name, shape, frozen, data } = one as Record<string, unknown>;
  if (typeof name !== 'string') throw damaged(`parameter ${i} has no name`);
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw damaged(`${name}: its shape is ${shownShort(shape)}, no list of whole numbers`);
  }
  if (typeof frozen !== 'boolean') throw damaged(`${name}: frozen is ${shownShort(frozen)}, not true or false`);
  if (typeof data !== 'string') throw damaged(`${name}: its data is ${shownShort(data)}, no base64 text`);
  const bytes = Buffer.byteLength(data, 'base64');
  if (bytes !== 4 * elements(shape as number[])) {
    throw damaged(`${name} holds ${bytes} bytes, its shape [${String(shape)}] needs ${4 * elements(shape as number[])}`);
  }
}

/**
 * Writes saved weights into a model that has every parameter already, all or none of them.
 *
 * @throws when names or shapes differ, or a number is not finite
 */
export function writeParameters(model: Saved, state: ModelState): void {
  const saved = new Map(state.parameters.map((one) => [one.name, one]));
  const subject = `${model.architecture}.restore`;
  const present = model.parameters().map((parameter) => {
    const one = saved.get(parameter.name);
    if (!one) throw problem(subject, `the saved model has no ${parameter.name}`, 'restore into a model that is newly made');
    saved.delete(parameter.name);
    if (one.shape.join() !== parameter.shape.join()) {
      const reason = `${parameter.name} is [${parameter.shape}] here and [${one.shape}] in the saved model`;
      throw problem(subject, reason, 'make the model with the options of the saved one, or use Model.from');
    }
    const values = decode(one.data);
    if (!values.every(Number.isFinite)) {
      throw problem(subject, `${parameter.name} holds a number that is not finite`, 'the saved model had diverged; train anew');
    }
    return { parameter, values, frozen: one.frozen };
  });
  const [left] = saved.keys();
  if (left !== undefined) throw problem(subject, `this model has no ${left}`, 'make the model with as many hidden layers');
  for (const { parameter, values, frozen } of present) {
    parameter.set(values);
    parameter.frozen = frozen;
  }
}

function shownShort(value: unknown): string {
  return typeof value === 'string' ? `'${value.slice(0, 20)}'` : String(value);
}

function encode(values: Float32Array | Int32Array): string {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  return bytes.toString('base64');
}

function decode(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
