import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../src/backend';
import { EWC, ExperienceReplay, NaiveTrainer, PNNTrainer } from '../src/methods';
import type { CLTrainer } from '../src/training';
import { DomainMLP, MultiHeadMLP, ProgressiveNeuralNet, SingleHeadMLP } from '../src/models';
import { getPermutedMnist, getSplitMnist } from '../src/scenarios/mnist';

// Real MNIST, little of it. The bands are wide enough for noise and narrow enough to catch broken data or a leak of labels.
before(async () => {
  await initBackend();
});

const SEED = 42;
const DATA = { limitPerTask: 2000, testLimitPerTask: 1000, seed: SEED };
const classes = () => getSplitMnist({ ...DATA, scenario: 'class-incremental' });
const metrics = async (trainer: CLTrainer<object>, stream: Parameters<CLTrainer['runSequence']>[0]) => {
  const tracker = await trainer.runSequence(stream);
  trainer.dispose();
  trainer.model.dispose();
  return { ...tracker.compute(), matrix: tracker.matrix };
};

test('task-incremental Split-MNIST: naive ends above 0.9; at 0.5 the data would be broken', async () => {
  const { acc, matrix } = await metrics(
    new NaiveTrainer(new MultiHeadMLP({ seed: SEED }), { epochs: 1, seed: SEED }),
    getSplitMnist(DATA),
  );
  assert.ok(acc! > 0.9, `ACC ${acc}`);
  matrix.forEach((row, task) => assert.ok(row[task]! > 0.93, `task ${task} was learnt to ${row[task]} only`));
});

test('class-incremental Split-MNIST: naive keeps the last task only, 0.17 to 0.21; more would be a leak of labels or masks', async () => {
  const { acc, matrix } = await metrics(
    new NaiveTrainer(new SingleHeadMLP({ seed: SEED }), { epochs: 2, seed: SEED }),
    classes(),
  );
  assert.ok(acc! > 0.17 && acc! < 0.21, `ACC ${acc}`);
  for (const task of [0, 1, 2, 3]) assert.ok(matrix[task][4]! < 0.05, `task ${task} is still answered: ${matrix[task][4]}`);
});

test('class-incremental Split-MNIST: EWC does not help, below 0.30', async () => {
  const { acc } = await metrics(new EWC(new SingleHeadMLP({ seed: SEED }), { epochs: 2, seed: SEED, lambda: 100 }), classes());
  assert.ok(acc! > 0.15 && acc! < 0.3, `ACC ${acc}`);
});

test('class-incremental Split-MNIST: replay ends far above naive', async () => {
  const { acc } = await metrics(new ExperienceReplay(new SingleHeadMLP({ seed: SEED }), { epochs: 3, seed: SEED }), classes());
  assert.ok(acc! > 0.7, `ACC ${acc}`);
});

test('task-incremental Split-MNIST: PNN learns every task and forgets exactly nothing', async () => {
  const trainer = new PNNTrainer(new ProgressiveNeuralNet({ seed: SEED }), { epochs: 1, seed: SEED });
  const { acc, bwt, fm, perTaskForgetting } = await metrics(trainer, getSplitMnist({ ...DATA, limitPerTask: 1000 }));
  assert.ok(acc! > 0.9, `ACC ${acc}`);
  assert.deepEqual([bwt, fm], [0, 0]);
  assert.ok(perTaskForgetting!.every((value) => value === 0 || value === null));
});

test('domain-incremental Permuted-MNIST: naive forgets, and EWC with λ 100 forgets less', async () => {
  const stream = () => getPermutedMnist(DATA);
  const naive = await metrics(new NaiveTrainer(new DomainMLP({ seed: SEED }), { epochs: 2, seed: SEED }), stream());
  const ewc = await metrics(new EWC(new DomainMLP({ seed: SEED }), { epochs: 2, seed: SEED, lambda: 100 }), stream());
  assert.ok(
    naive.matrix.every((row, task) => row[task]! > 0.75),
    'naive learns each task',
  );
  assert.ok(naive.bwt! < -0.04, `naive BWT ${naive.bwt}`);
  assert.ok(
    ewc.bwt! > naive.bwt! / 2 && ewc.acc! > naive.acc!,
    `EWC BWT ${ewc.bwt}, ACC ${ewc.acc}; naive ${naive.bwt}, ${naive.acc}`,
  );
});
