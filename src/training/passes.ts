import { countPasses } from '../models/passes';
import type { Passes } from '../models/passes';
import type { TrainingData } from './data';

/**
 * Counts the samples that go forward and backward through networks in training steps: those of the batch, those replayed, and
 * those of further passes (a teacher's, a memory's). All steps of a task with batches of one size make the same passes, so a
 * recorded step, which is written down once, counts as often as it runs.
 */
export class StepPasses {
  private forward = 0;
  private backward = 0;
  private unknown = false;
  /** What the last step of each size was like; each task runs or records one of a size before it counts any. */
  private readonly bySize = new Map<number, Passes>();

  /** All so far; null where a network does not count (an architecture of one's own without `Trunk`). */
  get total(): Passes | null {
    return this.unknown ? null : { forward: this.forward, backward: this.backward };
  }

  /** Runs or records a step for a batch of `size` samples. */
  step<T>(size: number, work: () => T): T {
    const { result, passes } = countPasses(work);
    this.bySize.set(size, passes);
    return result;
  }

  /** Adds steps that were done. */
  add({ size, batchSize, batchesPerEpoch }: TrainingData, firstStep: number, steps: number): void {
    for (let step = firstStep; step < firstStep + steps; step++) {
      const start = (step % batchesPerEpoch) * batchSize;
      const passes = this.bySize.get(Math.min(batchSize, size - start));
      if (!passes?.forward) this.unknown = true;
      else {
        this.forward += passes.forward;
        this.backward += passes.backward;
      }
    }
  }
}
