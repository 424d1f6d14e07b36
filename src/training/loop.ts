import type { TaskLoader } from '../data/loader';
import { Residency } from './residency';
import { chooseRunner } from './runners/choose';
import { Draws } from './runners/opByOp';
import type { TaskCursor } from './cursor';
import type { StepSource } from './runners/opByOp';
import { TrainingInterrupted } from './progress';
import type { TrainCall, TrainingReport } from './progress';
import { Watch } from './monitor';

/** Between two looks at the clock, the interrupt signal and the losses there are as many steps as fit into this time. */
const CHUNK_MS = 40;

/** Trains on one task from `cursor` on, which it moves along. */
export async function runTask(
  loader: TaskLoader,
  epochs: number,
  cursor: TaskCursor,
  call: TrainCall,
  source: StepSource,
): Promise<TrainingReport> {
  cursor.draws ??= new Draws((batchSize) => source.feeds(batchSize));
  const data = new Residency(loader);
  const runner = chooseRunner(
    { loader, data, source, draws: cursor.draws, sizes: batchSizes(loader, epochs, cursor) },
    call.execution,
  );
  const watch = new Watch(loader, epochs, cursor, call, source);
  let chunk = 4;
  try {
    for (; cursor.epoch < epochs; cursor.epoch++, cursor.batch = 0) {
      const order = loader.epoch(cursor.epoch);
      watch.beginEpoch();
      while (cursor.batch < loader.batchesPerEpoch) {
        const done = cursor.epoch * loader.batchesPerEpoch + cursor.batch;
        if (call.probes?.steps.includes(done)) await call.probes.measure(done);
        const started = performance.now();
        const steps = Math.min(chunk, loader.batchesPerEpoch - cursor.batch, stepsToNextProbe(call, done));
        const batches = Array.from({ length: steps }, (_, i) => batchAt(order, loader.batchSize, cursor.batch + i));
        const losses = runner.run(batches);
        watch.check(losses);
        call.onLosses?.(losses, done);
        cursor.batch += steps;
        const msPerStep = (performance.now() - started) / steps;
        chunk = Math.max(1, Math.min(64, Math.round(CHUNK_MS / msPerStep)));
        await new Promise((resolve) => setImmediate(resolve));
        const finished = cursor.epoch === epochs - 1 && cursor.batch === loader.batchesPerEpoch;
        if (call.signal?.aborted && !finished)
          throw new TrainingInterrupted(`${watch.where()}: interrupted; what was learnt is kept, call again to go on`);
        watch.report();
      }
    }
    const total = epochs * loader.batchesPerEpoch;
    if (call.probes?.steps.includes(total)) await call.probes.measure(total);
    return watch.finish(runner);
  } finally {
    runner.close();
    data.release();
  }
}

function stepsToNextProbe({ probes }: TrainCall, done: number): number {
  return Math.min(...(probes?.steps ?? []).filter((step) => step > done).map((step) => step - done), Infinity);
}

/** The samples of a batch, as numbers within the task. */
function batchAt(order: Int32Array, batchSize: number, batch: number): Int32Array {
  return order.slice(batch * batchSize, (batch + 1) * batchSize);
}

/** The sizes of all batches still to come. */
function batchSizes(loader: TaskLoader, epochs: number, cursor: TaskCursor): number[] {
  const { size, batchSize, batchesPerEpoch } = loader;
  const epoch = Array.from({ length: batchesPerEpoch }, (_, i) => Math.min(batchSize, size - i * batchSize));
  return Array.from({ length: epochs - cursor.epoch }, () => epoch)
    .flat()
    .slice(cursor.batch);
}
