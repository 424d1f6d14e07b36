import { backend } from '../backend';
import type { Kernels, Value } from '../backend';
import { standardiseInputs } from '../data/standardise';
import type { InputDescription } from '../data/dataset';
import type { InputArrays } from '../data/inputs';
import type { TableSource } from '../data/table/source';
import type { Task } from '../data/task';
import { checkNumber, problem, shown, withDefaults } from '../utils/errors';
import { findArchitecture } from './architectures';
import { isTensor } from './inputs';

/**
 * Raw inputs, in the form the training data had: images as bytes 0 … 255 (Uint8Array) or numbers 0 … 1, features in their own
 * range; flat or one row of numbers per input, a tensor [n, inputSize], or, for data from a table, rows as objects, a data frame or
 * the path of a CSV file.
 */
export type RawInputs = InputArrays | TableSource | Value;

/** Options of `Model.predict`. */
export interface PredictOptions {
  /** Which task the inputs are of, where the model answers by task; not to be given where the task is hidden. */
  taskId?: number;
  /** How many of the most likely classes to list in `top`; default 1. */
  topK?: number;
}

/** A class with how likely it is. */
export interface Answer {
  /** The label as the task serves it. */
  label: number;
  /** Its name in the training data. */
  className: string;
  /** Softmax over the outputs that compete, in [0, 1]. */
  probability: number;
}

/** What a model says of one input. */
export interface Prediction extends Answer {
  /** The `topK` most likely classes, the most likely first. */
  top: Answer[];
}

/** What a model keeps of a task it was trained on, so that it can answer people. */
export interface KnownTask {
  /** Its position in the stream, from 0. */
  id: number;
  /** Its name for people. */
  name: string;
  /** Its labels. */
  classes: number[];
  /** Their names, in the same order. */
  classNames: string[];
  /** What raw inputs are and how they are standardised; absent where the task did not say. */
  inputs?: InputDescription;
}

/** What a model keeps of a task. */
export function knownTask({ id, name, classes, classNames, inputs }: Task): KnownTask {
  const plain = inputs && (JSON.parse(JSON.stringify(inputs)) as InputDescription);
  return { id, name, classes: [...classes], classNames: [...classNames], ...(plain && { inputs: plain }) };
}

interface Predictor {
  readonly architecture: string;
  readonly inputSize: number;
  readonly tasks: readonly KnownTask[];
  logits(k: Kernels, x: Value, task: number | undefined): Value;
}

/** See `Model.predict`. */
export function predict(model: Predictor, raw: RawInputs, options: PredictOptions = {}): Prediction[] {
  const subject = `${model.architecture}.predict`;
  const { taskId, topK } = withDefaults<Required<PredictOptions>>(subject, options, { taskId: undefined as never, topK: 1 });
  checkNumber(subject, 'topK', topK, { min: 1, integer: true });
  const asked = tasksAsked(subject, model, taskId);
  const { rows, count } = standardised(subject, model, raw, asked);
  const { kernels: k, scope, toHost, dispose } = backend();
  const probabilities = scope(() => k.softmax(model.logits(k, k.tensor(rows, [count, model.inputSize]), taskId)));
  const numbers = toHost(probabilities);
  const classes = probabilities.shape[1];
  dispose(probabilities);
  const names = classNames(asked, classes);
  return Array.from({ length: count }, (_, row) => {
    const answers = names.map((className, label) => ({ label, className, probability: numbers[row * classes + label] }));
    answers.sort((a, b) => b.probability - a.probability);
    if (!Number.isFinite(answers[0].probability)) {
      throw problem(subject, `the outputs for row ${row} are not finite`, 'the model has diverged; train it anew');
    }
    return { ...answers[0], top: answers.slice(0, topK) };
  });
}

/** The tasks that may be meant: the one given, or all where the model does not go by task. */
function tasksAsked(subject: string, { architecture, tasks }: Predictor, taskId: number | undefined): readonly KnownTask[] {
  if (tasks.length === 0) {
    throw problem(subject, 'it was not trained yet, so it knows neither classes nor inputs', 'train it first, or use forward');
  }
  const known = tasks.map(({ id, name }) => `${id} (${name})`).join(', ');
  if (!findArchitecture(architecture).needs.taskId) {
    if (taskId === undefined) return tasks;
    throw problem(subject, 'it answers without knowing the task, so a taskId says nothing', 'leave it out');
  }
  const task = tasks.find(({ id }) => id === taskId);
  if (task) return [task];
  throw problem(subject, `it answers by task, got taskId ${shown(taskId)}`, `pass taskId, one of ${known}`);
}

function standardised(subject: string, { inputSize }: Predictor, raw: RawInputs, tasks: readonly KnownTask[]) {
  const { inputs } = tasks[0];
  if (!inputs || tasks.some((task) => JSON.stringify(task.inputs) !== JSON.stringify(inputs))) {
    const reason = inputs ? 'its tasks standardise their inputs differently' : 'its tasks did not say what raw inputs are';
    throw problem(subject, reason, 'standardise the inputs yourself and use forward');
  }
  if (!isTensor(raw)) return standardiseInputs(raw, inputs, subject);
  if (raw.shape.length !== 2 || raw.shape[1] !== inputSize) {
    throw problem(subject, `expected a tensor [n, ${inputSize}], got [${raw.shape}]`, 'reshape it');
  }
  return standardiseInputs(Float32Array.from(backend().toHost(raw)), inputs, subject);
}

/** The name of each output; where tasks mean different classes by one label, all of them. */
function classNames(tasks: readonly KnownTask[], outputs: number): string[] {
  return Array.from({ length: outputs }, (_, label) => {
    const names = tasks.flatMap((task) => {
      const at = task.classes.indexOf(label);
      return at < 0 ? [] : [task.classNames[at]];
    });
    return [...new Set(names)].join(' or ') || String(label);
  });
}
