import type { TaskLoader } from '../data/loader';
import { problem } from '../utils/errors';

/** Loaders whose labels were looked at: they cannot change. */
const checked = new WeakSet<TaskLoader>();

/** Throws when a loader serves a label that is none of its task's classes: no output would answer for it. */
export function checkLabels(subject: string, loader: TaskLoader): void {
  if (checked.has(loader)) return;
  const { task } = loader;
  const classes = new Set(task.classes);
  const labels = loader.labels();
  const wrong = labels.findIndex((label) => !classes.has(label));
  if (wrong >= 0) {
    throw problem(
      subject,
      `sample ${wrong} of task ${task.id + 1} (${task.name}, ${loader.split}) has label ${labels[wrong]}, but its ${classes.size} outputs are for the labels ${task.classes.join(', ')}`,
      'list every label in the task’s classes',
    );
  }
  checked.add(loader);
}

/** Throws unless there is a training and a test loader for each task, of the same tasks, in the order of their ids. */
export function checkStream(subject: string, trainLoaders: readonly TaskLoader[], testLoaders: readonly TaskLoader[]): void {
  if (trainLoaders.length !== testLoaders.length || trainLoaders.length === 0) {
    throw problem(subject, `${trainLoaders.length} training and ${testLoaders.length} test loaders`, 'give one of each a task');
  }
  for (const [i, train] of trainLoaders.entries()) {
    const test = testLoaders[i];
    if (train.task.id !== i || test.task.id !== i) {
      const ids = `position ${i} holds training data of task ${train.task.id} and test data of task ${test.task.id}`;
      throw problem(
        subject,
        ids,
        'give all tasks in the order of their ids, from 0 (for another order make the stream with classOrder)',
      );
    }
    if (train.taskFingerprint !== test.taskFingerprint) {
      throw problem(
        subject,
        `training data (${train.task.name}) and test data (${test.task.name}) of task ${i + 1} are of different streams`,
        'take both from one stream',
      );
    }
  }
}
