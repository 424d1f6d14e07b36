import type { TaskLoader } from '../data/loader';
import type { Model } from '../models';
import { CLTrainer, together } from '../training';
import type { MethodNeeds, TrainerOptions, TrainingData } from '../training';
import { RandomStream } from '../utils/random';
import type { MethodEntry } from './entry';

/** The samples of all tasks so far in one shuffled set, a new order for each number of tasks and each epoch. */
export function shuffledTogether(seen: readonly TaskLoader[], seed: number): TrainingData {
  const name = `together/tasks ${seen.length}/epoch `;
  return together(seen, (epoch, size) => new RandomStream(seed, name + epoch).permutation(size));
}

/**
 * Cumulative training (as in Lomonaco et al. 2021, Avalanche): learns each task along with the data of all earlier ones, and goes on
 * from the weights it has. An upper bound that keeps all data; a task costs as many steps as all tasks so far hold samples.
 */
export class Cumulative extends CLTrainer {
  static override readonly needs: MethodNeeds = {
    storedSamples: true,
    mixedBatches: true,
    memory: 'data of earlier tasks',
  };
  override readonly method: string = 'cumulative';

  /**
   * @param model the network to train
   * @param options `{lr, momentum, epochs, seed, …}`
   */
  constructor(model: Model, options: Partial<TrainerOptions> = {}) {
    super(model, options);
    this.requireMixedBatches();
  }

  protected override trainingData(_loader: TaskLoader, seen: readonly TaskLoader[]): TrainingData {
    return shuffledTogether(seen, this.options.seed);
  }
}

/** What the library knows of the method. */
export const cumulative: MethodEntry = {
  name: 'cumulative',
  label: 'Cumulative',
  paper: 'upper bound, as in van de Ven & Tolias 2019',
  tested: 'each pass is a permutation of all samples seen so far',
  style: { color: '#666666', symbol: 'triangle-down' },
  create: (model, options) => new Cumulative(model, options),
  needs: Cumulative.needs,
  relativeCost: 3,
  why: 'all data so far is learnt again',
  useWhen: 'all data may be kept and training time does not matter',
  breaksWhen: 'data may not be kept, or there are many tasks: the cost grows with their square',
  ruleOfThumb: 'an upper bound: what is missing to it is what forgetting costs',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  inStudies: false,
};
