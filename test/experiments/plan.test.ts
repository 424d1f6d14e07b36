import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRun, registerStream } from '../../src/experiments';
import type { JsonOptions, PlannedRun, SpecInput } from '../../src/experiments';
import { checkUnchanged, relativeDuration, runName } from '../../src/experiments/plan';
import { getSplitMnist } from '../../src/scenarios';
import { planned, SMALL } from './fixtures';

const stream = SMALL.stream;

test('a default given or left out is the same run', () => {
  const bare = planned({ model: undefined, epochs: undefined, method: { name: 'ewc' } });
  const spelt = planned({
    specVersion: 1,
    stream: { ...stream, scenario: 'task-incremental', batchSize: 64, validationFraction: 0, classesPerTask: 2, seed: 1 },
    model: { architecture: 'MultiHeadMLP', hidden: [256, 256], seed: 1 },
    optimizer: { name: 'sgd', momentum: 0.9, lr: 0.01, weightDecay: 0, keepOptimizer: false },
    method: { name: 'ewc', options: bare.spec.method.options },
    epochs: 5,
    measure: { learningCurves: false },
  });
  assert.equal(spelt.id, bare.id);
  assert.deepEqual(bare.spec.optimizer, { name: 'sgd', lr: 0.01, momentum: 0.9, weightDecay: 0, keepOptimizer: false });
  assert.ok(Object.hasOwn(bare.spec.method.options, 'lambda'), 'the defaults of the method are filled in');
  assert.deepEqual([bare.spec.model, bare.spec.epochs], [{ architecture: 'MultiHeadMLP', conv: [], hidden: [256, 256] }, 5]);
  assert.equal(planRun(bare.spec).id, bare.id, 'a filled-in spec is the same run');
});

test('clipping and a schedule are part of the run; defaults of the schedule may be given or left out', () => {
  const run = (schedule: JsonOptions) => planned({ epochs: 3, optimizer: { clipNorm: 10, schedule } });
  const bare = run({ name: 'cosine', warmRestarts: { first: 1, factor: 2 } });
  const spelt = run({ every: 'epoch', warmRestarts: { factor: 2, first: 1 }, minLr: 0, name: 'cosine' });
  assert.equal(spelt.id, bare.id);
  assert.deepEqual([bare.spec.optimizer.clipNorm, bare.spec.optimizer.schedule], [10, { name: 'cosine', minLr: 0, every: 'epoch', warmRestarts: { first: 1, factor: 2 } }]); // prettier-ignore
  assert.equal(planRun(JSON.parse(JSON.stringify(bare.spec)) as SpecInput).id, bare.id);
  const others = [run({ name: 'cosine' }), planned({ epochs: 3, optimizer: { clipNorm: 10 } }), planned({ epochs: 3 })];
  assert.equal(new Set([bare, ...others].map(({ id }) => id)).size, 4);
  assert.throws(() => planned({ method: { name: 'ewc', options: { clipNorm: 1 } } }), /'clipNorm' is no option of a method; it belongs to optimizer/); // prettier-ignore
});

test('a schedule on a stream that hides task boundaries is refused when the run is planned', () => {
  const spec = { stream: { name: 'task-free-mnist', data: 'synthetic' }, optimizer: { schedule: { name: 'cosine' } } };
  assert.throws(() => planRun({ ...spec, method: { name: 'naive' }, epochs: 2 }), /its learning rate changes within a task/);
});

test('a convolutional trunk gets the shape of the inputs, and its defaults may be given or left out', () => {
  const conv = (...conv: JsonOptions[]) => planned({ model: { conv, hidden: [] } });
  const [bare, spelt, other] = [conv({ filters: 4 }), conv({ pool: 'max', filters: 4, kernel: 3 }), conv({ filters: 5 })];
  assert.equal(spelt.id, bare.id);
  assert.deepEqual(spelt.spec.model, bare.spec.model);
  assert.notEqual(other.id, bare.id);
});

test('whatever changes the numbers changes the id; label and study do not', () => {
  const changes: Partial<SpecInput>[] = [
    { seed: 2 },
    { epochs: 2 },
    { model: { hidden: [17] } },
    { model: { hidden: [16], seed: 9 } },
    { optimizer: { lr: 0.02 } },
    { optimizer: { name: 'adam' } },
    { method: { name: 'er' } },
    { method: { name: 'er', options: { capacity: 7 } } },
    { measure: { learningCurves: true } },
    { stream: { ...stream, batchSize: 32 } },
    { stream: { ...stream, scenario: 'class-incremental' } },
    { stream: { ...stream, limitPerTask: 64 } },
    { stream: { ...stream, validationFraction: 0.5 } },
    { stream: { ...stream, classOrder: 'random' } },
    { stream: { ...stream, seed: 9 } },
    { stream: { ...stream, name: 'split-fashion-mnist', data: 'real' } },
    { stream: { ...stream, data: 'real' } },
  ];
  const ids = [{}, ...changes].map((change) => planned(change).id);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(planned({}, { label: 'another', study: 'other' }).id, ids[0]);
});

test('the same spec on other data is another run', () => {
  let classOrder = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
  registerStream('plan-test', ({ seed }) =>
    getSplitMnist({ seed: seed as number, data: 'synthetic', limitPerTask: 20, testLimitPerTask: 20, classOrder }),
  );
  const before = planned({ stream: { name: 'plan-test' } });
  checkUnchanged('test', [before]);
  classOrder = classOrder.reverse();
  assert.notEqual(planned({ stream: { name: 'plan-test' } }).id, before.id);
  assert.throws(() => checkUnchanged('test', [before]), /Naive, seed 1: spec or data are not those it was planned with/);
});

test('a planned run is frozen plain JSON with the samples it will look at', () => {
  const run = planned({ epochs: 3 });
  assert.deepEqual(JSON.parse(JSON.stringify(run)), run);
  assert.equal(run.samples, 3 * 5 * 128);
  assert.throws(() => ((run.spec as { seed: number }).seed = 2), TypeError);
  assert.equal(runName(run), 'task-incremental Naive, seed 1');
  assert.equal(planRun({ ...run.spec, seed: 2 }, run).study, run.study, 'names are taken over from a run');
});

test('how long runs take is estimated by their samples and the costs in the registry', () => {
  const [naive, gem] = [planned(), planned({ method: { name: 'gem' } })];
  assert.ok(relativeDuration(gem) > 2 * relativeDuration(naive));
  assert.equal(relativeDuration(planned({ epochs: 2 })), 2 * relativeDuration(naive));
});

test('what cannot run is refused when it is planned', () => {
  const wrong: [Partial<SpecInput>, RegExp][] = [
    [{ method: { name: 'gme' } }, /there is none called 'gme'; known methods: naive/],
    [{ method: { name: 'ewc', options: { lamda: 1 } } }, /EWC: unknown option 'lamda'/],
    [{ method: { name: 'ewc', options: { lambda: -1 } } }, /lambda must be/],
    [{ optimizer: { lr: -1 } }, /lr must be/],
    [{ model: { hidden: [0] } }, /hidden width must be/],
    [{ model: { architecture: 'Transformer' } }, /none called 'Transformer'; known architectures: .*MultiHeadMLP/],
    [{ model: { architecture: 'MultiHeadMLP' }, stream: { ...stream, scenario: 'class-incremental' } }, /it needs the task id/],
    [
      { method: { name: 'pnn' }, stream: { ...stream, scenario: 'class-incremental' } },
      /pnn in the class-incremental scenario: it needs the task id/,
    ],
    [{ stream: { ...stream, name: 'split-minst' } }, /there is none called 'split-minst'; known streams: split-mnist/],
    [{ stream: { ...stream, batchsize: 1 } }, /unknown option 'batchsize'/],
    [
      { stream: { name: 'blurry-split-mnist', scenario: 'task-incremental' } },
      /scenario must be 'class-incremental', got 'task-/,
    ],
  ];
  for (const [change, message] of wrong) assert.throws(() => planned(change), message);
  assert.throws(() => planRun(SMALL, { labl: 'x' } as object), /planRun: unknown option 'labl'/);
});

test('what was not made by planRun is told by what it says of itself', () => {
  const old = { label: 'Naive', seed: 31337, dataset: 'split-mnist' } as unknown as PlannedRun;
  assert.throws(
    () => checkUnchanged('x', [planned(), old]),
    /x: entry 1 of the plan, label Naive, seed 31337, is no planned run; make it with planRun/,
  );
  assert.throws(() => checkUnchanged('x', 'all' as unknown as PlannedRun[]), /the plan is 'all'/);
  const edited = { ...planned(), spec: { ...planned().spec, seed: 5 } };
  assert.throws(() => checkUnchanged('x', [edited]), /seed 5: spec or data are not those it was planned with/);
});
