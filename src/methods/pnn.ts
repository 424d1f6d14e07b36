import type { Task } from '../data/task';
import { ProgressiveNeuralNet } from '../models';
import type { Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions } from '../training';
import { problem } from '../utils/errors';
import type { MethodEntry } from './entry';

/**
 * Progressive neural networks (Rusu et al. 2016): one column a task, earlier columns frozen, lateral connections from all
 * of them. Forgets nothing by construction; `capacityReport()` shows what that costs.
 */
export class PNNTrainer extends CLTrainer {
  static override readonly needs: MethodNeeds = {
    taskId: 'test',
    taskBoundaries: true,
    architecture: 'ProgressiveNeuralNet',
    noConvolution: 'its columns and their lateral connections are of linear layers',
  };
  override readonly method = 'pnn';

  /**
   * @param network gets one column a task by itself
   * @param options `{lr: 0.01, momentum: 0.9, epochs: 5, seed, …}`
   */
  constructor(
    private readonly network: ProgressiveNeuralNet,
    options: Partial<TrainerOptions> = {},
  ) {
    super(network, options);
    if (network instanceof ProgressiveNeuralNet) return;
    throw problem(
      'PNNTrainer',
      `it trains a ProgressiveNeuralNet, got ${(network as Model).architecture}`,
      'pass new ProgressiveNeuralNet()',
    );
  }

  protected override beginTask({ id }: Task): void {
    if (!this.network.columns[id].frozen) return;
    throw problem('PNNTrainer', `column ${id} is frozen, so its task cannot be trained again`, 'make a new network');
  }

  /** The finished column is frozen at once, so nothing that comes later can change it. */
  protected override endTask(task: Task): void {
    this.network.freezeColumn(task.id);
  }

  /** All it keeps is in the network. */
  protected override memoryState(): object {
    return {};
  }
}

/** What the library knows of the method. */
export const pnn: MethodEntry = {
  name: 'pnn',
  label: 'PNN',
  paper: 'Rusu et al. 2016',
  tested: 'old columns stay bit-equal; lateral gradients against finite differences',
  style: { color: '#CC79A7', symbol: 'star' },
  create: (model, options) => new PNNTrainer(model as ProgressiveNeuralNet, options),
  needs: PNNTrainer.needs,
  relativeCost: 2,
  why: 'one column a task, chosen by the task id',
  useWhen: 'forgetting must be exactly zero, tasks are few, and the task id is known',
  breaksWhen: 'the task id is hidden at test time, or there are many tasks: parameters grow with their square',
  ruleOfThumb: 'nothing to tune against forgetting; watch `capacityReport()`',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  studiesTransfer: true,
};
