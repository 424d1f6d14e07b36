import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Tape, type Parameter } from '../../src/autodiff';
import { backend, initBackend, type Kernels, type Value } from '../../src/backend';
import type { TaskLoader } from '../../src/data/loader';
import { HAT } from '../../src/methods';
import { MultiHeadMLP } from '../../src/models';
import type { TrainingBatch } from '../../src/training';
import { RandomStream } from '../../src/utils/random';
import { activeUnits, hostLoss, place, type HostBatch } from '../models/fixtures';
import { easyStream, wholeTask } from './fixtures';

before(async () => {
  await initBackend('native');
});

/** Whose loss, answers and embeddings can be asked for. */
class Open extends HAT {
  /** The loss of a batch, which is the `at`-th of its epoch. */
  lossOf(k: Kernels, batch: HostBatch, at: number): Value {
    const drawn = { batch: k.tensor(Int32Array.of(at), [1]) };
    return this.loss(k, { ...place(batch), size: batch.n, drawn } as TrainingBatch);
  }

  answersTo(images: Float32Array, task: number): number[] {
    const { kernels: k, scope, toHost } = backend();
    return scope(
      () => Array.from(toHost(k.argMax(this.scores(k, k.tensor(images, [images.length / 16, 16]), task)))) as number[],
    );
  }

  embedding(task: number, layer: string): Parameter {
    const { embeddings } = this as unknown as { embeddings: { of(id: number): Map<string, Parameter> } };
    return embeddings.of(task).get(layer)!;
  }

  begin(loader: TaskLoader): void {
    this.model.prepareTask(loader.task);
    this.beginTask(loader.task, loader);
  }

  keep(loader: TaskLoader): void {
    this.endTask(loader.task);
  }
}

const LAYERS = ['hidden0', 'hidden1'];
const random = new RandomStream(1, 'inputs');
const INPUTS = Float32Array.from({ length: 500 * 16 }, () => random.normal());
const bits = (values: ArrayLike<number>) => Buffer.from(Float32Array.from(values).buffer).toString('hex');
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** A trainer at the beginning of the second task, attention as soft as `sMax` makes it. */
function softTrainer(options: object = {}) {
  const { trainLoaders } = easyStream('task-incremental');
  const model = new MultiHeadMLP({ inputSize: 16, hidden: [16, 12], seed: 7 });
  const trainer = new Open(model, { seed: 1, sMax: 3, c: 0.6, momentum: 0, ...options });
  trainer.begin(trainLoaders[0]);
  trainer.keep(trainLoaders[0]);
  trainer.begin(trainLoaders[1]);
  return { trainer, model, loader: trainLoaders[1], batch: wholeTask(trainLoaders[1]) };
}

test('the loss is that of a network whose units count as much as attention says, and the share of free units that is taken', () => {
  const { trainer, model, batch } = softTrainer();
  const { kernels: k, scope, toHost } = backend();
  for (const [at, s] of [
    [0, 1 / 3],
    [2, 1 / 3 + (3 - 1 / 3) / 2],
    [4, 3],
  ]) {
    const gated = model.clone();
    let [taken, free] = [0, 0];
    for (const layer of LAYERS) {
      const own = Array.from(trainer.embedding(1, layer).data(), (e) => sigmoid(s * e));
      const before = Array.from(trainer.embedding(0, layer).data(), (e) => sigmoid(3 * e));
      own.forEach((a, i) => (taken += a * (1 - before[i])));
      before.forEach((a) => (free += 1 - a));
      for (const parameter of gated.parameters().filter(({ name }) => name.startsWith(layer)))
        parameter.set(parameter.data().map((value, i) => value * own[i % own.length]));
    }
    const loss = scope(() => toHost(trainer.lossOf(k, batch, at))[0]) as number;
    const expected = hostLoss(gated, batch) + (0.6 * taken) / free;
    assert.ok(Math.abs(loss - expected) < 1e-5, `batch ${at}: ${loss}, by hand ${expected}`);
  }
});

test('the gradient of the loss is right for weights and embeddings', () => {
  const { trainer, model, batch } = softTrainer();
  const { kernels: k, scope, toHost } = backend();
  const embeddings = LAYERS.map((layer) => trainer.embedding(1, layer));
  const [gradients, missing] = scope(() => {
    const tape = new Tape(k);
    const found = tape.gradients(trainer.lossOf(tape, batch, 2));
    const others = [...found.keys()].filter((one) => !model.parameters().includes(one));
    assert.deepEqual(new Set(others), new Set(embeddings));
    const host = new Map([...found].map(([parameter, value]) => [parameter, Float32Array.from(toHost(value))]));
    return [host, model.parameters().filter((parameter) => !found.has(parameter)).map(({ name }) => name)]; // prettier-ignore
  });
  assert.deepEqual(missing, ['head0/weight', 'head0/bias']);
  const loss = () => scope(() => toHost(trainer.lossOf(k, batch, 2))[0]) as number;
  const pattern = activeUnits(model, batch);
  const checked = { weights: 0, embeddings: 0 };
  for (const [parameter, gradient] of gradients) {
    const original = parameter.data() as Float32Array;
    const isEmbedding = embeddings.includes(parameter);
    for (let i = 0; i < original.length; i += isEmbedding ? 1 : 5) {
      const [up, down] = [8e-3, -8e-3].map((change) => {
        parameter.set(original.map((value, j) => (i === j ? value + change : value)));
        return activeUnits(model, batch) === pattern ? loss() : NaN;
      });
      const slope = (up - down) / 16e-3;
      if (Number.isNaN(slope)) continue;
      checked[isEmbedding ? 'embeddings' : 'weights']++;
      assert.ok(
        Math.abs(slope - gradient[i]) < 1e-3 * (1 + Math.abs(slope)),
        `${parameter.name}[${i}]: ${gradient[i]}, ${slope}`,
      );
    }
    parameter.set(original);
  }
  assert.equal(checked.embeddings, 28);
  assert.ok(checked.weights > 40, `${checked.weights} weights`);
});

test('a step moves a weight by 1 − min of the attention at its ends, a bias by 1 − its unit’s, an embedding by its compensated gradient', async () => {
  const { trainer, model, loader, batch } = softTrainer({ lr: 0.1, epochs: 1, steps: 1 });
  const whole = easyStream('task-incremental', 80).trainLoaders[1]; // one batch, so s is s_max
  const { kernels: k, scope, toHost } = backend();
  trainer.begin(whole);
  trainer.embedding(1, 'hidden0').set(trainer.embedding(1, 'hidden0').data().map((value, i) => (i === 3 ? 5.99 : value))); // prettier-ignore
  const gradients = scope(() => {
    const tape = new Tape(k);
    const found = tape.gradients(trainer.lossOf(tape, { ...batch, ...wholeTask(whole) }, 0));
    return new Map([...found].map(([parameter, value]) => [parameter, Float32Array.from(toHost(value))]));
  });
  const before = new Map([...gradients.keys()].map((parameter) => [parameter, parameter.data()]));
  const attention = (layer: string) => trainer.attention(0)!.get(layer)!;
  const [first, second] = LAYERS.map(attention);
  const use: Record<string, (i: number) => number> = {
    'hidden0/weight': (i) => first[i % 16],
    'hidden0/bias': (i) => first[i],
    'hidden1/weight': (i) => Math.min(second[i % 12], first[Math.floor(i / 12)]),
    'hidden1/bias': (i) => second[i],
    'head1/weight': () => 0,
    'head1/bias': () => 0,
  };
  assert.ok(first.some((a) => a > 0.2 && a < 0.8));
  await trainer.trainTask(whole);
  assert.equal(loader.task.id, whole.task.id);
  for (const [parameter, gradient] of gradients) {
    const [from, to] = [before.get(parameter)!, parameter.data()];
    const own = use[parameter.name] as ((i: number) => number) | undefined;
    gradient.forEach((g, i) => {
      const e = from[i];
      const factor = (Math.cosh(3 * e) + 1) / (Math.cosh(e) + 1); // s = s_max
      const expected = own ? e - (1 - own(i)) * 0.1 * g : Math.min(6, Math.max(-6, e - 0.1 * factor * g));
      assert.ok(Math.abs(to[i] - expected) < 2e-6 * (own ? 1 : factor), `${parameter.name}[${i}]: ${to[i]}, by hand ${expected}`);
    });
  }
  assert.deepEqual(model.parameters().filter((one) => !gradients.has(one)).map(({ name }) => name), ['head0/weight', 'head0/bias']); // prettier-ignore
});

test('attention ends at 0 or 1 for nearly all units, some of each', async () => {
  const model = new MultiHeadMLP({ inputSize: 16, hidden: [128, 96], seed: 7 });
  const trainer = new HAT(model, { epochs: 12, lr: 0.05, seed: 1, c: 0.1 });
  for (const loader of easyStream('task-incremental').trainLoaders) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
    const all = [...trainer.attention(loader.task.id)!.values()].flatMap((a) => [...a]);
    const [off, on] = [all.filter((a) => a < 1e-3).length, all.filter((a) => a > 1 - 1e-3).length];
    assert.ok(off > 20 && on > 10 && off + on >= 0.97 * all.length, `${off} off, ${on} on, of ${all.length}`);
  }
});

test('what a task uses stays bit-equal and its answers the same to the last, on convolutions, too', async () => {
  const convolutions = { inputShape: [4, 4, 1], conv: [{ filters: 24 }, { filters: 16, pool: 'none' as const }], hidden: [64] };
  for (const { network, ...options } of [
    { network: { inputSize: 16, hidden: [96, 64] }, weightDecay: 0.01, keepOptimizer: true, sMax: 2000 },
    { network: { inputSize: 16, hidden: [96, 64] }, optimizer: 'adam', keepOptimizer: true, lr: 0.01, sMax: 5000 },
    { network: convolutions, epochs: 10, c: 0.02, sMax: 2000 },
  ]) {
    const stream = easyStream('task-incremental');
    const model = new MultiHeadMLP({ ...network, seed: 7 });
    const trainer = new Open(model, { epochs: 6, lr: 0.05, seed: 1, c: 0.1, ...options } as object);
    const shared = model.layers();
    const told: { weights: ArrayLike<number>[]; used: number[][]; answers: number[]; decided: boolean }[] = [];
    for (const loader of stream.trainLoaders) {
      const { id } = loader.task;
      await trainer.trainTask(loader);
      await trainer.consolidate(loader);
      const attention = shared.map(({ name }) => trainer.attention(id)!.get(name)!);
      // Weights between units that the task uses in full, and what comes into such a unit from the inputs.
      const used = shared.flatMap((layer, l) =>
        layer.parameters().map(({ shape }) => {
          const [own, from] = [attention[l], l === 0 || shape.length === 1 ? [1] : attention[l - 1]];
          const on = (i: number) => own[i % own.length] === 1 && from[Math.floor(i / own.length) % from.length] === 1;
          return Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i).filter(on);
        }),
      );
      const weights = shared.flatMap((layer) => layer.parameters()).map((parameter) => parameter.data());
      const decided = attention.flatMap((a) => [...a]).every((a) => a < 1e-6 || a === 1);
      told.push({ weights, used, answers: trainer.answersTo(INPUTS, id), decided });
      const accuracy = await trainer.evaluate(stream.testLoaders[id]);
      assert.ok(accuracy > 0.9, `task ${id}: ${accuracy}`);
    }
    assert.ok(told.slice(0, 2).some(({ decided }) => decided));
    for (const [task, { weights, used, answers, decided }] of told.entries()) {
      shared
        .flatMap((layer) => layer.parameters())
        .forEach((parameter, p) => {
          const pick = (values: ArrayLike<number>) => used[p].map((i) => values[i]);
          assert.equal(bits(pick(parameter.data())), bits(pick(weights[p])), `${parameter.name}, task ${task}`);
        });
      assert.ok(used.flat().length > 500, `${used.flat().length} weights`);
      if (decided) assert.deepEqual(trainer.answersTo(INPUTS, task), answers);
    }
    const [first] = shared[0].parameters();
    assert.notEqual(bits(first.data()), bits(told[0].weights[0]), 'free weights went on learning');
  }
});

test('a task is trained again where it stands, without holding back what only it uses; options that cannot be meant are refused', async () => {
  const [loader, second] = easyStream('task-incremental').trainLoaders;
  const model = new MultiHeadMLP({ inputSize: 16, hidden: [64, 48], seed: 7 });
  const trainer = new Open(model, { epochs: 6, lr: 0.05, seed: 1, c: 0.1, sMax: 4000 });
  assert.equal(trainer.attention(0), undefined);
  for (const one of [loader, second]) {
    await trainer.trainTask(one);
    await trainer.consolidate(one);
  }
  const [before, other] = [trainer.embedding(0, 'hidden0').data(), trainer.embedding(1, 'hidden0').data()];
  const answers = trainer.answersTo(INPUTS, 1);
  await trainer.trainTask(loader);
  assert.notDeepEqual(trainer.embedding(0, 'hidden0').data(), before);
  assert.deepEqual(trainer.embedding(1, 'hidden0').data(), other);
  assert.ok([...trainer.attention(1)!.values()].every((all) => all.every((a) => a < 1e-6 || a === 1)));
  assert.deepEqual(trainer.answersTo(INPUTS, 1), answers);
  assert.throws(() => new HAT(model, { c: -1 }), /HAT: c must be a number between 0 and 1000000, got -1/);
  assert.throws(() => new HAT(model, { sMax: 0.5 }), /HAT: sMax must be a number between 1 and 1000000, got 0.5/);
  assert.throws(() => new HAT(model, { sMax: 1e38 }), /HAT: sMax must be a number between 1 and 1000000, got 1e\+38/);
  assert.throws(() => new HAT(model, { c: 1e38 }), /HAT: c must be a number between 0 and 1000000, got 1e\+38/);
});

test('embeddings follow a schedule of the learning rate: at rate 0 they stay', async () => {
  const schedule = { name: 'cosine', every: 'step', warmup: { length: 2, from: 0 } } as const;
  const { trainer } = softTrainer({ lr: 0.1, steps: 4, schedule });
  const embedding = trainer.embedding(1, 'hidden0');
  const moved: number[] = [];
  let before = embedding.data();
  const measure = () => {
    const now = embedding.data();
    moved.push(Math.max(...Array.from(now, (value, i) => Math.abs(value - before[i]))));
    before = now;
  };
  await trainer.trainTask(easyStream('task-incremental').trainLoaders[1], { probes: { steps: [0, 1, 2], measure } });
  assert.equal(moved[1], 0);
  assert.ok(moved[2] > 1e-4, `${moved}`);
});
