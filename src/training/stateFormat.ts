import { decodeTensor } from '../backend';
import type { TensorState } from '../backend';
import { metricsOf } from '../metrics/measured';
import type { Model, ModelState } from '../models';
import { SCENARIOS } from '../scenarios/compatibility';
import { isPlainObject, problem, shown } from '../utils/errors';
import type { TaskCursor } from './cursor';
import type { SavedHistory } from './history';
import type { OptimizerState } from './optimizers';
import type { SavedTracker } from './tracking';

/** The version of `TrainerState` that this library reads and writes. */
export const TRAINER_STATE_VERSION = 1;

/** A trainer with its model as plain data, ready for `JSON.stringify`; see `CLTrainer.state`. */
export interface TrainerState {
  /** Version of this format. */
  version: number;
  /** The trainer's class, e.g. `EWC`. */
  trainer: string;
  /** Short name of the method, e.g. `ewc`. */
  method: string;
  /** Options in force. */
  options: Record<string, unknown>;
  /** The model. */
  model: ModelState;
  /** The optimiser's velocities or moments. */
  optimizer: OptimizerState;
  /** Tasks begun, trained and consolidated. */
  history: SavedHistory;
  /** What the method remembers. */
  memory: object;
  /** Where in a task training stands; null between tasks. */
  cursor: SavedCursor | null;
  /** The accuracy matrix so far; null before `runSequence`. */
  tracker: SavedTracker | null;
}

/** A cursor as plain JSON; see `TaskCursor`. */
export interface SavedCursor extends Omit<TaskCursor, 'draws' | 'failed'> {
  /** Draws made ahead, one entry a step. */
  ahead: Record<string, TensorState>[];
}

/** The trainer that a state is for. */
interface Target {
  readonly name: string;
  readonly method: string;
  readonly options: object;
  readonly model: Model;
}

type Damaged = (reason: string) => Error;
type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks all of a saved trainer that can be checked before anything is taken over: a file may be damaged, foreign, or of a later
 * version.
 *
 * @throws naming what is wrong
 */
export function checkTrainerState(subject: string, state: unknown, target: Target): asserts state is TrainerState {
  const damaged: Damaged = (reason) => problem(subject, reason, 'pass what state() of a trainer gave, or JSON.parse of its file');
  if (!isPlainObject(state)) throw damaged(`expected a saved trainer, got ${shown(state)}`);
  const { version, trainer, method, cursor, tracker } = state;
  if (version !== TRAINER_STATE_VERSION) {
    const reason = `the saved trainer has format version ${shown(version)}, this library reads ${TRAINER_STATE_VERSION}`;
    throw problem(subject, reason, 'use the version of the library that saved it');
  }
  if (trainer !== target.name) throw problem(subject, `the saved trainer is a ${shown(trainer)}`, 'restore it into one');
  const part = (name: string): Fields => {
    const value = state[name];
    if (!isPlainObject(value) && !(name === 'memory' && Array.isArray(value))) {
      throw damaged(`${name} of the saved trainer is ${shown(value)}`);
    }
    return value as Fields;
  };
  checkSame(subject, 'make the trainer with the same options', part('options'), target.options);
  if (method !== target.method) throw damaged(`method of the saved trainer is ${shown(method)}, of this one '${target.method}'`);
  checkModel(subject, damaged, part('model'), target.model);
  part('memory');
  checkOptimizer(subject, damaged, part('optimizer'), part('model'));
  checkHistory(damaged, part('history'));
  if (cursor !== null) checkCursor(damaged, cursor, part('history'));
  if (tracker !== null) checkTracker(damaged, tracker);
}

/** Throws unless two sets of options agree, value by value. */
function checkSame(subject: string, remedy: string, saved: Fields, here: object): void {
  for (const option of new Set([...Object.keys(here), ...Object.keys(saved)])) {
    const [own, other] = [(here as Fields)[option], saved[option]];
    if (JSON.stringify(own) === JSON.stringify(other)) continue;
    throw problem(subject, `${option} is ${shown(own)} here and ${shown(other)} in the saved trainer`, remedy);
  }
}

/** Weights are checked by the model itself; another seed would give other weights to the heads and columns that are still to come. */
function checkModel(subject: string, damaged: Damaged, saved: Fields, model: Model): void {
  const { architecture, config } = saved;
  if (architecture !== model.architecture) {
    const reason = `the saved trainer has a ${shown(architecture)}, this one a ${model.architecture}`;
    throw problem(subject, reason, 'make the trainer on a model of that architecture');
  }
  // A model alone may be of the first edition, which had none of these.
  const missing = ['version', 'learnt', 'tasks'].find((name) => saved[name] === undefined);
  if (missing) throw damaged(`the model of the saved trainer has no ${missing}`);
  if (!isPlainObject(config)) throw damaged(`config of the saved model is ${shown(config)}`);
  checkSame(subject, 'make the model with the same options', config, model.config());
}

/** What the optimiser remembers is finite and of parameters that the model has, or had before they grew. */
function checkOptimizer(subject: string, damaged: Damaged, { parameters }: Fields, model: Fields): void {
  if (!isPlainObject(parameters)) throw damaged(`parameters of the saved optimizer is ${shown(parameters)}`);
  const shapes = new Map<unknown, unknown>();
  for (const one of Array.isArray(model.parameters) ? (model.parameters as (Fields | null)[]) : [])
    shapes.set(one?.name, one?.shape);
  for (const [name, tensors] of Object.entries(parameters)) {
    if (!isPlainObject(tensors)) throw damaged(`the saved optimizer has ${shown(tensors)} for ${name}`);
    const whole = shapes.get(name);
    if (!Array.isArray(whole)) throw damaged(`the saved optimizer has ${name}, the saved model has not`);
    if (!whole.every(isId)) throw damaged(`the shape of ${name} in the saved model is ${shown(whole)}`);
    for (const [kind, tensor] of Object.entries(tensors)) {
      const { numbers, shape } = decodeTensor(`${subject}, ${kind} of ${name}`, tensor as TensorState);
      if (!numbers.every(Number.isFinite)) throw damaged(`${kind} of ${name} holds a number that is not finite`);
      const fits = shape.length === 0 || (shape.length === whole.length && shape.every((n, axis) => n <= Number(whole[axis])));
      if (!fits) throw damaged(`${kind} of ${name} is [${shape}], the parameter is [${whole}]`);
    }
  }
}

const isId = (id: unknown): id is number => Number.isInteger(id) && (id as number) >= 0;

function checkHistory(damaged: Damaged, history: Fields): void {
  const { scenario, known, begun, trained, consolidated, unfinished } = history;
  if (!isPlainObject(known) || !Object.entries(known).every(([id, text]) => isId(Number(id)) && typeof text === 'string')) {
    throw damaged(`known of its history is ${shown(known)}`);
  }
  const ids = Object.keys(known).map(Number);
  if (ids.length === 0 ? scenario !== null : !Object.hasOwn(SCENARIOS, String(scenario))) {
    throw damaged(`scenario of its history is ${shown(scenario)}`);
  }
  const among = (name: string, list: unknown, all: readonly number[]): readonly number[] => {
    if (Array.isArray(list) && list.every((id) => isId(id) && all.includes(id))) return list as number[];
    throw damaged(`${name} of its history is ${shown(list)}, no list of tasks out of ${shown(all)}`);
  };
  among('begun', begun, ids);
  among('consolidated', consolidated, among('trained', trained, begun as number[]));
  if (unfinished !== null) among('unfinished', [unfinished], begun as number[]);
}

function checkCursor(damaged: Damaged, cursor: unknown, { unfinished }: Fields): void {
  const { task, data, phase, begun, epoch, batch, loss, ahead } = (isPlainObject(cursor) ? cursor : {}) as Fields;
  const { sum, samples } = (isPlainObject(loss) ? loss : {}) as Fields;
  const right =
    [task, phase, epoch, batch, samples].every(isId) &&
    task === unfinished &&
    typeof data === 'string' &&
    typeof begun === 'boolean' &&
    Number.isFinite(sum) &&
    Array.isArray(ahead) &&
    ahead.every(isPlainObject);
  if (!right) throw damaged(`where its training stands is ${shown(cursor)}`);
}

function checkTracker(damaged: Damaged, tracker: unknown): void {
  if (!isPlainObject(tracker)) throw damaged(`tracker of the saved trainer is ${shown(tracker)}`);
  metricsOf('the accuracy matrix of the saved trainer', tracker as never);
}
