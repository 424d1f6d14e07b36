import type { Predictor } from '../models/predict';
import type { Model } from '../models';
import { SCENARIOS } from '../scenarios/compatibility';
import { checkList, checkNumber, problem } from '../utils/errors';
import type { History } from './history';

/** Throws unless answers can be taken among these labels. */
export function checkAmong(subject: string, among: readonly number[]): void {
  checkList(subject, 'among', among);
  among.forEach((label, i) => checkNumber(subject, `among[${i}]`, label, { min: 0, integer: true }));
}

/**
 * A trainer as one that can be asked about raw inputs: it answers as it is evaluated, by task where its stream reveals the task.
 *
 * @param scores what the method weighs classes by
 * @throws when it has learnt nothing
 */
export function predictorOf(
  subject: string,
  { inputSize, tasks }: Model,
  { scenario }: History,
  scores: Predictor['scores'],
): Predictor {
  if (scenario === undefined) {
    const remedy = 'train it first, or load a saved one (loadTrainer); a model that others trained answers by model.predict';
    throw problem(subject, 'this trainer has learnt no task', remedy);
  }
  const instead = 'make a loader of the inputs and use answers';
  return { subject, byTask: SCENARIOS[scenario].taskIdAtTest, inputSize, tasks, instead, scores };
}

/**
 * The label with the largest score of each row, among some.
 *
 * @param scores row after row, [n, classes]
 * @param n rows
 * @returns int32 [n]
 */
export function largestAmong(subject: string, scores: Float32Array, n: number, among: readonly number[]): Int32Array {
  const classes = scores.length / n;
  const unknown = among.find((label) => label >= classes);
  if (unknown !== undefined) {
    throw problem(subject, `there is no output for label ${unknown}`, `outputs are 0 to ${classes - 1}`);
  }
  return Int32Array.from({ length: n }, (_, row) =>
    among.reduce((best, label) => (scores[row * classes + label] > scores[row * classes + best] ? label : best)),
  );
}
