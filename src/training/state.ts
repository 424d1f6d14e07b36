import { packed, unpackedInts } from '../backend';
import type { TensorState } from '../backend';
import { CLMetricsTracker } from '../metrics';
import type { AccuracyMatrix } from '../metrics';
import type { Model, ModelState } from '../models';
import { problem } from '../utils/errors';
import type { History, SavedHistory } from './history';
import type { Optimizer, OptimizerState } from './optimizers';
import type { TaskCursor } from './cursor';
import type { DrawnNumbers } from './runners/draws';

/** The version of `TrainerState` that this library reads and writes. */
const TRAINER_STATE_VERSION = 1;

/** A trainer with its model as plain data, ready for `JSON.stringify`; see `CLTrainer.state`. */
export interface TrainerState {
  /** Version of this format. */
  version: number;
  /** The trainer's class, e.g. `EWC`. */
  trainer: string;
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

/** A tracker as plain JSON. */
export interface SavedTracker {
  taskNames: string[];
  matrix: AccuracyMatrix;
  /** Fingerprint of the stream, where it is known. */
  fingerprint?: string;
}

/** A cursor as plain JSON. */
export interface SavedCursor {
  task: number;
  phase: number;
  epoch: number;
  batch: number;
  /** Draws made ahead, one entry a step. */
  ahead: Record<string, TensorState>[];
}

/** What of a trainer is saved. */
export interface TrainerParts {
  readonly trainer: object;
  readonly model: Model;
  readonly options: object;
  readonly history: History;
  readonly optimizer: Optimizer;
  readonly cursor: TaskCursor | undefined;
  readonly tracker: CLMetricsTracker | undefined;
  readonly memory: { state(): object; restore(state: object): void };
}

/** Everything as plain data. */
export function trainerState(parts: TrainerParts): TrainerState {
  const { trainer, model, options, history, optimizer, cursor, tracker, memory } = parts;
  refuseUnsavedMemory(trainer);
  return {
    version: TRAINER_STATE_VERSION,
    trainer: trainer.constructor.name,
    options: { ...options },
    model: model.state(),
    optimizer: optimizer.state(),
    history: history.state(),
    memory: memory.state(),
    cursor: cursor ? savedCursor(cursor) : null,
    tracker: tracker ? savedTracker(tracker) : null,
  };
}

/** Takes a state over; the caller makes cursor and tracker its own. */
export function restoreTrainer(
  parts: TrainerParts,
  state: TrainerState,
): { cursor: (Omit<TaskCursor, 'draws'> & { ahead: DrawnNumbers[] }) | undefined; tracker: CLMetricsTracker | undefined } {
  const { trainer, model, options, history, optimizer, memory } = parts;
  const subject = `${trainer.constructor.name}.restore`;
  refuseUnsavedMemory(trainer);
  checkTrainerState(subject, state, trainer.constructor.name, options);
  model.restore(state.model);
  history.restore(state.history);
  optimizer.restore(state.optimizer);
  memory.restore(state.memory);
  const { cursor, tracker } = state;
  return {
    cursor: cursor ? { ...cursor, ahead: cursor.ahead.map((drawn) => unpackedDraws(subject, drawn)) } : undefined,
    tracker: tracker ? filledTracker(tracker) : undefined,
  };
}

function savedCursor({ task, phase, epoch, batch, draws }: TaskCursor): SavedCursor {
  return { task, phase, epoch, batch, ahead: draws.ahead.map((drawn) => mapValues(drawn, packed)) };
}

function unpackedDraws(subject: string, drawn: Record<string, TensorState>): DrawnNumbers {
  return mapValues(drawn, (packed) => unpackedInts(subject, packed));
}

function mapValues<A, B>(object: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

function savedTracker({ taskNames, matrix, fingerprint }: CLMetricsTracker): SavedTracker {
  return { taskNames: [...(taskNames ?? [])], matrix, ...(fingerprint !== undefined && { fingerprint }) };
}

function filledTracker({ taskNames, matrix, fingerprint }: SavedTracker): CLMetricsTracker {
  const tracker = new CLMetricsTracker(matrix.length, taskNames.length ? taskNames : undefined, fingerprint);
  matrix.forEach((row, task) => row.forEach((cell, afterTask) => cell !== null && tracker.record(task, afterTask, cell)));
  return tracker;
}

/** Throws unless the state is one of this trainer, whole and of these options. */
function checkTrainerState(subject: string, state: unknown, name: string, options: object): asserts state is TrainerState {
  const damaged = (reason: string) => problem(subject, reason, 'pass what state() of a trainer gave, or JSON.parse of its file');
  if (typeof state !== 'object' || state === null) throw damaged(`expected a saved trainer, got ${typeof state}`);
  const saved = state as Partial<TrainerState>;
  if (saved.version !== TRAINER_STATE_VERSION) {
    throw problem(
      subject,
      `the saved trainer has format version ${String(saved.version)}, this library reads ${TRAINER_STATE_VERSION}`,
      'use the version of the library that saved it',
    );
  }
  if (saved.trainer !== name) throw problem(subject, `the saved trainer is a ${String(saved.trainer)}`, `restore it into one`);
  for (const part of ['options', 'model', 'optimizer', 'history', 'memory'] as const) {
    if (typeof saved[part] !== 'object' || saved[part] === null) throw damaged(`the saved trainer has no ${part}`);
  }
  for (const [option, value] of Object.entries(options)) {
    if (JSON.stringify(saved.options![option]) === JSON.stringify(value)) continue;
    throw problem(
      subject,
      `${option} is ${JSON.stringify(value)} here and ${JSON.stringify(saved.options![option])} in the saved trainer`,
      'make the trainer with the same options',
    );
  }
  checkHistory(damaged, saved.history!);
  if (saved.cursor) checkCursor(damaged, saved.cursor);
}

function checkHistory(damaged: (reason: string) => Error, history: Partial<SavedHistory>): void {
  const ids = (list: unknown) => Array.isArray(list) && list.every((id) => Number.isInteger(id) && id >= 0);
  const { begun } = history;
  const fits = typeof begun === 'object' && begun !== null && Object.values(begun).every((value) => typeof value === 'string');
  if (!fits || !ids(history.trained) || !ids(history.consolidated)) throw damaged('its list of tasks is damaged');
}

function checkCursor(damaged: (reason: string) => Error, cursor: Partial<SavedCursor>): void {
  const whole = [cursor.task, cursor.phase, cursor.epoch, cursor.batch].every((n) => Number.isInteger(n) && n! >= 0);
  if (!whole || !Array.isArray(cursor.ahead)) throw damaged('where its training stands is damaged');
}

/** A method that keeps something must say how to save it, else a restored trainer would go on without. */
function refuseUnsavedMemory(trainer: object): void {
  const saves = depthOf(trainer, 'memoryState');
  const hook = ['beginTask', 'afterStep', 'endTask', 'phases'].find((name) => depthOf(trainer, name) < saves);
  if (!hook) return;
  throw problem(
    `${trainer.constructor.name}.state`,
    `it overrides ${hook}, so it may keep something, but does not say what there is to save`,
    'override memoryState and restoreMemory, too (memoryState() { return {}; } where there is nothing)',
  );
}

/** How far up the chain of classes a member is defined; 0 is the object's own class. */
function depthOf(object: object, member: string): number {
  let owner = Object.getPrototypeOf(object) as object;
  for (let depth = 0; ; depth++) {
    if (Object.hasOwn(owner, member)) return depth;
    owner = Object.getPrototypeOf(owner) as object;
  }
}
