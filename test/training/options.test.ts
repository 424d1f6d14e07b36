import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { EWC, NaiveTrainer } from '../../src/methods';
import { getSeed, setSeed } from '../../src/utils/random';
import { TRAINER_DEFAULTS } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';
import { weightBytes } from './fixtures';

before(async () => {
  await initBackend();
});

test('options that no trainer knows or that are out of range are refused', () => {
  const refused = (options: object, reason: RegExp) =>
    assert.throws(() => new NaiveTrainer(smallModel('DomainMLP'), options), reason);
  refused({ learningRate: 1 }, /NaiveTrainer: unknown option 'learningRate'; known options: lr, momentum, epochs, .*seed/);
  refused({ lr: NaN }, /NaiveTrainer: lr must be a number/);
  refused({ lr: '0.1' }, /NaiveTrainer: lr must be a number of at least 0, got '0.1'/);
  refused({ momentum: 1.5 }, /momentum must be a number between 0 and 1/);
  refused({ momentum: 1 }, /NaiveTrainer: momentum 1 never slows down, so nothing is learnt; use 0.9, or less/);
  refused({ epochs: 0 }, /epochs must be a whole number of at least 1/);
  refused({ weightDecay: -1 }, /weightDecay must be a number of at least 0/);
  refused({ seed: 0.5 }, /seed must be a whole number/);
  refused({ stepCount: 'shared' }, /stepCount is for Adam, the optimizer is 'sgd'; use optimizer: 'adam', or leave it out/);
  refused({ optimizer: 'adam', stepCount: 'all' }, /stepCount must be 'own' or 'shared', got 'all'/);
  refused({ keepOptimizer: 'false' }, /keepOptimizer must be true or false, got 'false'/);
  refused({ optimizer: 'rmsprop' }, /NaiveTrainer: there is no optimizer 'rmsprop'; use sgd or adam/);
  refused({ clipNorm: -1 }, /clipNorm must be a number of at least 0, got -1/);
  refused({ clipNorm: 0 }, /NaiveTrainer: clipNorm 0 leaves no gradient; for example 10/);
  refused({ clipNorm: null }, /clipNorm must be a number of at least 0, got null/);
  refused({ schedule: 'cosine' }, /NaiveTrainer: schedule: options must be an object of named values, got 'cosine'/);
  refused({ lr: 0.1, schedule: { name: 'cosine', minLr: 0.2 } }, /schedule: minLr must be a number between 0 and 0.1/);
  refused({ epochs: 1, schedule: { name: 'cosine' } }, /schedule: .* from epoch to epoch, and there is one; use every: 'step'/);
  const warm = { name: 'cosine', every: 'step', warmup: { length: 9 } };
  refused({ steps: 5, schedule: warm }, /schedule: its warmup takes 9 of 5 steps/);
  refused({ momentum: 1 - 1e-12 }, /momentum 0\.999999999999 never slows down/);
  refused({ clipNorm: 1e39 }, /NaiveTrainer: clipNorm 1e\+39 is beyond the 32-bit numbers of networks, .*; use a smaller one/);
  refused({ lr: 1e99 }, /NaiveTrainer: lr 1e\+99 is beyond the 32-bit numbers/);
  assert.throws(() => new EWC(smallModel('DomainMLP'), { lambda: 1e39 }), /EWC: lambda 1e\+39 is beyond the 32-bit numbers/);
  new NaiveTrainer(smallModel('DomainMLP'), { clipNorm: 3.4e38 });
  refused({ optimizer: 'toString' }, /NaiveTrainer: there is no optimizer 'toString'/);
});

test('options left out have their defaults, the seed that of setSeed', (t) => {
  t.after(() => setSeed(42));
  setSeed(9);
  assert.equal(getSeed(), 9);
  assert.deepEqual(new NaiveTrainer(smallModel('DomainMLP'), { lr: undefined }).options, {
    ...TRAINER_DEFAULTS,
    activeOutputs: 'all',
    seed: 9,
  });
});

test('options cannot be changed after construction: assigning throws', () => {
  const { options } = new EWC(smallModel('DomainMLP'), { lambda: 3 });
  assert.throws(() => ((options as { lambda: number }).lambda = 5), TypeError);
  assert.throws(() => ((options as { lr: number }).lr = 5), TypeError);
  assert.deepEqual([options.lambda, options.lr], [3, 0.01]);
});

test('a schedule cannot be changed after construction, nor through the object that was passed', () => {
  const given = { name: 'cosine' as const, minLr: 0.001, warmRestarts: { first: 2 } };
  const { options } = new EWC(smallModel('DomainMLP'), { schedule: given });
  given.minLr = 0.002;
  given.warmRestarts.first = 3;
  const { minLr, warmRestarts } = options.schedule!;
  assert.deepEqual([minLr, warmRestarts], [0.001, { first: 2, factor: 1 }]);
  assert.throws(() => (options.schedule!.minLr = 0.5), TypeError);
  assert.throws(() => (warmRestarts!.first = 5), TypeError);
});

test('the object that was passed stays the caller’s: changing it later changes nothing', () => {
  const given = { lambda: 3 };
  const trainer = new EWC(smallModel('DomainMLP'), given);
  given.lambda = 5;
  assert.equal(trainer.options.lambda, 3);
});

/** The weights after the second task, and between the two. */
async function learn(options: object, architecture = 'SingleHeadMLP') {
  const trainer = new NaiveTrainer(smallModel(architecture), { epochs: 2, lr: 0.01, seed: 1, ...options });
  const [first, second] = easyStream('class-incremental').trainLoaders;
  await trainer.trainTask(first);
  const between = trainer.state();
  await trainer.trainTask(second);
  return { trainer, between, end: weightBytes(trainer.model) };
}

test('keepOptimizer: velocities and moments go on into the next task, also of a head that has grown; else each task starts afresh', async () => {
  const [, second] = easyStream('class-incremental').trainLoaders;
  for (const optimizer of ['sgd', 'adam'] as const) {
    const kept = await learn({ optimizer, keepOptimizer: true });
    const fresh = await learn({ optimizer });
    assert.notEqual(kept.end, fresh.end, optimizer);
    assert.deepEqual(Object.keys(fresh.between.optimizer.parameters), [], `${optimizer}: freed after the task`);
    // The head had two outputs and has four: the old columns keep what they had, the new ones start at 0.
    const { parameters } = kept.between.optimizer;
    assert.deepEqual(parameters['head/bias'][optimizer === 'sgd' ? 'velocity' : 'mean'].shape, [2]);
    const anew = new NaiveTrainer(smallModel('SingleHeadMLP'), { ...kept.trainer.options });
    anew.restore(kept.between);
    await anew.trainTask(second);
    assert.equal(weightBytes(anew.model), kept.end);
    const without = new NaiveTrainer(smallModel('SingleHeadMLP'), { ...kept.trainer.options });
    without.restore({ ...kept.between, optimizer: { ...kept.between.optimizer, parameters: {} } });
    await without.trainTask(second);
    assert.notEqual(weightBytes(without.model), kept.end, `${optimizer}: what was kept counts`);
  }
});

test('weight decay makes the weights smaller', async () => {
  const norm = async (weightDecay: number) => {
    const { trainer } = await learn({ weightDecay, epochs: 10 });
    return trainer.model.parameters().reduce((sum, one) => sum + (one.data() as Float32Array).reduce((a, b) => a + b * b, 0), 0);
  };
  assert.ok((await norm(0.5)) < 0.7 * (await norm(0)));
});
