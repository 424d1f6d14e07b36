import { Parameter } from '../autodiff';
import type { Gradients } from '../autodiff';
import { checkNumber, problem, shown } from '../utils/errors';
import type { TrainingData } from './data';

/** Throws unless `trainingData` gave samples to train on. */
export function checkTrainingData(trainer: string, data: TrainingData): void {
  const subject = `${trainer}.trainingData`;
  const { size, batchSize, batchesPerEpoch } = (data as Partial<TrainingData> | undefined) ?? {};
  if (size === undefined) throw problem(subject, `it gave ${shown(data)}`, 'return a loader, or together(loaders, order)');
  checkNumber(subject, 'size', size, { min: 1, integer: true });
  checkNumber(subject, 'batchSize', batchSize, { min: 1, integer: true });
  if (batchesPerEpoch === Math.ceil(size / batchSize)) return;
  throw problem(
    subject,
    `batchesPerEpoch is ${shown(batchesPerEpoch)}, but ${size} samples make ${Math.ceil(size / batchSize)} batches of ${batchSize}`,
    'count the smaller last batch, too',
  );
}

/** Throws unless `adjustGradients` gave gradients of parameters that may change, each in its parameter's shape. */
export function checkAdjusted(trainer: string, adjusted: Gradients): void {
  const subject = `${trainer}.adjustGradients`;
  if (!(adjusted instanceof Map)) throw problem(subject, `it gave ${shown(adjusted)}`, 'return the gradients');
  for (const [parameter, gradient] of adjusted) {
    if (!(parameter instanceof Parameter)) throw problem(subject, `it gave a gradient for ${shown(parameter)}, no parameter`);
    if (parameter.frozen) throw problem(parameter.name, 'it is frozen, but a training step wants to change it');
    if (sameShape(gradient.shape, parameter.shape)) continue;
    const reason = `the gradient of ${parameter.name} has the shape [${gradient.shape}], the parameter [${parameter.shape}]`;
    throw problem(subject, reason, 'reshape it');
  }
}

/** Called for every parameter of every step: without making texts. */
function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}
