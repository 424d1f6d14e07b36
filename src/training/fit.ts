import { backend } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { checkArchitecture } from '../models/architectures';
import type { Model } from '../models';
import { problem, shown } from '../utils/errors';
import type { TaskLoaders } from './data';
import { needsFit } from './needs';
import type { MethodNeeds } from './needs';
import type { TrainerOptions } from './options';
import type { Phase } from './plan';

/** Throws unless the model suits the task's scenario and inputs. */
export function checkModel(subject: string, { architecture, inputSize, imageShape }: Model, task: Task): void {
  checkArchitecture(architecture, task.scenario);
  if (task.inputSize !== inputSize) {
    throw problem(
      subject,
      `the model takes ${inputSize} inputs, but ${task.name} has ${task.inputSize}`,
      `make the model with inputSize: ${task.inputSize}`,
    );
  }
  if (!imageShape || imageShape.join() === task.inputShape.join()) return;
  throw problem(
    subject,
    `the model takes images of [${imageShape}], but the inputs of ${task.name} have the shape [${task.inputShape}]`,
    `make the model with inputShape: [${task.inputShape}]${task.inputShape.length === 3 ? '' : ', without conv'}`,
  );
}

/** Whether the trainer may not know where the task begins and ends. */
export function isHidden({ boundaries }: Task): boolean {
  return boundaries === 'hidden';
}

/** Throws where a method cannot learn a task's scenario. */
export function checkScenario(subject: string, { scenario }: Task, needs: MethodNeeds): void {
  const { fit, reason } = needsFit(needs, scenario, '', 'another method');
  if (fit === 'no') throw problem(`${subject} in the ${scenario} scenario`, reason);
}

/**
 * Throws unless a method can do with what the task's stream reveals.
 *
 * @param subject the method's trainer
 */
export function checkRevealed(subject: string, { boundaries, name }: Task, { taskBoundaries }: MethodNeeds): void {
  if (boundaries !== 'hidden' || !taskBoundaries) return;
  const reason = `it must be told where a task begins and ends, which the stream of ${name} hides`;
  throw problem(subject, reason, 'use a method that needs no task boundaries, or a stream that tells them');
}

/** Throws where the learning rate is to follow a task whose bounds nobody knows. */
export function checkScheduled(
  subject: string,
  { boundaries, name }: Task,
  { schedule }: Pick<TrainerOptions, 'schedule'>,
): void {
  if (boundaries !== 'hidden' || !schedule) return;
  const reason = `its learning rate changes within a task, and the stream of ${name} hides where one begins and ends`;
  throw problem(subject, reason, 'leave out schedule, or use a stream that tells task boundaries');
}

/** Throws where samples that may be seen once would be seen again. */
export function checkPasses(subject: string, { online, name }: Task, phases: readonly Phase[]): void {
  const passes = phases.reduce((sum, { epochs }) => sum + epochs, 0);
  if (!online || passes <= 1) return;
  const reason = `${name} is learnt online, each sample is seen once, but ${passes} passes over its data are asked for`;
  throw problem(subject, reason, 'use epochs: 1');
}

/** Throws when the model, ready for a task, has fewer outputs than the task's labels need. */
export function checkOutputs(subject: string, model: Model, { task }: TaskLoader, taskId: number | undefined): void {
  const { kernels: k, scope } = backend();
  let outputs = 0;
  scope(() => {
    outputs = model.logits(k, k.tensor(new Float32Array(model.inputSize), [1, model.inputSize]), taskId).shape[1];
  });
  const largest = Math.max(...task.classes);
  if (largest < outputs) return;
  throw problem(
    subject,
    `task ${task.id + 1} (${task.name}) has label ${largest}, but ${model.architecture} has ${outputs} outputs for it`,
    'number the labels of each task as its scenario has them: from 0 where the task id is known',
  );
}

/** Throws when the model has no output for a task that is to be evaluated: every answer would be wrong. */
export function checkAnswers(subject: string, model: Model, task: Task): void {
  if (model.canAnswer(task)) return;
  const reason = `${model.architecture} has no output for task ${task.id + 1} (${task.name}) yet`;
  throw problem(subject, reason, 'train the task first');
}

/** Throws unless something that was passed is a loader. */
export function checkLoader(subject: string, loader: unknown): asserts loader is TaskLoader {
  const { task, taskFingerprint } = (loader ?? {}) as Partial<TaskLoader>;
  if (typeof task === 'object' && typeof taskFingerprint === 'string') return;
  throw problem(subject, `expected the loader of a task, got ${shown(loader)}`, 'pass for example stream.trainLoaders[0]');
}

/** Throws unless something that was passed is a loader of data that may be trained on. */
export function checkTrainingData(subject: string, loader: unknown): asserts loader is TaskLoader {
  checkLoader(subject, loader);
  const { split, task } = loader;
  if (split !== 'test') return;
  const reason = `this is the test data of task ${task.id + 1} (${task.name}): what is trained on it cannot be measured with it`;
  throw problem(subject, reason, `pass stream.trainLoaders[${task.id}]`);
}

/** Throws unless something that was passed is a list of loaders. */
export function checkLoaders(subject: string, name: string, loaders: unknown): asserts loaders is readonly TaskLoader[] {
  if (!Array.isArray(loaders)) throw problem(subject, `${name} must be a list of loaders, got ${shown(loaders)}`);
  for (const loader of loaders) checkLoader(`${subject}, ${name}`, loader);
}

/** Throws unless there is a training and a test loader for each task, of the same tasks, in the order of their ids. */
export function checkStream(subject: string, { trainLoaders, testLoaders }: TaskLoaders): void {
  checkLoaders(subject, 'trainLoaders', trainLoaders);
  checkLoaders(subject, 'testLoaders', testLoaders);
  trainLoaders.forEach((loader) => checkTrainingData(subject, loader));
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
