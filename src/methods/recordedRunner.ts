import type { Program, Recording, Value } from '../backend';
import type { StepRunner, TaskSteps } from './stepRunner';

/**
 * Runs training steps as a recorded TensorFlow graph: the trainer's step is executed once with kernels that write down what
 * they are asked for; from then on the graph runs, with the task's data, the weights and the method's memory inside.
 */
export class RecordedRunner implements StepRunner {
  readonly execution = 'recorded';
  private readonly programs = new Map<number, Program>();

  /**
   * Records the step for all batch sizes to come.
   *
   * @throws when it cannot be recorded
   */
  constructor(
    private readonly recording: Recording,
    private readonly steps: TaskSteps,
  ) {
    const { loader, sizes } = steps;
    loader.resident(); // on the device before recording begins
    for (const size of new Set(sizes)) this.programs.set(size, this.record(size));
  }

  run(batches: readonly Int32Array[]): Float32Array {
    const losses = new Float32Array(batches.length);
    for (let done = 0; done < batches.length; ) {
      const program = this.programs.get(batches[done].length)!;
      let end = done + 1;
      while (end < batches.length && batches[end].length === batches[done].length && end - done < program.most) end++;
      losses.set(this.call(program, batches.slice(done, end)), done);
      done = end;
    }
    return losses;
  }

  close(): void {
    this.recording.close();
  }

  private call(program: Program, batches: readonly Int32Array[]): Float32Array {
    const rows: Record<string, Int32Array[]> = { positions: [...batches] };
    for (const { length } of batches) {
      for (const [name, drawn] of Object.entries(this.steps.draws.next(length))) (rows[`feed ${name}`] ??= []).push(drawn);
    }
    return this.recording.run(program, batches.length, Object.fromEntries(Object.entries(rows).map(([name, parts]) => [name, joined(parts)])));
  }

  private record(size: number): Program {
    const { loader, source, draws, sizes } = this.steps;
    const drawn = Object.entries(draws.peek(sizes.slice(0, sizes.indexOf(size) + 1)));
    const lengths = Object.fromEntries([['positions', size], ...drawn.map(([name, { length }]) => [`feed ${name}`, length])]) as Record<string, number>;
    return this.recording.program(lengths, (k, inputs) => {
      const { positions } = inputs;
      return source.step({
        x: k.gather(this.recording.resident('images', () => loader.resident().images), positions),
        y: k.gather(this.recording.resident('labels', () => loader.resident().labels), positions),
        task: source.task,
        size,
        feeds: Object.fromEntries(drawn.map(([name]) => [name, inputs[`feed ${name}`]])) as Record<string, Value>,
      });
    });
  }
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((total, { length }) => total + length, 0));
  let start = 0;
  for (const part of parts) {
    all.set(part, start);
    start += part.length;
  }
  return all;
}
