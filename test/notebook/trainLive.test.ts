import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import {
  accuracyMatrixFigure,
  ExperienceReplay,
  getSplitMnist,
  measureInsideTasks,
  MultiHeadMLP,
  openStore,
  trainLive,
} from '../../src';
import type { TrainingReport } from '../../src';

const log = mock.method(console, 'log', () => undefined); // outside a notebook the progress line is printed
after(() => log.mock.restore());
const folder = mkdtempSync(join(tmpdir(), 'train-live-'));
after(() => rmSync(folder, { recursive: true }));

const stream = getSplitMnist({ data: 'synthetic', nTasks: 2, limitPerTask: 320, testLimitPerTask: 40, seed: 1 });
const make = (seed = 1) => new ExperienceReplay(new MultiHeadMLP({ seed, hidden: [16] }), { seed, epochs: 40, capacity: 40 });

test('a trainer and its stream train as a function that starts them does', async () => {
  const byFunction = make();
  const tracker = await trainLive((live) => byFunction.runSequence(stream, live));
  const trainer = make();
  const own = await trainLive({ trainer, stream });
  assert.equal(own, trainer.tracker);
  assert.deepEqual(own.matrix, tracker.matrix);
});

test('the figure ends with the last column, whatever the function that trains returns', async () => {
  const trainer = make();
  let drawn: unknown;
  const figure = (matrix: (number | null)[][]) => accuracyMatrixFigure((drawn = matrix));
  const moments = await trainLive((live) => measureInsideTasks(trainer, stream, { every: 100, ...live }), { figure });
  assert.deepEqual(drawn, trainer.tracker!.matrix);
  assert.deepEqual(moments.at(-1)!.accuracies, [trainer.tracker!.matrix[0][1], trainer.tracker!.matrix[1][1]]);
});

test('with a store a fresh trainer, as after a restart, has learnt at once: it answers as the first one, and its run is kept', async () => {
  const store = join(folder, 'runs');
  const first = make();
  const tracker = await trainLive({ trainer: first, stream }, { store });
  assert.equal(openStore(store).ids().length, 1);
  const second = make();
  const seconds = performance.now();
  assert.deepEqual((await trainLive({ trainer: second, stream }, { store: openStore(store) })).matrix, tracker.matrix);
  assert.ok(performance.now() - seconds < 1500);
  const { images } = stream.testLoaders[1].hostData();
  assert.deepEqual(second.model.state().parameters, first.model.state().parameters);
  assert.equal(images.length, 40 * 784);
  await trainLive({ trainer: first, stream }, { store });
  assert.equal(openStore(store).ids().length, 1, 'the cell run again is the same run');
});

test('interrupted, and in the same kernel or after a restart, it goes on and ends with the same numbers', async () => {
  const whole = await trainLive({ trainer: make(2), stream });
  for (const restart of [false, true]) {
    const store = join(folder, `restart-${restart}`);
    const trainer = make(2);
    trainer.runSequence = function (tasks, call = {}) {
      const onTask = (report: TrainingReport) => (call.onTask?.(report), process.emit('SIGINT'));
      return ExperienceReplay.prototype.runSequence.call(this, tasks, { ...call, onTask });
    };
    await assert.rejects(trainLive({ trainer, stream }, { store }), { name: 'Interrupted' });
    trainer.runSequence = (...args) => ExperienceReplay.prototype.runSequence.apply(trainer, args);
    const tracker = await trainLive({ trainer: restart ? make(2) : trainer, stream }, { store });
    assert.deepEqual(tracker.matrix, whole.matrix);
  }
});

test('a function cannot be kept, and what is neither trainer nor function is refused', async () => {
  await assert.rejects(
    trainLive(async () => 1, { store: folder }),
    /trainLive: a store cannot tell what a function trains; pass a trainer and its stream: \{ trainer, stream \}/,
  );
  const trainer = make();
  for (const wrong of [undefined, {}, { trainer }, { trainer: {}, stream }, { trainer, stream: [] }]) {
    await assert.rejects(trainLive(wrong as never), /trainLive: run is .*; pass \{ trainer, stream \}, or \(live\) =>/);
  }
  await assert.rejects(trainLive({ trainer, stream }, { stor: 1 } as object), /unknown option 'stor'/);
});
