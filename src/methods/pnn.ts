import type { Task } from '../data/task';
import { ProgressiveNeuralNet } from '../models';
import type { Model } from '../models';
import { problem } from '../utils/errors';
import { CLTrainer } from '../training/trainer';
import type { TrainerOptions } from '../training/types';

/**
 * Progressive neural networks (Rusu et al. 2016): one column a task, earlier columns frozen, lateral connections from all
 * of them. Forgets nothing by construction; `capacityReport()` shows what that costs.
 */
export class PNNTrainer extends CLTrainer {
  override readonly method = 'pnn';

  /**
   * @param network gets one column a task by itself
   * @param options `{lr: 0.01, momentum: 0.9, epochs: 5, seed}`
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

  /** The finished column is frozen at once, so nothing that comes later can change it. */
  protected override endTask(task: Task): void {
    this.network.freezeColumn(task.id);
  }
}
