import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { NaiveTrainer } from '../../src/methods';
import type { Phase, ProgressEvent, TrainCall } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';
import { interruptAfter } from './fixtures';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 2, lr: 0.05, seed: 1 };
const first = (batchSize?: number) => easyStream('class-incremental', batchSize).trainLoaders[0]; // 80 samples

/** Naive training in two phases. */
class TwoPhases extends NaiveTrainer {
  protected override phases(): Phase[] {
    return [{ epochs: 2, name: 'train' }, { epochs: 3, name: 'retrain' }]; // prettier-ignore
  }
  protected override memoryState(): object {
    return {};
  }
}

test('the loss of an epoch is the mean over its samples: those of a smaller last batch weigh as much as others', async () => {
  const still = async (batchSize: number) => {
    const events: ProgressEvent[] = [];
    const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 1, lr: 0 });
    const { loss } = await trainer.trainTask(first(batchSize), { onProgress: (event) => events.push(event) });
    assert.ok(Math.abs(events.at(-1)!.loss - loss) < 1e-12, 'the last event says the same');
    return loss;
  };
  const [parts, whole] = [await still(79), await still(80)];
  assert.ok(Math.abs(parts - whole) < 1e-6, `${parts} in batches of 79 and 1, ${whole} in one batch`);
});

test('the loss reported is that of the whole last epoch, however often it was interrupted', async () => {
  const learn = async (call: TrainCall = {}) => {
    const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
    for (let calls = 0; ; calls++) {
      try {
        return { ...(await trainer.trainTask(first(), { ...call, execution: 'op-by-op' })), calls };
      } catch (error) {
        assert.equal((error as Error).name, 'TrainingInterrupted');
      }
    }
  };
  const [whole, pieces] = [await learn(), await learn(interruptAfter(2, 5, 7, 9))];
  assert.ok(pieces.calls === 4);
  assert.equal(pieces.loss, whole.loss);
});

test('a callback that fails after the last step leaves nothing to train, and the report is whole', async () => {
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  let last: ProgressEvent | undefined;
  const failing = (event: ProgressEvent) => {
    last = event;
    if (event.step === event.steps) throw new Error('the display is gone');
  };
  await assert.rejects(trainer.trainTask(first(), { onProgress: failing }), /the display is gone/);
  const loss = last!.loss;
  const report = await trainer.trainTask(first(), { onProgress: (event) => (last = event) });
  assert.deepEqual([report.steps, report.loss], [0, loss]);
  assert.deepEqual([last!.step, last!.secondsLeft, last!.loss], [10, 0, loss]);
});

test('progress tells where training stands, ends complete, and comes at most ten times a second', async () => {
  const events: ProgressEvent[] = [];
  const started = performance.now();
  const stream = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 30 });
  await trainer.runSequence(stream, { onProgress: (event) => events.push(event) });
  const ends = events.filter(({ step, steps }) => step === steps);
  assert.deepEqual([...new Set(ends.map(({ task }) => task))], [0, 1, 2]);
  const last = events[events.length - 1];
  assert.deepEqual([last.task, last.nTasks, last.epoch, last.epochs, last.steps], [2, 3, 30, 30, 150]);
  assert.ok(last.loss < events[0].loss && last.stepsPerSecond > 0 && last.secondsLeft === 0);
  const { matrix } = trainer.tracker!;
  assert.deepEqual(last.matrix, matrix, 'the last event has the last column');
  assert.equal(last.accuracy, (matrix[0][2]! + matrix[1][2]! + matrix[2][2]!) / 3);
  assert.equal(ends.at(-2)!.matrix![0][2], null, 'the one before it came at the end of the last task');
  assert.ok(events.length <= (performance.now() - started) / 100 + 8, `${events.length} events`);
});

test('epochs and steps are counted over all phases of a task', async () => {
  const events: ProgressEvent[] = [];
  const trainer = new TwoPhases(smallModel('SingleHeadMLP'), OPTIONS);
  const { steps } = await trainer.trainTask(first(), { onProgress: (event) => events.push(event) });
  assert.equal(steps, 25);
  events.forEach((event) => assert.deepEqual([event.epochs, event.steps], [5, 25]));
  assert.ok(events.every((event, i) => i === 0 || event.step >= events[i - 1].step));
  assert.deepEqual([events.at(-1)!.epoch, events.at(-1)!.step], [5, 25]);
});

test('an interrupt says the phase, where it has a name', async () => {
  const trainer = new TwoPhases(smallModel('SingleHeadMLP'), OPTIONS);
  const where: string[] = [];
  const note = (error: Error) => void where.push(error.message.split(':')[0]);
  const call = interruptAfter(4, 17);
  for (let calls = 0; calls < 3; calls++) await trainer.trainTask(first(), call).catch(note);
  assert.deepEqual(where, [
    'task 1 (classes 0, 1), train, epoch 1 of 5, step 4 of 5',
    'task 1 (classes 0, 1), retrain, epoch 4 of 5, step 2 of 5',
  ]);
});

test('a thousand million epochs take no memory: the interrupt arrives', async () => {
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 1e9 });
  const before = process.memoryUsage().heapUsed;
  const message = /epoch 1 of 1000000000, step \d of 5: interrupted/;
  await assert.rejects(trainer.trainTask(first(), { signal: { aborted: true } }), { name: 'TrainingInterrupted', message });
  assert.ok(process.memoryUsage().heapUsed - before < 5e7);
});
