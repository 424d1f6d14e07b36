import assert from 'node:assert/strict';
import { before, test, type TestContext } from 'node:test';
import { backend, initBackend } from '../../../src/backend';
import { FasterForm } from '../../../src/backend/graph/fasterForm';
import { datasetFromArrays } from '../../../src/data';
import { findMethod } from '../../../src/methods';
import { DomainMLP, MultiHeadMLP, SingleHeadMLP } from '../../../src/models';
import type { Model } from '../../../src/models';
import { permutedScenario, splitScenario } from '../../../src/scenarios';
import type { TaskStream } from '../../../src/scenarios';
import type { CLTrainer, TrainerOptions } from '../../../src/training';
import { RandomStream } from '../../../src/utils/random';

before(async () => {
  await initBackend('native');
});

const SAMPLES = 512;
const random = new RandomStream(1, 'pixels');
const noise = (samples: number) => ({
  images: Float32Array.from({ length: samples * 784 }, () => random.uniform()),
  labels: Int32Array.from({ length: samples }, (_, i) => i % 4),
});
const dataset = datasetFromArrays({ name: 'noise', shape: [28, 28, 1], train: noise(SAMPLES), test: noise(64) });

interface Case {
  readonly method: string;
  readonly options?: Partial<TrainerOptions> & Record<string, unknown>;
  readonly model: () => Model;
  readonly stream: TaskStream;
}

const domain = () => new DomainMLP({ hidden: [256, 256], nClasses: 4 });
const permuted = permutedScenario(dataset, { nTasks: 2, scenario: 'domain-incremental', batchSize: 64 });
const split = splitScenario(dataset, { nTasks: 2, scenario: 'class-incremental', batchSize: 64 });
const tasks = splitScenario(dataset, { nTasks: 2, scenario: 'task-incremental', batchSize: 64 });
const conv = () => new SingleHeadMLP({ inputShape: [28, 28, 1], conv: [{ filters: 16 }], hidden: [128] });

const CASES: Record<string, Case> = {
  naive: { method: 'naive', model: domain, stream: permuted },
  'naive with Adam': { method: 'naive', options: { optimizer: 'adam' }, model: domain, stream: permuted },
  EWC: { method: 'ewc', model: domain, stream: permuted },
  SI: { method: 'si', model: domain, stream: permuted },
  GEM: { method: 'gem', options: { memoryPerTask: 128 }, model: domain, stream: permuted },
  'EWC with weight decay and clipped gradients': {
    method: 'ewc',
    options: { weightDecay: 0.001, clipNorm: 0.5 },
    model: domain,
    stream: permuted,
  },
  'XdG with convolutions, whose biases are computed': {
    method: 'xdg',
    model: () => new MultiHeadMLP({ inputShape: [28, 28, 1], conv: [{ filters: 16 }], hidden: [128] }),
    stream: tasks,
  },
  'wide layers and small batches': {
    method: 'naive',
    model: () => new DomainMLP({ hidden: [1024, 1024], nClasses: 4 }),
    stream: permutedScenario(dataset, { nTasks: 2, scenario: 'domain-incremental', batchSize: 16 }),
  },
  'replay with convolutions': { method: 'er', model: conv, stream: split },
};

/** Weights after both tasks with so many threads, and how often each form was run. */
async function trained(t: TestContext, { method, options, model: make, stream }: Case, threads: number, form?: 0 | 1) {
  const graphs = backend().graphs as { threads: number; run: (...args: [number, string[], unknown[], string[]]) => unknown };
  const { threads: usual, run } = graphs;
  const calls = { sideBySide: 0, inTurn: 0 };
  graphs.threads = threads;
  graphs.run = (session, feeds, values, fetches) => {
    if (!fetches.some((name) => name.includes('/read') || name === 'filled:0')) {
      if (fetches.some((name) => name.includes('/in-turn'))) calls.inTurn++;
      else calls.sideBySide++;
    }
    return run(session, feeds, values, fetches);
  };
  let now = 0;
  const clock = t.mock.method(performance, 'now', () => (now += 300)); // so that the other form is tried every other call
  const forced =
    form === undefined
      ? undefined
      : t.mock.method(FasterForm.prototype, 'took', function (this: object) {
          Object.assign(this, { best: form, tried: undefined });
        });
  const model = make();
  const trainer = findMethod(method).create(model, { epochs: 3, lr: 0.05, seed: 1, ...options } as never) as CLTrainer;
  try {
    for (const loader of stream.trainLoaders.slice(0, 2)) {
      const { execution } = await trainer.trainTask(loader, { execution: 'recorded' });
      assert.equal(execution, 'recorded');
      await trainer.consolidate(loader);
    }
    return { weights: model.parameters().map((parameter) => parameter.data() as Float32Array), calls };
  } finally {
    clock.mock.restore();
    forced?.mock.restore();
    Object.assign(graphs, { threads: usual, run });
    trainer.dispose();
    model.dispose();
  }
}

function furthest(some: Float32Array[], others: Float32Array[]): number {
  const apart = (a: Float32Array, b: Float32Array) => a.reduce((most, w, i) => Math.max(most, Math.abs(w - b[i])), 0);
  return Math.max(...some.map((weights, i) => apart(weights, others[i])));
}

for (const [name, one] of Object.entries(CASES)) {
  test(`${name}: two threads give the numbers of one, side by side, in turn, and as the clock has it`, async (t) => {
    const alone = await trained(t, one, 1);
    const sideBySide = await trained(t, one, 2, 0);
    const inTurn = await trained(t, one, 2, 1);
    const changing = await trained(t, one, 2);
    assert.deepEqual([alone.calls.inTurn, sideBySide.calls.inTurn], [0, 0]);
    assert.ok(inTurn.calls.inTurn > 5 && inTurn.calls.sideBySide <= 8, JSON.stringify(inTurn.calls));
    assert.ok(changing.calls.inTurn > 0 && changing.calls.sideBySide > 0, JSON.stringify(changing.calls));
    assert.equal(furthest(sideBySide.weights, inTurn.weights), 0, 'the clock must not matter');
    assert.equal(furthest(sideBySide.weights, changing.weights), 0, 'the clock must not matter');
    const apart = furthest(sideBySide.weights, alone.weights);
    assert.ok(apart < 1e-5, `${apart}`); // 0 on the processors that were tried
  });
}
