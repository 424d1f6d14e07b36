import { backend } from '../../backend';
import type { Value } from '../../backend';
import { gatherBatch, labelsAt } from './runner';
import type { StepRunner, TaskSteps } from './runner';

/** Runs each operation at once: the reference, for every backend and every method. */
export class OpByOpRunner implements StepRunner {
  readonly execution = 'op-by-op';

  constructor(
    private readonly steps: TaskSteps,
    readonly executionNote?: string,
  ) {}

  run(batches: readonly Int32Array[], firstStep: number): Float32Array {
    const { toHost, dispose } = backend();
    const losses: Value[] = [];
    try {
      for (const [i, positions] of batches.entries()) losses.push(this.step(positions, firstStep + i));
      return Float32Array.from(losses, (loss) => toHost(loss)[0]); // read back in one go: a step does not wait
    } finally {
      dispose(...losses);
    }
  }

  close(): void {}

  private step(positions: Int32Array, number: number): Value {
    const { kernels: k, scope } = backend();
    const { step, residency, draws, task, rates } = this.steps;
    const { samples } = residency;
    return scope(() => {
      const at = k.tensor(positions, [positions.length]);
      const drawn = Object.entries(draws.next(labelsAt(this.steps, positions))).map(([name, data]) => [
        name,
        k.tensor(data, [data.length]),
      ]);
      const rate = rates?.at(k, k.tensor(rates.places(number, 1)[0], [1]));
      const own = Object.fromEntries(drawn) as Record<string, Value>;
      return step(gatherBatch((x, rows) => k.gather(x, rows), samples, at, task, own, rate));
    });
  }
}
