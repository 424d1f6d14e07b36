import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configurationId, EWC, getPermutedMnist, getSplitMnist, initBackend, MultiHeadMLP, NaiveTrainer, runId } from '../../src';
import type { TaskLoaders } from '../../src';
import { checkIdentified, ownRun } from '../../src/experiments/ownRun';

const SMALL = { data: 'synthetic', nTasks: 2, limitPerTask: 40, testLimitPerTask: 40 } as const;
const stream = (seed = 1, more: object = {}) => getSplitMnist({ ...SMALL, seed, ...more });
const network = (seed = 1, hidden = [8]) => new MultiHeadMLP({ seed, hidden });
const id = (trainer: NaiveTrainer, loaders: TaskLoaders = stream()) => ownRun(trainer, loaders).id;
const options = { seed: 1, epochs: 2 };

test('a run says in plain JSON what is trained on what, as specs do; seeds of one configuration have that in common', async () => {
  await initBackend();
  const run = ownRun(new EWC(network(), { ...options, lambda: 7 }), stream(), 'mine');
  assert.deepEqual(JSON.parse(JSON.stringify(run)), run);
  assert.match(run.id, /^[0-9a-f]{16}$/);
  const { spec, label, samples } = run;
  assert.deepEqual(
    [label, samples, spec.method.name, spec.method.options.lambda, spec.epochs, spec.seed],
    ['mine', 160, 'ewc', 7, 2, 1],
  );
  const { name, scenario, nTasks, batchSize, limitPerTask } = spec.stream;
  assert.deepEqual([name, scenario, nTasks, batchSize, limitPerTask], ['split-synthetic', 'task-incremental', 2, 64, 40]);
  assert.deepEqual([spec.model.architecture, spec.model.hidden, spec.optimizer.name], ['MultiHeadMLP', [8], 'sgd']);
  const other = ownRun(new EWC(network(2), { ...options, lambda: 7, seed: 2 }), stream(2));
  assert.equal(configurationId(other.spec), configurationId(spec));
  assert.notEqual(other.id, run.id);
});

test('equal trainings have equal ids; whatever decides the numbers changes the id', () => {
  const own = id(new NaiveTrainer(network(), options));
  assert.equal(id(new NaiveTrainer(network(), options)), own);
  class Other extends NaiveTrainer {
    override likelyCause() {
      return 'another text';
    }
  }
  const changed: Record<string, string> = {
    seed: id(new NaiveTrainer(network(), { ...options, seed: 2 })),
    lr: id(new NaiveTrainer(network(), { ...options, lr: 0.02 })),
    weights: id(new NaiveTrainer(network(2), options)),
    architecture: id(new NaiveTrainer(network(1, [9]), options)),
    code: id(new Other(network(), options)),
    data: id(new NaiveTrainer(network(), options), stream(2)),
    batch: id(new NaiveTrainer(network(), options), stream(1, { batchSize: 20 })),
    tests: id(new NaiveTrainer(network(), options), stream(1, { testLimitPerTask: 30 })),
    scenario: id(new NaiveTrainer(network(), options), getPermutedMnist({ ...SMALL, seed: 1 })),
  };
  for (const [what, other] of Object.entries(changed)) assert.notEqual(other, own, what);
  assert.equal(new Set(Object.values(changed)).size, Object.keys(changed).length);
});

test('loaders without a stream are enough; options that are functions count by their text', () => {
  const { trainLoaders, testLoaders } = stream();
  const run = ownRun(new NaiveTrainer(network(), options), { trainLoaders, testLoaders });
  assert.deepEqual([run.spec.stream.name, run.spec.stream.nTasks], ['own', 2]);
  const withOption = (option: unknown) =>
    ownRun(
      Object.assign(Object.create(new NaiveTrainer(network(), options)), { options: { ...options, option } }) as never,
      stream(),
    );
  assert.equal(withOption(() => 1).id, withOption(() => 1).id);
  assert.notEqual(withOption(() => 1).id, withOption(() => 2).id);
  const none = withOption(new Map());
  assert.equal(none.id, '');
  assert.throws(() => checkIdentified(none), /a store knows runs by their options: .*option.* is not plain JSON/);
});

test('a fresh trainer tells the id of its run; one that has learnt, and what is no trainer, are refused', async () => {
  await initBackend();
  const trainer = new NaiveTrainer(network(), { seed: 1, epochs: 1 });
  assert.equal(runId(trainer, stream()), id(trainer));
  await trainer.runSequence(stream());
  assert.throws(() => runId(trainer, stream()), /runId: the trainer has learnt before; ask while it is fresh/);
  assert.throws(() => runId({} as NaiveTrainer, stream()), /runId/);
});
