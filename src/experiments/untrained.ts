import { initBackend } from '../backend';
import { NaiveTrainer } from '../methods';
import { mean, sampleStd } from '../metrics';
import type { Model } from '../models';
import type { TaskLoaders } from '../training';
import { checkFunction, checkList, checkNumber } from '../utils/errors';
import { checkLoaders } from './checkParts';

/** Accuracies of networks that learnt nothing; `mean` is the baseline b of `forwardTransfer`. */
export interface UntrainedAccuracies {
  /** b_i: mean accuracy on each task over the initialisations; [tasks]. */
  readonly mean: number[];
  /** Sample standard deviation of each; null with a single initialisation. */
  readonly std: (number | null)[];
  /** Accuracy on each task, one row per seed; [seeds, tasks]. */
  readonly bySeed: number[][];
}

/**
 * b_i of forward transfer: the accuracy on each task of networks at random initialisation, averaged over several (one alone can be
 * 0.2 away on a task of two classes). Each network has the outputs that it would have at the task's turn: where the head grows,
 * those of the tasks so far.
 *
 * @param makeModel makes the network of a seed, e.g. `(seed) => new DomainMLP({ nClasses: 10, seed })`
 * @param stream its test loaders are asked about
 * @param seeds one network each; default 1 … 5
 *
 * Source: Lopez-Paz & Ranzato 2017, section 3: the test accuracy at random initialisation.
 * @example
 * const b = await untrainedAccuracies((seed) => new DomainMLP({ nClasses: 10, seed }), stream);
 * console.log(forwardTransfer(tracker.matrix, b.mean));
 */
export async function untrainedAccuracies(
  makeModel: (seed: number) => Model,
  stream: Pick<TaskLoaders, 'testLoaders'>,
  seeds: readonly number[] = [1, 2, 3, 4, 5],
): Promise<UntrainedAccuracies> {
  const subject = 'untrainedAccuracies';
  checkFunction(subject, 'makeModel', makeModel, '(seed) => new DomainMLP({ nClasses: 10, seed })');
  checkList(subject, 'seeds', seeds);
  seeds.forEach((seed, i) => checkNumber(subject, `seeds[${i}]`, seed, { integer: true }));
  checkLoaders(subject, stream, ['testLoaders']);
  const { testLoaders } = stream;
  await initBackend();
  const bySeed: number[][] = [];
  for (const seed of seeds) {
    const model = makeModel(seed);
    const trainer = new NaiveTrainer(model);
    const accuracies: number[] = [];
    for (const loader of testLoaders) {
      model.prepareTask(loader.task);
      accuracies.push(await trainer.evaluate(loader));
    }
    bySeed.push(accuracies);
    trainer.dispose();
    model.dispose();
  }
  const columns = testLoaders.map((_, task) => bySeed.map((row) => row[task]));
  return { mean: columns.map((column) => mean(column)), std: columns.map((column) => sampleStd(column)), bySeed };
}
