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

/** Options of `Model.predict` and `CLTrainer.predict`. */
export interface PredictOptions {
  /** Which task the inputs are of, where answers go by task; not to be given where the task is hidden. */
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
  /**
   * Softmax over what competes, in [0, 1]: the model's outputs, or (of `CLTrainer.predict`) the method's own scores, whose meaning the
   * method's description tells.
   */
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

/** Rows of one pass: large enough that the products dominate, small enough for the cache. */
export const ROWS_OF_A_PASS = 1000;

/** Who is asked: a model, or a trainer that answers in its own way. */
export interface Predictor {
  /** What to call it in errors. */
  readonly subject: string;
  /** Whether answers go by task. */
  readonly byTask: boolean;
  /** Numbers per input. */
  readonly inputSize: number;
  /** The tasks that may be meant. */
  readonly tasks: readonly KnownTask[];
  /** What to do where raw inputs cannot be standardised here. */
  readonly instead: string;
  /** What classes are weighed by; x [n, inputSize] → [n, classes]. */
  scores(k: Kernels, x: Value, task: number | undefined): Value;
}

interface Predicting {
  readonly architecture: string;
  readonly inputSize: number;
  readonly tasks: readonly KnownTask[];
  readonly answeredBy: string | undefined;
  logits(k: Kernels, x: Value, task: number | undefined): Value;
}

/** See `Model.predict`. */
export function predict(model: Predicting, raw: RawInputs, options?: PredictOptions): Prediction[] {
  const { architecture, inputSize, tasks, answeredBy } = model;
  const subject = `${architecture}.predict`;
  if (answeredBy !== undefined) {
    throw problem(
      subject,
      `${answeredBy} answers by more than the outputs of this network, and what it needs for that is not part of the network`,
      'ask the trainer: trainer.predict, after loadTrainer where it was saved (the outputs themselves: forward)',
    );
  }
  const byTask = findArchitecture(architecture).needs.taskId;
  const instead = 'standardise the inputs yourself and use forward';
  const scores: Predictor['scores'] = (k, x, task) => model.logits(k, x, task);
  return predictions({ subject, byTask, inputSize, tasks, instead, scores }, raw, options);
}

/** What is answered to raw inputs. */
export function predictions(asked: Predictor, raw: RawInputs, options: PredictOptions = {}): Prediction[] {
  const { subject } = asked;
  const { taskId, topK } = withDefaults<Required<PredictOptions>>(subject, options, { taskId: undefined as never, topK: 1 });
  checkNumber(subject, 'topK', topK, { min: 1, integer: true });
  const tasks = tasksAsked(asked, taskId);
  const { rows, count } = standardised(asked, raw, tasks);
  const result: Prediction[] = [];
  for (let start = 0; start < count; start += ROWS_OF_A_PASS) {
    const part = rows.subarray(start * asked.inputSize, (start + ROWS_OF_A_PASS) * asked.inputSize);
    const { scores, probabilities, classes } = weighed(asked, part, taskId);
    const names = classNames(tasks, classes);
    for (let from = 0; from < scores.length; from += classes) {
      // By score: probabilities far below others are all 0.
      const order = Array.from(names.keys()).sort((a, b) => scores[from + b] - scores[from + a]);
      if (!Number.isFinite(probabilities[from])) {
        const row = start + from / classes;
        throw problem(subject, `the outputs for row ${row} are not finite`, 'the model has diverged; train it anew');
      }
      const top = order
        .slice(0, topK)
        .map((label) => ({ label, className: names[label], probability: probabilities[from + label] }));
      result.push({ ...top[0], top });
    }
  }
  return result;
}

/** The scores of some rows and their softmax, [n, classes]. */
function weighed({ inputSize, scores }: Predictor, rows: Float32Array, taskId: number | undefined) {
  const { kernels: k, scope, toHost, dispose } = backend();
  const values = scope(() => {
    const weights = scores(k, k.tensor(rows, [rows.length / inputSize, inputSize]), taskId);
    return [k.scale(weights, 1), k.softmax(weights)]; // a copy: the scope frees what the method made
  });
  const [numbers, probabilities] = values.map((value) => toHost(value));
  dispose(...values);
  return { scores: numbers, probabilities, classes: values[0].shape[1] };
}

/** The tasks that may be meant: the one given, or all where answers do not go by task. */
function tasksAsked({ subject, byTask, tasks }: Predictor, taskId: number | undefined): readonly KnownTask[] {
  if (tasks.length === 0) {
    throw problem(subject, 'it was not trained yet, so it knows neither classes nor inputs', 'train it first, or use forward');
  }
  const known = tasks.map(({ id, name }) => `${id} (${name})`).join(', ');
  if (!byTask) {
    if (taskId === undefined) return tasks;
    throw problem(subject, 'it answers without knowing the task, so a taskId says nothing', 'leave it out');
  }
  const task = tasks.find(({ id }) => id === taskId);
  if (task) return [task];
  throw problem(subject, `it answers by task, got taskId ${shown(taskId)}`, `pass taskId, one of ${known}`);
}

function standardised({ subject, inputSize, instead }: Predictor, raw: RawInputs, tasks: readonly KnownTask[]) {
  const { inputs } = tasks[0];
  if (!inputs || tasks.some((task) => JSON.stringify(task.inputs) !== JSON.stringify(inputs))) {
    const reason = inputs ? 'its tasks standardise their inputs differently' : 'its tasks did not say what raw inputs are';
    throw problem(subject, reason, instead);
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
