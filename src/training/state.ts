import { packed, unpackedInts } from '../backend';
import type { CLMetricsTracker } from '../metrics';
import type { Model } from '../models';
import { problem } from '../utils/errors';
import type { TaskCursor } from './cursor';
import type { History } from './history';
import type { Optimizer } from './optimizers';
import { Draws } from './runners/draws';
import { checkTrainerState, TRAINER_STATE_VERSION } from './stateFormat';
import type { SavedCursor, TrainerState } from './stateFormat';
import { filledTracker, savedTracker } from './tracking';

/** What of a trainer is saved. */
export interface TrainerParts {
  readonly trainer: { readonly method: string };
  readonly model: Model;
  readonly options: object;
  readonly history: History;
  readonly optimizer: Optimizer;
  readonly cursor: TaskCursor | undefined;
  readonly tracker: CLMetricsTracker | undefined;
  readonly memory: { state(): object; restore(state: object): void };
  readonly draw: (labels: Int32Array) => Record<string, Int32Array>;
}

/** What the trainer makes its own after a restore. */
export type RestoredParts = Pick<TrainerParts, 'cursor' | 'tracker'>;

/** Everything as plain data. */
export function trainerState(parts: TrainerParts): TrainerState {
  const { trainer, model, options, history, optimizer, cursor, tracker, memory } = parts;
  refuseUnsavedMemory(trainer);
  return {
    version: TRAINER_STATE_VERSION,
    trainer: trainer.constructor.name,
    method: trainer.method,
    options: { ...options },
    model: model.state(),
    optimizer: optimizer.state(),
    history: history.state(),
    memory: memory.state(),
    cursor: cursor && !cursor.failed ? savedCursor(cursor) : null,
    tracker: tracker ? savedTracker(tracker) : null,
  };
}

/**
 * Takes a state over.
 *
 * @param subject what to call it in errors
 * @param halfDone called when everything that can be checked beforehand is right: an error that comes later leaves the trainer half
 *   restored
 */
export function restoreTrainer(subject: string, parts: TrainerParts, state: unknown, halfDone: () => void): RestoredParts {
  const { model, history, optimizer, memory, draw } = parts;
  checkSaved(subject, parts, state);
  const { cursor, tracker } = state;
  const restored = {
    cursor: cursor ? openedCursor(subject, cursor, draw) : undefined,
    tracker: tracker ? filledTracker(tracker.matrix, tracker.taskNames, tracker.fingerprint) : undefined,
  };
  optimizer.restore(state.optimizer);
  halfDone();
  model.restore(state.model);
  restoreMemory(subject, memory, state.memory);
  history.restore(state.history);
  return restored;
}

/** Throws unless a state is one that this trainer can take over, as far as that can be known before. */
export function checkSaved(subject: string, parts: TrainerParts, state: unknown): asserts state is TrainerState {
  const { trainer, model, options } = parts;
  refuseUnsavedMemory(trainer);
  checkTrainerState(subject, state, { name: trainer.constructor.name, method: trainer.method, options, model });
}

/** A method takes its memory as it is; what is damaged there may fail in any way. */
function restoreMemory(subject: string, memory: TrainerParts['memory'], state: object): void {
  try {
    memory.restore(state);
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'Error') throw error;
    throw problem(subject, `what the method remembers cannot be taken over (${message})`, 'use another copy');
  }
}

function savedCursor({ draws, failed: _, ...place }: TaskCursor): SavedCursor {
  return { ...place, loss: { ...place.loss }, ahead: draws.ahead.map((drawn) => mapValues(drawn, packed)) };
}

function openedCursor(subject: string, { ahead, ...place }: SavedCursor, draw: TrainerParts['draw']): TaskCursor {
  const drawn = ahead.map((one) => mapValues(one, (saved) => unpackedInts(subject, saved)));
  return { ...place, loss: { ...place.loss }, draws: new Draws(draw, drawn), failed: false };
}

function mapValues<A, B>(object: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

/** Hooks that a method with something to remember overrides. */
const REMEMBERING = ['draws', 'phases', 'beginTask', 'afterStep', 'endTask'];

/** A method that keeps something must say how to save it, else a restored trainer would go on without. */
function refuseUnsavedMemory(trainer: object): void {
  const saves = depthOf(trainer, 'memoryState');
  const hook = REMEMBERING.find((name) => depthOf(trainer, name) < saves);
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
