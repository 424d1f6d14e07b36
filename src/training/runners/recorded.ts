import type { Program, Recording, Value } from '../../backend';
import { problem } from '../../utils/errors';
import { OpByOpRunner } from './opByOp';
import { gatherBatch, labelsAt } from './runner';
import type { StepRunner, TaskSteps } from './runner';

/**
 * Runs training steps as a recorded TensorFlow graph: the trainer's step is executed once with kernels that write down what
 * they are asked for; from then on the graph runs, with the task's data, the weights and the method's memory inside.
 *
 * The smaller last batch of an epoch runs op by op: the weights come back for it by themselves (1 ms), which is less than a
 * second graph takes to load and to optimise (20 ms).
 */
export class RecordedRunner implements StepRunner {
  readonly execution = 'recorded';
  private readonly program: Program;
  private readonly others: OpByOpRunner;

  /**
   * Records the step for full batches.
   *
   * @throws when it cannot be recorded
   */
  constructor(
    private readonly recording: Recording,
    private readonly steps: TaskSteps,
  ) {
    void steps.residency.samples; // on the device before recording begins
    this.program = this.record(steps.data.batchSize);
    recording.load(); // now, so that what cannot be loaded runs op by op instead
    this.others = new OpByOpRunner(steps);
  }

  run(batches: readonly Int32Array[], firstStep: number): Float32Array {
    const losses = new Float32Array(batches.length);
    const { batchSize } = this.steps.data;
    for (let done = 0; done < batches.length;) {
      const full = batches.slice(done, done + this.program.most).filter((batch) => batch.length === batchSize);
      const part = full.length ? full : batches.slice(done, done + 1);
      const first = firstStep + done;
      losses.set(full.length ? this.call(full, first) : this.others.run(part, first), done);
      done += part.length;
    }
    return losses;
  }

  close(): void {
    this.recording.close();
  }

  private call(batches: readonly Int32Array[], firstStep: number): Float32Array {
    const { rates } = this.steps;
    const inputs: Record<string, Int32Array[]> = { positions: [...batches] };
    if (rates) inputs.rate = rates.places(firstStep, batches.length);
    for (const batch of batches) {
      const drawn = this.steps.draws.next(labelsAt(this.steps, batch));
      for (const [name, numbers] of Object.entries(drawn)) (inputs[`drawn ${name}`] ??= []).push(numbers);
    }
    return this.recording.run(
      this.program,
      batches.length,
      Object.fromEntries(Object.entries(inputs).map(([name, rows]) => [name, joined(rows)])),
    );
  }

  private record(size: number): Program {
    const { step, task, residency, draws, batch, data, stepsLeft, rates } = this.steps;
    const full = batch(0).length === size ? 1 : 2; // steps up to the first full batch
    // No draw is made for a step that does not come: the next task would miss it.
    if (data.size < size || full > stepsLeft) throw problem('recording', 'there is no full batch');
    const first = Array.from({ length: full }, (_, ahead) => labelsAt(this.steps, batch(ahead)));
    const drawn = Object.entries(draws.peek(first));
    const lengths = Object.fromEntries([
      ['positions', size],
      ...(rates ? [['rate', 1]] : []),
      ...drawn.map(([name, { length }]) => [`drawn ${name}`, length]),
    ]) as Record<string, number>;
    const { recording } = this;
    return recording.program(lengths, (k, inputs) => {
      const source = {
        images: recording.resident('images', () => residency.samples.images),
        labels: recording.resident('labels', () => residency.samples.labels),
        tasks: residency.samples.tasks && recording.resident('tasks', () => residency.samples.tasks!),
      };
      const own = Object.fromEntries(drawn.map(([name]) => [name, inputs[`drawn ${name}`]])) as Record<string, Value>;
      const rate = rates?.at(k, inputs.rate);
      return step(gatherBatch((x, rows) => k.gather(x, rows), source, inputs.positions, task, own, rate));
    });
  }
}

function joined(rows: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(rows.reduce((total, { length }) => total + length, 0));
  let start = 0;
  for (const row of rows) {
    all.set(row, start);
    start += row.length;
  }
  return all;
}
