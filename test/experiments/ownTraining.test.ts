import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { EWC, ExperienceReplay, getSplitMnist, initBackend, isFailed, MultiHeadMLP, openStore } from '../../src';
import type { CLTrainer, RunStore } from '../../src';
import { ownRun } from '../../src/experiments/ownRun';
import { OwnTraining } from '../../src/experiments/ownTraining';

let store: RunStore;
beforeEach(async () => {
  await initBackend();
  store = openStore(join(mkdtempSync(join(tmpdir(), 'own-training-')), 'runs'));
});
afterEach(() => rmSync(join(store.folder, '..'), { recursive: true }));

const stream = getSplitMnist({
  data: 'synthetic',
  nTasks: 3,
  classesPerTask: 2,
  limitPerTask: 320,
  testLimitPerTask: 40,
  seed: 1,
});
const replay = () => new ExperienceReplay(new MultiHeadMLP({ seed: 1, hidden: [16] }), { seed: 1, epochs: 40, capacity: 40 });
const training = (trainer: CLTrainer<object> = replay(), keepsTrainer = false, place: RunStore | null = store) =>
  new OwnTraining(ownRun(trainer, stream), trainer, stream, place ?? undefined, keepsTrainer);
/** Stops at the first progress of this task. */
const stopAt = (task: number) => {
  const signal = { aborted: false };
  return { signal, onProgress: (event: { task: number }) => void (signal.aborted ||= event.task === task) };
};

test('a finished run is in the store as it was returned, with losses of every task, and its trainer is gone', async () => {
  const own = training();
  const result = await own.train({});
  assert.deepEqual(store.finished(own.run.id), result);
  assert.deepEqual(
    result.losses!.map(({ steps }) => steps),
    [200, 200, 200],
  );
  assert.ok(result.seconds > 0 && result.metrics.acc !== null && result.parameters.total > 784 * 16);
  assert.deepEqual(readdirSync(join(store.folder, 'unfinished')), []);
  assert.deepEqual(readdirSync(join(store.folder, 'sessions')), []);
});

test('without a store it gives the same', async () => {
  const { seconds: _, peakMb: __, made: ___, ...kept } = await training().train({});
  const { seconds: ____, peakMb: _____, made: ______, ...bare } = await training(replay(), false, null).train({});
  assert.deepEqual(bare, kept);
});

test('interrupted in the middle of a task, a fresh trainer in another process goes on from there, with the same numbers', async () => {
  const whole = await training(replay(), false, null).train({});
  await assert.rejects(training().train(stopAt(1)), { name: 'TrainingInterrupted' });
  assert.equal(readdirSync(join(store.folder, 'unfinished')).length, 1);
  const again = training();
  let first: { task: number } | undefined;
  const result = await again.train({ onProgress: (event) => void (first ??= event) });
  assert.equal(first!.task, 1, 'it began anew');
  assert.deepEqual(result.matrix, whole.matrix);
  assert.deepEqual(result.losses![0], whole.losses![0]);
  assert.ok(again.seconds > 0);
});

test('a trainer that is kept has learnt at once the next time, and is the same', async () => {
  const first = replay();
  await training(first, true).train({});
  const second = replay();
  const events: unknown[] = [];
  const result = await training(second, true).train({ onProgress: (event) => events.push(event) });
  assert.deepEqual(events, []);
  assert.deepEqual(second.tracker!.matrix, result.matrix);
  assert.equal(await second.evaluate(stream.testLoaders[2]), await first.evaluate(stream.testLoaders[2]));
  assert.deepEqual(store.finished(ownRun(replay(), stream).id), result, 'the record of the first one stays');
});

test('a run that diverges is kept as failed with its reason, and thrown', async () => {
  const exploding = new EWC(new MultiHeadMLP({ seed: 1, hidden: [16] }), { seed: 1, lr: 1e9 });
  const own = training(exploding);
  await assert.rejects(own.train({}), /the loss/);
  const kept = store.get(own.run.id)!;
  assert.ok(isFailed(kept) && kept.diverged);
});

test('while another process trains the same run it is waited for; its result is taken', async () => {
  const warned = mock.method(console, 'warn', () => undefined);
  try {
    const result = await training(replay(), false, null).train({});
    const own = training();
    const session = store.enter();
    session.claim(own.run.id);
    setTimeout(() => {
      session.save(result);
      session.end();
    }, 300);
    assert.deepEqual(await own.train({}), result);
    assert.match(String(warned.mock.calls[0].arguments[0]), /process \d+ on .* trains the same run: waiting for its result/);
    const busy = store.enter();
    busy.claim(own.run.id);
    await assert.rejects(training().train({ signal: { aborted: true } }), { name: 'TrainingInterrupted' });
    busy.end();
  } finally {
    warned.mock.restore();
  }
});

test('what was kept and is damaged is an error once; the run begins anew then', async () => {
  await assert.rejects(training().train(stopAt(1)), { name: 'TrainingInterrupted' });
  const [name] = readdirSync(join(store.folder, 'unfinished'));
  writeFileSync(join(store.folder, 'unfinished', name), '{"seconds":1,"losses":[],"state":{"version":1}}');
  await assert.rejects(training().train({}), /ExperienceReplay/);
  assert.ok((await training().train({})).seconds > 0);
});

test('a method that does not say how to save what it keeps trains all the same, with one word about it', async () => {
  class Keeps extends EWC {
    override endTask(...args: Parameters<EWC['endTask']>) {
      return super.endTask(...args);
    }
  }
  const warned = mock.method(console, 'warn', () => undefined);
  try {
    const own = training(new Keeps(new MultiHeadMLP({ seed: 1, hidden: [16] }), { seed: 1, epochs: 1, lambda: 1 }));
    const result = await own.train({});
    assert.deepEqual(store.finished(own.run.id), result);
    assert.equal(warned.mock.callCount(), 1);
    assert.match(String(warned.mock.calls[0].arguments[0]), /it overrides endTask.* After a restart this run begins anew\./);
  } finally {
    warned.mock.restore();
  }
});
