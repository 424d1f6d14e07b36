import { CLTrainer, RandomStream, together, type TaskLoader, type TrainingData } from '../../src';

/** Learns each task along with all earlier ones: the upper bound that keeps all data. */
export class Cumulative extends CLTrainer {
  override readonly method = 'cumulative';

  protected override trainingData(_loader: TaskLoader, seen: readonly TaskLoader[]): TrainingData {
    return together(seen, (epoch, size) => new RandomStream(this.options.seed, `epoch ${epoch}`).permutation(size));
  }
}
