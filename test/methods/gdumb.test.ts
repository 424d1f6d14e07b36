import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import type { Value } from '../../src/backend';
import { datasetFromArrays } from '../../src/data/fromArrays';
import type { TaskLoader } from '../../src/data/loader';
import { planRun } from '../../src/experiments';
import { GDumb } from '../../src/methods';
import { DomainMLP, SingleHeadMLP } from '../../src/models';
import { getPermutedMnist } from '../../src/scenarios';
import { splitScenario } from '../../src/scenarios/split';
import type { TrainerState, TrainingData } from '../../src/training';
import { bytes } from '../models/fixtures';
import { interrupted, learnAll, trainerOf } from '../training/lives';
import type { LifePlan } from '../training/lives';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

class Open extends GDumb {
  data(loader: TaskLoader): TrainingData {
    return this.trainingData(loader);
  }
  /** What the network would learn from in the place of x [n, inputs]. */
  composed(x: Value): Value {
    const [size] = x.shape;
    const { crop } = this.draws(size);
    const drawn = { crop: this.k.tensor(crop, [crop.length]) };
    return this.composeBatch({ x, y: x, task: undefined, size, drawn }).x;
  }
}

test('the memory is balanced over the classes seen, and a network that never saw anything learns it alone', async () => {
  const model = smallModel('SingleHeadMLP');
  const trainer = new Open(model, { epochs: 12, lr: 0.05, seed: 1, capacity: 48 });
  const initial: string[][] = [];
  const { trainLoaders } = easyStream('class-incremental');
  for (const [i, loader] of trainLoaders.entries()) {
    const { steps } = await trainer.trainTask(loader, {
      probes: { steps: [0], measure: () => void initial.push(model.parameters().slice(0, 2).map(bytes)) },
    });
    await trainer.consolidate(loader);
    assert.equal(steps, 12 * 3, '48 samples in batches of 16, nothing else');
    assert.deepEqual([...trainer.memory.slots.counts().values()], new Array(2 * i + 2).fill(48 / (2 * i + 2)));
  }
  assert.deepEqual(initial[1], initial[0]);
  assert.deepEqual(initial[2], initial[0]);
});

test('what it trains on is the memory: inputs, labels and tasks of the samples stored', () => {
  const trainer = new Open(smallModel('MultiHeadMLP'), { seed: 1, capacity: 20 });
  const [first, second] = easyStream('task-incremental').trainLoaders;
  trainer.data(first);
  const data = trainer.data(second);
  const { images, labels, tasks } = trainer.memory.content();
  const out = new Float32Array(5 * 16);
  data.fill(out, 10, 5);
  assert.deepEqual(out, images.slice(160, 240));
  assert.deepEqual([data.labels(), data.taskIds!()], [labels, tasks]);
  assert.deepEqual([...trainer.memory.countByTask()].sort(), [[0, 10], [1, 10]]); // prettier-ignore
  assert.equal(trainer.data(second).size, 20);
  assert.equal(trainer.memory.seen, 160, 'a task is shown once');
});

test('with augment every step has crops of its own of the stored images: op by op and recorded alike, and by the seed', async () => {
  const learn = async (execution: 'recorded' | 'op-by-op', options: object) => {
    const model = smallModel('SingleHeadMLP');
    const trainer = new GDumb(model, { epochs: 20, lr: 0.05, seed: 1, capacity: 40, ...options });
    for (const loader of easyStream('class-incremental', 12).trainLoaders.slice(0, 2)) {
      assert.equal((await trainer.trainTask(loader, { execution })).execution, execution);
      await trainer.consolidate(loader);
    }
    const weights = model.parameters().flatMap((parameter) => Array.from(parameter.data()));
    trainer.dispose();
    model.dispose();
    return weights;
  };
  const furthest = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
  const augment = { cropPadding: 1 };
  const whole = await learn('op-by-op', { augment });
  assert.deepEqual(await learn('op-by-op', { augment }), whole);
  assert.ok(furthest(await learn('recorded', { augment }), whole) < 1e-4);
  assert.ok(furthest(await learn('op-by-op', {}), whole) > 1e-2);
});

test('the network sees crops while it learns, and whole images when it answers', async () => {
  const { kernels: k, scope, toHost } = backend();
  const trainer = new Open(smallModel('SingleHeadMLP'), { seed: 1, augment: { cropPadding: 1 } });
  const [loader] = easyStream('class-incremental').trainLoaders;
  trainer.data(loader);
  const { images } = loader.hostData();
  const mean = (xs: ArrayLike<number>) => Array.from(xs).reduce((sum, value) => sum + value, 0) / xs.length;
  const seen = scope(() => Float32Array.from(toHost(trainer.composed(k.tensor(images, [loader.size, 16])))));
  assert.equal(seen.length, images.length);
  assert.ok(mean(seen) < mean(images) - 0.1, 'black came in at the borders');
});

test('augment is for images, and its options are checked', async () => {
  const model = () => new SingleHeadMLP({ inputSize: 3, hidden: [4] });
  const rows = Array.from({ length: 20 }, (_, i) => ({ inputs: [i, i % 3, 1], label: i % 2 }));
  const part = { images: rows.map(({ inputs }) => inputs), labels: rows.map(({ label }) => label) };
  const dataset = datasetFromArrays({ name: 'table', train: part, test: part, shape: [3] });
  const stream = splitScenario(dataset, { scenario: 'class-incremental', nTasks: 2, batchSize: 4 });
  await assert.rejects(
    new GDumb(model(), { augment: { cropPadding: 4 } }).runSequence(stream),
    /GDumb: augment: crops need images, but the inputs of .* have the shape \[3\]; leave out augment, or use a stream of images/,
  );
  const refused = (augment: unknown, reason: RegExp) => assert.throws(() => new GDumb(model(), { augment } as object), reason);
  refused({}, /GDumb: augment: cropPadding must be a whole number of at least 1, got undefined/);
  refused({ cropPadding: 0.5 }, /cropPadding must be a whole number/);
  refused({ flip: true }, /GDumb: augment: unknown option 'flip'; known options: cropPadding/);
  refused(4, /GDumb: augment: options must be an object of named values, got 4/);
  const given = { cropPadding: 2 };
  const trainer = new GDumb(model(), { augment: given });
  given.cropPadding = 3;
  assert.deepEqual(trainer.options.augment, { cropPadding: 2 });
  assert.throws(() => (trainer.options.augment!.cropPadding = 3), TypeError);
});

test('crops of permuted pixels, and of a padding as large as the image, are refused before anything is trained and when planned', async () => {
  const run = (stream: object, cropPadding: number) => {
    const method = { name: 'gdumb', options: { augment: { cropPadding } } };
    return planRun({ stream: { limitPerTask: 20, ...stream } as never, method, seed: 1 });
  };
  const permutes =
    /GDumb: augment: crops move pixels to their neighbours' places, and the stream of original pixels permutes pixels/;
  assert.throws(() => run({ name: 'permuted-mnist' }, 4), permutes);
  assert.throws(() => run({ name: 'split-mnist' }, 28), /images of 28×28 with cropPadding 28 could be all black/);
  for (const stream of [{ name: 'rotated-mnist' }, { name: 'permuted-mnist', nTasks: 1 }, { name: 'split-mnist' }])
    run(stream, 4);
  const trainer = new GDumb(new DomainMLP({ hidden: [4], nClasses: 10 }), { augment: { cropPadding: 4 } });
  const { trainLoaders } = getPermutedMnist({ nTasks: 2, limitPerTask: 20, testLimitPerTask: 10 });
  await assert.rejects(trainer.trainTask(trainLoaders[0]), permutes);
  assert.deepEqual([trainer.memory.seen, trainer.model.tasks], [0, []], 'the model did not meet the task');
});

test('crops go on bit for bit after an interruption in the middle of a task and a restore, op by op and recorded', async () => {
  for (const execution of ['op-by-op', 'recorded'] as const) {
    const plan: LifePlan = {
      method: 'gdumb',
      scenario: 'class-incremental',
      execution,
      options: { augment: { cropPadding: 1 } },
    };
    const whole = await learnAll(trainerOf(plan), plan);
    const state = JSON.parse(JSON.stringify(await interrupted(plan, [9]))) as TrainerState;
    const restored = trainerOf(plan);
    restored.restore(state);
    assert.equal(await learnAll(restored, plan), whole, execution);
    const damaged = { ...state, memory: { ...state.memory, crops: { generator: [1] } } };
    assert.throws(() => trainerOf(plan).restore(damaged), /the saved state of a random stream is damaged/);
  }
});
