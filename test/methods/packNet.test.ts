import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import type { Task } from '../../src/data/task';
import { PackNet } from '../../src/methods';
import type { Phase } from '../../src/training';
import { RandomStream } from '../../src/utils/random';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

const bits = (values: ArrayLike<number>) => Buffer.from(Float32Array.from(values).buffer).toString('hex');

test('weights of a task stay bit-equal and its answers alike, whatever momentum, weight decay and a kept optimiser would do', async () => {
  for (const options of [
    { weightDecay: 0.01, keepOptimizer: true },
    { optimizer: 'adam', keepOptimizer: true, lr: 0.01 },
  ] as const) {
    const stream = easyStream('task-incremental');
    const model = smallModel('MultiHeadMLP');
    const trainer = new Open(model, { epochs: 6, lr: 0.05, seed: 1, prune: 0.5, ...options });
    const hidden = () => model.parameters().slice(0, 4);
    const fixed: { weights: ArrayLike<number>[]; own: number[][] }[] = [];
    const first = new Map<number, number[]>();
    for (const loader of stream.trainLoaders) {
      await trainer.trainTask(loader);
      await trainer.consolidate(loader);
      const { owner } = trainer.state().memory as { owner: Record<string, { data: string }> };
      const owners = hidden().map(({ name }) => new Float32Array(new Uint8Array(Buffer.from(owner[name].data, 'base64')).buffer));
      const own = owners.map((numbers) => Array.from(numbers.keys()).filter((i) => numbers[i] <= loader.task.id + 1));
      fixed.push({ weights: hidden().map((parameter) => parameter.data()), own });
      first.set(loader.task.id, trainer.answersTo(INPUTS, loader.task.id));
    }
    for (const [task, { weights, own }] of fixed.entries()) {
      hidden().forEach((parameter, p) => {
        const now = parameter.data();
        const pick = (values: ArrayLike<number>) => own[p].map((i) => values[i]);
        assert.ok(own[p].length > 0);
        assert.equal(bits(pick(now)), bits(pick(weights[p])), `${parameter.name}, task ${task}`);
      });
      assert.deepEqual(trainer.answersTo(INPUTS, task), first.get(task));
    }
    assert.ok(bits(hidden()[0].data()) !== bits(fixed[0].weights[0]), 'free weights went on learning');
  }
});

/** Whose answers can be asked for. */
class Open extends PackNet {
  answersTo(images: Float32Array, task: number): number[] {
    const { kernels: k, scope, toHost } = backend();
    return scope(() => Array.from(toHost(k.argMax(this.scores(k, k.tensor(images, [images.length / 16, 16]), task)))));
  }
}

const random = new RandomStream(1, 'inputs');
const INPUTS = Float32Array.from({ length: 500 * 16 }, () => random.normal());

/** Notes the first layer's weights just before they are pruned. */
class Watched extends PackNet {
  before: number[] = [];
  protected override phases(task: Task): Phase[] {
    return super.phases(task).map(({ begin, ...phase }) => ({
      ...phase,
      begin: () => {
        this.before = Array.from(this.model.parameters()[0].data());
        return begin?.();
      },
    }));
  }
}

test('a task keeps the largest of the free weights, the others are 0 while it learns on', async () => {
  const [loader] = easyStream('task-incremental').trainLoaders;
  const model = smallModel('MultiHeadMLP');
  const trainer = new Watched(model, { epochs: 4, retrain: 0.25, lr: 0.05, seed: 1, prune: 0.75 });
  const [weight] = model.parameters();
  const seen: number[] = [];
  const zeros = () => Array.from(weight.data()).filter((value) => value === 0).length;
  const kept: string[] = [];
  const measure = (step: number) => {
    seen.push(zeros());
    if (step >= 15) kept.push(Array.from(weight.data(), (value) => Number(value !== 0)).join(''));
  };
  const report = await trainer.trainTask(loader, { probes: { steps: [10, 15, 16, 19, 20], measure } });
  assert.equal(report.steps, 20, 'pruning costs no further steps');
  assert.deepEqual(seen, [0, 192, 192, 192, 192], '3 of 4 of 16 × 16 weights');
  const least = trainer.before.map(Math.abs).sort((a, b) => b - a)[63]; // prettier-ignore
  const largest = trainer.before.map((value) => Number(Math.abs(value) >= least)).join(''); // prettier-ignore
  assert.deepEqual(kept, [largest, largest, largest, largest]);
  await trainer.consolidate(loader);
  assert.equal(trainer.free(), 0.75);
});

test('with one epoch weights are pruned at the end; a task whose weights are fixed cannot be trained again', async () => {
  const [loader, second] = easyStream('task-incremental').trainLoaders;
  const trainer = new PackNet(smallModel('MultiHeadMLP'), { epochs: 1, lr: 0.05, seed: 1, prune: 0.5 });
  await trainer.trainTask(loader);
  assert.equal(trainer.free(), 1);
  await trainer.consolidate(loader);
  assert.equal(trainer.free(), 0.5);
  await trainer.trainTask(second);
  await assert.rejects(trainer.trainTask(loader), /PackNet: the weights of task 1 are fixed, so it cannot be trained again/);
  assert.throws(() => new PackNet(smallModel('MultiHeadMLP'), { prune: 2 }), /PackNet: prune must be a number between 0 and 1/);
});
