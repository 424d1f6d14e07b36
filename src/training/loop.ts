import type { TaskCursor } from './cursor';
import { Monitor } from './monitor';
import { batchesIn, checkPhases, epochsOf, ratesOf, stepsOf } from './plan';
import type { LoopCall, Phase, TaskTraining } from './plan';
import { TrainingInterrupted } from './progress';
import type { TrainingReport } from './progress';
import { Residency } from './residency';
import { chooseRunner } from './runners/choose';
import type { StepRunner } from './runners/runner';

/** Between two looks at the clock, the interrupt signal and the losses there are as many steps as fit into this time. */
const CHUNK_MS = 40;

/**
 * Trains on one task from `cursor` on, which it moves along. An error between two steps (an interrupt, a callback) leaves it at the
 * next step; one in the middle of steps marks it as failed.
 */
export async function runTask(training: TaskTraining, cursor: TaskCursor, call: LoopCall): Promise<TrainingReport> {
  checkPhases(training, cursor);
  const monitor = new Monitor(training, cursor, call);
  const residency = new Residency(training.data, training.task.inputSize);
  if (training.phases.length === 0) {
    await stop(call, 0, true);
    return monitor.finish({ execution: 'op-by-op', executionNote: 'it learns without training steps' });
  }
  try {
    for (;;) {
      const phase = training.phases[cursor.phase];
      if (!cursor.begun) await beginPhase(training, phase, cursor);
      const runner = await runPhase(training, phase, cursor, call, monitor, residency);
      if (cursor.phase === training.phases.length - 1) {
        await stop(call, monitor.steps, true);
        return monitor.finish(runner);
      }
      Object.assign(cursor, { phase: cursor.phase + 1, begun: false, epoch: 0, batch: 0 });
    }
  } finally {
    residency.release();
  }
}

async function beginPhase(training: TaskTraining, phase: Phase, cursor: TaskCursor): Promise<void> {
  cursor.failed = true;
  await training.beginPhase(phase);
  cursor.failed = false;
  cursor.begun = true;
}

async function runPhase(
  training: TaskTraining,
  phase: Phase,
  cursor: TaskCursor,
  call: LoopCall,
  monitor: Monitor,
  residency: Residency,
): Promise<Pick<StepRunner, 'execution' | 'executionNote'>> {
  const { data } = training;
  const [startEpoch, startBatch] = [monitor.epochOfTask(), cursor.batch];
  const stepsLeft = stepsOf(phase, data) - cursor.epoch * data.batchesPerEpoch - cursor.batch;
  const labels = data.labels();
  const batch = (step: number) => {
    const at = startBatch + step;
    const order = data.epoch(startEpoch + Math.floor(at / data.batchesPerEpoch));
    return batchAt(order, data.batchSize, at % data.batchesPerEpoch);
  };
  cursor.draws.check(training.trainer, stepsLeft, (steps) =>
    training.rehearse(Array.from({ length: steps }, (_, i) => batch(i).map((sample) => labels[sample]))),
  );
  const rates = ratesOf(training, phase);
  const runner = chooseRunner(
    {
      step: (batch) => training.step(batch),
      notRecordable: training.notRecordable,
      task: training.taskId,
      data,
      residency,
      draws: cursor.draws,
      stepsLeft,
      rates,
      labels,
      batch,
    },
    call.execution,
  );
  try {
    for (; cursor.epoch < epochsOf(phase, data); cursor.epoch++, cursor.batch = 0) {
      await runEpoch(training, phase, runner, cursor, call, monitor);
    }
    return { execution: runner.execution, executionNote: runner.executionNote };
  } finally {
    runner.close();
    rates?.dispose();
  }
}

async function runEpoch(
  training: TaskTraining,
  phase: Phase,
  runner: StepRunner,
  cursor: TaskCursor,
  call: LoopCall,
  monitor: Monitor,
): Promise<void> {
  const { data } = training;
  const order = data.epoch(monitor.epochOfTask());
  const batchesHere = batchesIn(phase, data, cursor.epoch);
  if (cursor.batch === 0) monitor.beginEpoch();
  while (cursor.batch < batchesHere) {
    const done = monitor.step();
    await stop(call, done);
    const started = performance.now();
    const steps = Math.min(monitor.chunk, batchesHere - cursor.batch, stepsToNextStop(call, done));
    const batches = Array.from({ length: steps }, (_, i) => batchAt(order, data.batchSize, cursor.batch + i));
    cursor.failed = true;
    const losses = runner.run(batches, cursor.epoch * data.batchesPerEpoch + cursor.batch);
    const explosion = monitor.add(losses, batches);
    cursor.batch += steps;
    cursor.failed = explosion !== undefined;
    monitor.chunk = Math.max(1, Math.min(64, Math.round(CHUNK_MS / ((performance.now() - started) / steps))));
    call.onLosses?.(losses, done);
    if (explosion) throw explosion;
    await new Promise((resolve) => setImmediate(resolve));
    if (call.signal?.aborted && monitor.step() < monitor.steps) {
      throw new TrainingInterrupted(`${monitor.where()}: interrupted; what was learnt is kept, call again to go on`);
    }
    monitor.report();
  }
}

async function stop({ stops }: LoopCall, steps: number, atEnd = false): Promise<void> {
  for (const one of stops) if ((atEnd && one.atEnd) || one.next(steps - 1) === steps) await one.run(steps);
}

function stepsToNextStop({ stops }: LoopCall, done: number): number {
  return Math.min(...stops.map((one) => one.next(done) - done), Infinity);
}

/** The samples of a batch, as numbers within the task. */
function batchAt(order: Int32Array, batchSize: number, batch: number): Int32Array {
  return order.slice(batch * batchSize, (batch + 1) * batchSize);
}
