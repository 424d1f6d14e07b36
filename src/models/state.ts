import { Parameter } from '../autodiff';
import { isDeepStrictEqual } from 'node:util';
import { encodeTensor, unpackedFloats } from '../backend';
import type { TensorState, Variable } from '../backend';
import { checkNumber, isPlainObject, problem, shown } from '../utils/errors';
import type { KnownTask } from './predict';
import { checkSavedTasks } from './savedTasks';

/** The version of `ModelState` that this library writes; version 2 had no `answeredBy`, states without one are of the first edition (weights only). */
const MODEL_STATE_VERSION = 3;
const READ: readonly unknown[] = [undefined, 2, MODEL_STATE_VERSION];

/** One parameter of a saved model. */
export interface ParameterState {
  /** Its name, e.g. `head0/weight`. */
  name: string;
  /** Size of each axis. */
  shape: readonly number[];
  /** Whether it is frozen; true for running means and variances. */
  frozen: boolean;
  /** Its numbers, row-major, as little-endian 32-bit floats in base64. */
  data: string;
  /** `'float32'`; absent in states of the first edition. */
  dtype?: TensorState['dtype'];
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
  /** The trainer that answers in the place of its outputs, see `Model.answeredBy`; null for none, absent before version 3. */
  answeredBy?: string | null;
  /** All parameters, in the model's order, then running means and variances where there are any. */
  parameters: ParameterState[];
}

/** What of a model is saved; a `Model` is one. */
interface Saved {
  readonly architecture: string;
  readonly inputSize: number;
  readonly learnt: readonly string[];
  readonly tasks: readonly KnownTask[];
  readonly answeredBy: string | undefined;
  config(): object;
  parameters(): Parameter[];
  buffers(): Variable[];
}

const savedVariables = (model: Saved): Variable[] => [...model.parameters(), ...model.buffers()];
const isFrozen = (variable: Variable) => !(variable instanceof Parameter) || variable.frozen;

/** The model as plain data. */
export function modelState(model: Saved): ModelState {
  const { architecture, inputSize } = model;
  const parameters = savedVariables(model).map((variable) => {
    const { name, shape } = variable;
    return encodeTensor(variable.data(), shape, { name, frozen: isFrozen(variable) });
  });
  return {
    version: MODEL_STATE_VERSION,
    architecture,
    inputSize,
    config: model.config(),
    learnt: [...model.learnt],
    tasks: structuredClone([...model.tasks]),
    answeredBy: model.answeredBy ?? null,
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
  if (!isPlainObject(state)) throw damaged(`expected a saved model, got ${shown(state)}`);
  const { version, architecture, inputSize, config, learnt, tasks, answeredBy, parameters } = state;
  if (!READ.includes(version)) {
    const reason = `the saved model has format version ${shown(version)}, this library reads up to ${MODEL_STATE_VERSION}`;
    throw problem(subject, reason, 'use the version of the library that saved it');
  }
  if (typeof architecture !== 'string') throw damaged('the saved model names no architecture');
  checkNumber(`${subject}: the saved model`, 'inputSize', inputSize, { min: 1, integer: true });
  if (config !== undefined && !isPlainObject(config)) throw damaged(`config is ${shown(config)}, no object of options`);
  if (learnt !== undefined && !(Array.isArray(learnt) && learnt.every((name) => typeof name === 'string'))) {
    throw damaged(`learnt is ${shown(learnt)}, no list of names`);
  }
  if (tasks !== undefined) checkSavedTasks(damaged, inputSize, tasks);
  if (answeredBy !== undefined && answeredBy !== null && typeof answeredBy !== 'string')
    throw damaged(`answeredBy is ${shown(answeredBy)}, no name of a trainer`);
  const needed = { config, learnt, tasks, ...(version === MODEL_STATE_VERSION && { answeredBy }) };
  const missing = Object.entries(needed).find(([, value]) => value === undefined);
  if (version !== undefined && missing) throw damaged(`it has no ${missing[0]}`);
  if (!Array.isArray(parameters)) throw damaged('the saved model has no list of parameters');
  const names = new Set<string>();
  for (const [i, one] of parameters.entries()) {
    const name = checkParameter(subject, damaged, i, one, version === undefined ? [undefined, 'float32'] : ['float32']);
    if (names.has(name)) throw damaged(`parameter ${name} is there twice`);
    names.add(name);
  }
}

/** Throws unless one saved parameter is whole; gives its name. */
function checkParameter(
  subject: string,
  damaged: (reason: string) => Error,
  i: number,
  one: unknown,
  dtypes: readonly unknown[],
): string {
  if (!isPlainObject(one)) throw damaged(`parameter ${i} is ${shown(one)}, no object`);
  const { name, frozen, dtype } = one;
  if (typeof name !== 'string') throw damaged(`parameter ${i} has no name`);
  if (typeof frozen !== 'boolean') throw damaged(`${name}: frozen is ${shown(frozen)}, not true or false`);
  if (!dtypes.includes(dtype)) throw damaged(`${name}: dtype is ${shown(dtype)}, not 'float32'`);
  const numbers = numbersOf(subject, one as unknown as ParameterState);
  if (numbers.every(Number.isFinite)) return name;
  throw problem(subject, `${name} holds a number that is not finite`, 'the saved model had diverged; train anew');
}

function numbersOf(subject: string, saved: ParameterState): Float32Array {
  return unpackedFloats(`${subject}: ${saved.name}`, saved.dtype ? (saved as TensorState) : { ...saved, dtype: 'float32' });
}

/**
 * Throws when the options of a saved model are not those of a model that is to take it over: weights of the same shapes may
 * belong to another network (other pooling, other image sides).
 *
 * @param free names of options that may differ
 */
export function checkSameOptions(model: Saved, state: ModelState, free: readonly string[]): void {
  if (!state.config) return; // of the first edition
  const [here, there] = [model.config(), state.config].map((config) => JSON.parse(JSON.stringify(config)) as object);
  const [own, saved] = [new Map(Object.entries(here)), new Map(Object.entries(there))];
  for (const name of new Set([...own.keys(), ...saved.keys()])) {
    if (free.includes(name) || isDeepStrictEqual(own.get(name), saved.get(name))) continue;
    throw problem(
      `${model.architecture}.restore`,
      `${name} is ${shown(own.get(name))} here and ${shown(saved.get(name))} in the saved model`,
      'make the model with the options of the saved one, or use Model.from',
    );
  }
}

/**
 * Writes saved weights into a model that has every parameter already, all or none of them.
 *
 * @throws when names or shapes differ
 */
export function writeParameters(model: Saved, state: ModelState): void {
  const saved = new Map(state.parameters.map((one) => [one.name, one]));
  const subject = `${model.architecture}.restore`;
  const present = savedVariables(model).map((variable) => {
    const one = saved.get(variable.name);
    if (!one) throw problem(subject, `the saved model has no ${variable.name}`, 'restore into a model that is newly made');
    saved.delete(variable.name);
    if (one.shape.join() !== variable.shape.join()) {
      const reason = `${variable.name} is [${variable.shape}] here and [${one.shape}] in the saved model`;
      throw problem(subject, reason, 'make the model with the options of the saved one, or use Model.from');
    }
    const values = numbersOf(subject, one);
    if (!(variable instanceof Parameter)) checkBuffer(subject, one, values);
    return { variable, values, frozen: one.frozen };
  });
  const [left] = saved.keys();
  if (left !== undefined) throw problem(subject, `this model has no ${left}`, 'make the model with the options of the saved one');
  for (const { variable, values, frozen } of present) {
    variable.set(values);
    if (variable instanceof Parameter) variable.frozen = frozen;
  }
}

/** Throws unless a saved running mean or variance can be one. */
function checkBuffer(subject: string, { name, frozen }: ParameterState, values: Float32Array): void {
  const damaged = (reason: string) => problem(subject, `${name} ${reason}`, 'the saved model is damaged; use another copy');
  if (!frozen) throw damaged('is no weight, but saved as one that is not frozen');
  if (name.endsWith('/runningVariance') && values.some((value) => value < 0)) throw damaged('holds a negative number');
}
