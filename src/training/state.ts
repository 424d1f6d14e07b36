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
  readonly trainer: object;
  readonly model: Model;
  readonly options: object;
  readonly history: History;
  readonly optimizer: Optimizer;
  readonly cursor: TaskCursor | undefined;
  readonly tracker: CLMetricsTracker | undefined;
  readonly memory: { state(): object; restore(state: object): void };
  readonly draw: (batchSize: number) => Record<string, Int32Array>;
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
 * @param halfDone called when everything that can be checked beforehand is right: an error that comes later leaves the trainer half
 *   restored
 */
export function restoreTrainer(parts: TrainerParts, state: TrainerState, halfDone: () => void): RestoredParts {
  const { trainer, model, options, history, optimizer, memory, draw } = parts;
  const subject = `${trainer.constructor.name}.restore`;
  refuseUnsavedMemory(trainer);
  checkTrainerState(subject, state, { name: trainer.constructor.name, options, model });
  const { cursor, tracker } = state;
  const restored = {
    cursor: cursor ? openedCursor(subject, cursor, draw) : undefined,
    tracker: tracker ? filledTracker(tracker.matrix, tracker.taskNames, tracker.fingerprint) : undefined,
  };
  optimizer.restore(state.optimizer);
  halfDone();
  model.restore(state.model);
  memory.restore(state.memory);
  history.restore(state.history);
  return restored;
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
