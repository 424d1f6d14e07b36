import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { NaiveTrainer } from '../../src/methods';
import type { Schedule } from '../../src/training';
import { checkedSchedule, checkLength, LearningRates, learningRates } from '../../src/training/schedule';
import type { TrainerState } from '../../src/training';
import { taskFreeScenario } from '../../src/scenarios/taskFree';
import { easyDataset, easyStream, smallModel } from '../methods/fixtures';
import { interrupted, learnAll, trainerOf } from './lives';
import type { LifePlan } from './lives';

before(async () => {
  await initBackend();
});

const FILE = join(__dirname, '..', '..', '..', 'test', 'training', 'schedules.json');
const { torch, cases } = JSON.parse(readFileSync(FILE, 'utf8')) as {
  torch: string;
  cases: Record<string, { lr: number; schedule: Schedule; rates: number[] }>;
};

for (const [name, { lr, schedule, rates }] of Object.entries(cases)) {
  test(`the learning rates are those of ${name}, PyTorch ${torch}`, () => {
    const own = learningRates('test', schedule, lr, rates.length);
    assert.equal(own.length, rates.length);
    own.forEach((rate, i) => assert.ok(Math.abs(rate - rates[i]) < 1e-8, `${i}: ${rate}, ${rates[i]}`));
  });
}

test('a schedule that cannot be meant is refused', () => {
  const refused = (schedule: object, reason: RegExp) =>
    assert.throws(() => checkedSchedule('Naive', schedule as Schedule, 0.1), reason);
  refused({}, /^Error: Naive: schedule: name must be 'cosine', got undefined/);
  refused({ name: 'step' }, /name must be 'cosine', got 'step'/);
  refused({ name: 'cosine', minLR: 0 }, /unknown option 'minLR'; known options: name, minLr, every, warmRestarts, warmup/);
  refused({ name: 'cosine', minLr: 0.2 }, /minLr must be a number between 0 and 0.1, got 0.2/);
  refused({ name: 'cosine', minLr: '0' }, /minLr must be a number .*, got '0'/);
  refused({ name: 'cosine', every: 'pass' }, /every must be 'epoch' or 'step', got 'pass'/);
  refused({ name: 'cosine', minLr: 0.1 }, /Naive: schedule: minLr 0\.1 is lr, so it changes nothing; use a smaller minLr/);
  refused(
    { name: 'cosine', warmRestarts: { first: 1 } },
    /warmRestarts: each fall begins at lr and ends there, .*; use first: 2/,
  );
  checkedSchedule('Naive', { name: 'cosine', minLr: 0.1, warmRestarts: { first: 1 }, warmup: { length: 1 } }, 0.1);
  refused({ name: 'cosine', warmRestarts: {} }, /warmRestarts: first must be a whole number of at least 1, got undefined/);
  refused({ name: 'cosine', warmRestarts: { first: 1, factor: 1.5 } }, /warmRestarts: factor must be a whole number/);
  refused({ name: 'cosine', warmRestarts: { first: 1, last: 2 } }, /warmRestarts: unknown option 'last'/);
  refused({ name: 'cosine', warmup: { length: 0 } }, /warmup: length must be a whole number of at least 1, got 0/);
  refused({ name: 'cosine', warmup: { length: 1, from: 2 } }, /warmup: from must be a number between 0 and 1, got 2/);
  refused({ name: 'cosine', warmup: 3 }, /warmup: options must be an object of named values, got 3/);
});

test('a schedule that changes nothing in the time there is, is refused', () => {
  const warm: Schedule = { name: 'cosine', warmup: { length: 3 } };
  assert.throws(
    () => checkLength('EWC', warm, 3),
    /EWC: schedule: its warmup takes 3 of 3 epochs, .*; use warmup.length: 2 or less/,
  );
  checkLength('EWC', warm, 4);
  assert.throws(
    () => checkLength('EWC', { name: 'cosine' }, 1),
    /from epoch to epoch, and there is one; use every: 'step', or more/,
  );
  checkLength('EWC', { name: 'cosine', every: 'step' }, 1);
  assert.throws(
    () => checkLength('EWC', { name: 'cosine', every: 'step' }, 1e9),
    /1000000000 steps are too many; use every: 'epoch'/,
  );
});

test('restarts whose first fall takes longer than there is are refused: the learning rate would hardly fall', () => {
  const restarts = (first: number, length?: number): Schedule => ({
    ...{ name: 'cosine', warmRestarts: { first } },
    ...(length && { warmup: { length } }),
  });
  checkLength('EWC', restarts(3), 3);
  checkLength('EWC', restarts(2, 1), 3);
  assert.throws(
    () => checkLength('EWC', restarts(1000), 3),
    /EWC: schedule: its first fall takes 1000 of the 3 epochs, so that the .* hardly falls; use warmRestarts.first: 3 or less/,
  );
  assert.throws(
    () => checkLength('EWC', restarts(3, 1), 3),
    /its first fall takes 3 of the 2 of 3 epochs that its warmup leaves, .*; use warmRestarts.first: 2 or less/,
  );
  assert.throws(() => new NaiveTrainer(smallModel('DomainMLP'), { epochs: 3, schedule: restarts(4) }), /takes 4 of the 3 epochs/);
});

test('gaps are filled in one order, so that equal schedules are equal as JSON', () => {
  const [bare, spelt] = [
    { name: 'cosine', warmRestarts: { first: 2 }, warmup: { length: 1 } },
    { warmup: { from: 0.1, length: 1 }, warmRestarts: { factor: 1, first: 2 }, every: 'epoch', minLr: 0, name: 'cosine' },
  ].map((schedule) => JSON.stringify(checkedSchedule('test', schedule as Schedule, 1)));
  assert.equal(bare, spelt);
});

test('a step looks up the learning rate of its epoch', () => {
  const rates = new LearningRates(Float32Array.of(3, 2, 1), 4);
  assert.deepEqual(
    rates.places(2, 4),
    [0, 0, 1, 1].map((place) => Int32Array.of(place)),
  );
  rates.dispose();
});

/** The learning rates a task's steps had: clipped to norm 1e-3 and without momentum, a step is lr·1e-3 long. */
async function ratesUsed(method: string, options: object, execution: 'recorded' | 'op-by-op'): Promise<number[]> {
  const scenario = 'task-incremental';
  const trainer = trainerOf({ method, scenario, execution, options: { momentum: 0, clipNorm: 1e-3, lr: 0.1, ...options } });
  const weights = () => trainer.model.parameters().flatMap((parameter) => Array.from(parameter.data()));
  const loader = easyStream(scenario, 12).trainLoaders[0]; // seven batches an epoch, the last one smaller
  const used: number[] = [];
  let last: number[] = [];
  const measure = (step: number) => {
    const now = weights();
    if (step > 0) used.push(1e3 * Math.hypot(...now.map((value, i) => value - last[i])));
    last = now;
  };
  const report = await trainer.trainTask(loader, { execution, probes: { every: 1, measure } });
  assert.equal(report.execution, execution);
  trainer.dispose();
  trainer.model.dispose();
  return used;
}

function same(used: number[], expected: number[]): void {
  assert.equal(used.length, expected.length);
  used.forEach((rate, i) => assert.ok(Math.abs(rate - expected[i]) < 1e-3, `step ${i}: ${rate}, ${expected[i]}`));
}

for (const execution of ['op-by-op', 'recorded'] as const) {
  test(`${execution}: all steps of an epoch have its learning rate, the smaller last batch, too`, async () => {
    const schedule = { name: 'cosine', minLr: 0.02, warmRestarts: { first: 1, factor: 2 } };
    const expected = [0.1, 0.1, 0.06, 0.1].flatMap((rate) => new Array<number>(7).fill(rate));
    same(await ratesUsed('naive', { epochs: 4, schedule }, execution), expected);
  });

  test(`${execution}: from step to step it falls along the cosine, in a task of so many steps, too`, async () => {
    const schedule = { name: 'cosine', every: 'step', warmup: { length: 3, from: 0 } };
    const fall = (n: number) => Array.from({ length: n }, (_, t) => 0.05 * (1 + Math.cos((Math.PI * t) / n)));
    same(await ratesUsed('naive', { epochs: 2, schedule }, execution), [0, 0.1 / 3, 0.2 / 3, ...fall(11)]);
    same(await ratesUsed('naive', { steps: 9, schedule }, execution), [0, 0.1 / 3, 0.2 / 3, ...fall(6)]);
  });

  test(`${execution}: it begins anew with each task, and goes on bit for bit after an interruption and a restore`, async () => {
    const schedule = { name: 'cosine', every: 'step', minLr: 0.001 };
    for (const method of ['naive', 'er', 'mir', 'gdumb']) {
      const plan: LifePlan = { method, scenario: 'class-incremental', execution, options: { schedule, clipNorm: 0.3 } };
      const whole = await learnAll(trainerOf(plan), plan);
      const state = JSON.parse(JSON.stringify(await interrupted(plan, execution === 'recorded' ? [6, 7] : [9]))) as TrainerState;
      const restored = trainerOf(plan);
      restored.restore(state);
      assert.equal(await learnAll(restored, plan), whole, method);
      assert.notEqual(await learnAll(trainerOf({ ...plan, options: { clipNorm: 0.3 } }), plan), whole, `${method}: it counts`);
    }
  });
}

test('it begins anew with each phase of a method', async () => {
  const schedule = { name: 'cosine' };
  const used = await ratesUsed('packnet', { epochs: 4, retrain: 0.5, schedule }, 'op-by-op');
  const expected = [0.1, 0.05, 0.1, 0.05].flatMap((rate) => new Array<number>(7).fill(rate));
  // The retraining begins by setting weights to 0: what its first step adds to that cannot be told from the weights.
  const known = (rates: number[]) => rates.filter((_, i) => i !== 13 && i !== 14);
  same(known(used), known(expected));
});

test('a recorded step stays as it is when the learning rate changes', async () => {
  const { Recording } = await import('../../src/backend/graph/recording.js');
  const counted = async (schedule: Schedule | undefined) => {
    const calls = { program: 0, run: 0 };
    const { program, run } = Recording.prototype;
    Recording.prototype.program = function (...given) {
      calls.program++;
      return program.apply(this, given);
    };
    Recording.prototype.run = function (...given) {
      calls.run++;
      return run.apply(this, given);
    };
    try {
      const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 30, schedule });
      await trainer.trainTask(easyStream('class-incremental').trainLoaders[0], { execution: 'recorded' });
    } finally {
      Object.assign(Recording.prototype, { program, run });
    }
    return calls;
  };
  const [without, perEpoch, perStep] = [
    await counted(undefined),
    await counted({ name: 'cosine' }),
    await counted({ name: 'cosine', every: 'step' }),
  ];
  assert.equal(perEpoch.program, 1);
  assert.equal(perStep.program, 1);
  assert.equal(without.program, 1);
  assert.ok(perStep.run < 60, `${perStep.run} calls for 150 steps`);
});

test('where task boundaries are hidden there is no task to schedule', async () => {
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 2, schedule: { name: 'cosine' } });
  await assert.rejects(
    trainer.runSequence(taskFreeScenario(easyDataset(40), { nTasks: 3 })),
    /NaiveTrainer: its learning rate changes within a task, and the stream of stretch 1: .* hides where one begins and ends/,
  );
});

test('a warmup that is longer than a phase of the method is refused before it trains', async () => {
  const schedule: Schedule = { name: 'cosine', every: 'step', warmup: { length: 7 } };
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 1, schedule });
  await assert.rejects(
    trainer.trainTask(easyStream('class-incremental', 12).trainLoaders[0]),
    /NaiveTrainer: schedule: its warmup takes 7 of 7 steps/,
  );
});
