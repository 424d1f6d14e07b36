import type { Model } from '../models';
import type { MethodNeeds } from './needs';

/** What is looked at of a trainer. */
interface Warned {
  readonly model: Model;
  readonly constructor: Function;
}

const needsOf = (trainer: Warned) => (trainer.constructor as unknown as { needs: MethodNeeds }).needs;

/** Says so when a new trainer gets a model that has learnt tasks of which the method remembers nothing. */
export function warnOfLostMemory(trainer: Warned, learntHere: number): void {
  const { learnt } = trainer.model;
  if (learntHere > 0 || learnt.length === 0) return;
  const { memory } = needsOf(trainer);
  const tasks = learnt.length === 1 ? '1 task' : `${learnt.length} tasks`;
  const before = `${trainer.constructor.name}: the model has learnt ${tasks} before (${learnt.join('; ')})`;
  if (!memory) return console.info(`${before}; this trainer goes on from its weights.`);
  console.warn(
    `${before}, of which this trainer has no ${memory}: for those it is no better than plain fine-tuning. ` +
      'To go on with them, restore the trainer that learnt them: trainer.restore(state).',
  );
}

/** Says so when a task is trained while the method has kept nothing of an earlier one. */
export function warnOfSkippedConsolidation(trainer: Warned, tasks: readonly number[]): void {
  const { memory } = needsOf(trainer);
  if (!memory || tasks.length === 0) return;
  const names = tasks.map((id) => id + 1).join(', ');
  console.warn(
    `${trainer.constructor.name}: task ${names} was trained but not consolidated, so there are no ${memory} of it. ` +
      'Call consolidate(loader) right after trainTask(loader), or use runSequence.',
  );
}
