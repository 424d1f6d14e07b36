import type { MethodNeeds } from './needs';
import { visibleLine } from '../utils/visible';

/** What is looked at of a trainer. */
interface Warned {
  readonly constructor: Function;
}

const needsOf = (trainer: Warned) => (trainer.constructor as unknown as { needs: MethodNeeds }).needs;

/** Says so when a model has learnt tasks elsewhere (`learnt`, their names) of which the trainer's method remembers nothing. */
export function warnOfLostMemory(trainer: Warned, learnt: readonly string[]): void {
  const { memory } = needsOf(trainer);
  const tasks = learnt.length === 1 ? '1 task' : `${learnt.length} tasks`;
  const elsewhere = `${trainer.constructor.name}: the model has learnt ${tasks} without this trainer (${visibleLine(learnt.join('; '))})`;
  if (!memory) return console.info(`${elsewhere}; it goes on from the model's weights.`);
  console.warn(
    `${elsewhere}, of which this trainer has no ${memory}: for those it is no better than plain fine-tuning. ` +
      'To go on with them, restore the trainer that learnt them: trainer.restore(state).',
  );
}

/** Says so when a task is given up in the middle. */
export function warnOfUnfinishedTask(trainer: Warned, task: number): void {
  console.warn(
    `${trainer.constructor.name}: training of task ${task + 1} was interrupted and is not finished; it does not count as learnt. ` +
      'To finish it, call trainTask with its loader again.',
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
