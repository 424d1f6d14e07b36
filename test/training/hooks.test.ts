import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inspect } from 'node:util';
import { backend, initBackend } from '../../src/backend';
import type { Kernels, Value } from '../../src/backend';
import { Tape } from '../../src/autodiff';
import type { Factors, Gradients } from '../../src/autodiff';
import type { TaskLoader } from '../../src/data/loader';
import type { Task } from '../../src/data/task';
import { NaiveTrainer } from '../../src/methods';
import type { Model } from '../../src/models';
import { CLTrainer } from '../../src/training';
import type { Phase, StepGradients, TrainingBatch, TrainingData } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';
import { weightBytes } from './fixtures';

before(async () => {
  await initBackend('native');
});

/** As a user would write it in a notebook cell: weight decay, and a note of every hook that runs. */
class Homemade extends CLTrainer<{ decay: number }> {
  override readonly method = 'homemade';
  readonly calls: string[] = [];
  constructor(model: Model, options: Partial<{ decay: number; epochs: number; lr: number; seed: number }> = {}) {
    super(model, options, { decay: 0.01 });
  }
  protected override trainingData(loader: TaskLoader, seen: readonly TaskLoader[]): TrainingData {
    this.calls.push(`data of ${seen.map(({ task }) => task.id).join()}`);
    return super.trainingData(loader, seen);
  }
  protected override phases(task: Task): Phase[] {
    this.note('phases');
    return super.phases(task);
  }
  protected override async beginTask(task: Task): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.calls.push(`begin ${task.id}`);
  }
  protected override draws(batchSize: number): Record<string, Int32Array> {
    this.note('draws');
    return { everyOther: Int32Array.from({ length: batchSize / 2 }, (_, i) => 2 * i) };
  }
  protected override composeBatch(batch: TrainingBatch): TrainingBatch {
    this.note('compose');
    const rows = batch.drawn.everyOther;
    return { ...batch, x: this.k.gather(batch.x, rows), y: this.k.gather(batch.y, rows), size: batch.size / 2 };
  }
  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    this.note(`loss of ${batch.x.shape[0]}`);
    return super.loss(k, batch);
  }
  protected override adjustGradients(gradients: Gradients): Gradients {
    this.note('adjust');
    for (const [parameter, g] of gradients)
      gradients.set(parameter, this.k.add(g, this.k.scale(this.k.read(parameter), this.options.decay)));
    return gradients;
  }
  protected override afterStep({ raw, adjusted }: StepGradients): void {
    this.note(`after, ${[...raw].every(([parameter, value]) => adjusted.get(parameter) !== value) ? 'both' : 'one'}`);
  }
  protected override async endTask(task: Task): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.calls.push(`end ${task.id}`);
  }
  protected override scores(k: Kernels, x: Value, task: number | undefined): Value {
    this.note('scores');
    return super.scores(k, x, task);
  }
  private note(call: string): void {
    if (this.calls[this.calls.length - 1] !== call) this.calls.push(call);
  }
}

test('a method defined outside the library works without registering: every hook runs, in its order, and is waited for', async () => {
  const stream = easyStream('class-incremental', 80); // one batch an epoch
  const trainer = new Homemade(smallModel('SingleHeadMLP'), { epochs: 1, lr: 0.1 });
  const { matrix } = await trainer.runSequence(stream);
  const step = ['draws', 'compose', 'loss of 40', 'adjust', 'after, both'];
  const oneTask = (id: number) => [
    ...(id > 0 ? ['scores'] : []), // zero-shot accuracy
    `data of ${[0, 1, 2].slice(0, id + 1).join()}`,
    `begin ${id}`,
    'phases',
    ...step,
    `end ${id}`,
    'scores',
  ];
  const calls = trainer.calls.filter((call, i) => call !== 'scores' || trainer.calls[i - 1] !== 'scores');
  assert.deepEqual(
    calls,
    [0, 1, 2].flatMap(oneTask).filter((call, i, all) => call !== 'scores' || all[i - 1] !== 'scores'),
  );
  assert.equal(matrix.length, 3);
  assert.match(inspect(trainer), /^Homemade \(lr 0.1, .*decay 0.01; 3 tasks learnt\) on SingleHeadMLP$/);
  assert.throws(
    () => new Homemade(smallModel('SingleHeadMLP'), { decy: 1 } as object),
    /Homemade: unknown option 'decy'; known options: .*decay/,
  );
});

test('a homemade penalty changes what is learnt: decay makes the weights smaller', async () => {
  const norm = async (decay: number) => {
    const trainer = new Homemade(smallModel('SingleHeadMLP'), { epochs: 20, lr: 0.1, decay });
    await trainer.trainTask(easyStream('class-incremental').trainLoaders[0]);
    return trainer.model
      .parameters()
      .reduce((sum, parameter) => sum + (parameter.data() as Float32Array).reduce((a, b) => a + b * b, 0), 0);
  };
  assert.ok((await norm(0.1)) < 0.5 * (await norm(0)));
});

/** Notes which kernels each step hook sees as `this.k`, and how often each ran. */
class Kernelled extends NaiveTrainer {
  static override readonly recordable: boolean = true;
  readonly seen: Record<string, Set<string>> = {};
  readonly ran: Record<string, number> = {};
  protected override draws(): Record<string, Int32Array> {
    this.count('draws');
    return {};
  }
  protected override composeBatch(batch: TrainingBatch): TrainingBatch {
    this.count('composeBatch');
    return batch;
  }
  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    this.count('loss');
    assert.equal(this.k, k, 'this.k inside loss is what loss was given');
    return super.loss(this.k, batch);
  }
  protected override adjustGradients(gradients: Gradients, _batch: TrainingBatch, factors: Factors): Gradients {
    this.count('adjustGradients');
    assert.deepEqual(factors.parameters, [...gradients.keys()]);
    return gradients;
  }
  protected override afterStep(): void {
    this.count('afterStep');
  }
  private count(hook: string): void {
    const kernels = this.k === backend().kernels ? 'plain' : this.k instanceof Tape ? 'tape' : 'other';
    (this.seen[hook] ??= new Set()).add(kernels);
    this.ran[hook] = (this.ran[hook] ?? 0) + 1;
  }
}

test('this.k is the tape inside loss and the plain kernels in every other hook; recorded hooks run once, draws at every step', async () => {
  const [loader] = easyStream('class-incremental', 12).trainLoaders; // 7 batches an epoch, the last one smaller
  const hooks = ['composeBatch', 'loss', 'adjustGradients', 'afterStep'];
  for (const [execution, times] of [
    ['op-by-op', 3 * 7],
    ['recorded', 1 + 3],
  ] as const) {
    // prettier-ignore
    const trainer = new Kernelled(smallModel('SingleHeadMLP'), { epochs: 3, seed: 1 });
    const report = await trainer.trainTask(loader, { execution });
    assert.equal(report.execution, execution);
    for (const hook of hooks) {
      assert.equal(trainer.ran[hook], times, `${execution}, ${hook}: once for the graph, and for each smaller batch`);
      assert.deepEqual([...trainer.seen[hook]], [hook === 'loss' ? 'tape' : 'plain'], hook);
    }
    assert.equal(trainer.ran.draws, 21, execution);
  }
});

/** A trainer one of whose hooks gives something else. */
function trainerWhose(
  hook: 'loss' | 'composeBatch' | 'adjustGradients',
  value: (k: Kernels, batch: never) => unknown,
): NaiveTrainer {
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 1 });
  Object.defineProperty(trainer, hook, {
    value: (...given: unknown[]) =>
      hook === 'loss' ? value(given[0] as Kernels, given[1] as never) : value(undefined as never, given[0] as never),
  });
  return trainer;
}

test('a hook that returns nothing that can be used is named, and nothing is trained', async () => {
  const [loader] = easyStream('class-incremental').trainLoaders;
  const refused = async (trainer: NaiveTrainer, reason: RegExp) => {
    const before = weightBytes(trainer.model);
    await assert.rejects(trainer.trainTask(loader), { name: 'Error', message: reason });
    assert.equal(weightBytes(trainer.model), before);
  };
  await refused(
    trainerWhose('loss', () => undefined),
    /^NaiveTrainer.loss: it returned nothing; see MethodHooks/,
  );
  await refused(
    trainerWhose('loss', () => Promise.resolve()),
    /^NaiveTrainer.loss: it returned a promise, but steps do not wait/,
  );
  await refused(
    trainerWhose('composeBatch', () => undefined),
    /^NaiveTrainer.composeBatch: it returned nothing/,
  );
  await refused(
    trainerWhose('adjustGradients', () => undefined),
    /^NaiveTrainer.adjustGradients: it returned nothing/,
  );
  await refused(
    trainerWhose('loss', (k) => k.tensor(Float32Array.of(1), [])),
    /^loss: it depends on no parameter that may change/,
  );
  await refused(
    trainerWhose('loss', (k, { x }: TrainingBatch) => k.rowSums(x)),
    /^loss: it must be a single number, got the shape \[16,1\]/,
  );
});

test('after a loss that failed, this.k is the plain kernels again', async () => {
  class Once extends NaiveTrainer {
    fail = true;
    protected override loss(k: Kernels, batch: TrainingBatch): Value {
      if (this.fail) throw new Error('not yet');
      return super.loss(k, batch);
    }
    get kernels(): Kernels {
      return this.k;
    }
  }
  const [loader] = easyStream('class-incremental').trainLoaders;
  const trainer = new Once(smallModel('SingleHeadMLP'), { epochs: 1 });
  await assert.rejects(trainer.trainTask(loader), /not yet/);
  assert.equal(trainer.kernels, backend().kernels);
  trainer.fail = false;
  assert.equal((await trainer.trainTask(loader)).steps, 5);
});

/** Answers with the smallest output, and notes the task ids it was told. */
class Contrary extends NaiveTrainer {
  readonly told: unknown[] = [];
  protected override scores(k: Kernels, x: Value, task: number | undefined): Value {
    this.told.push(task);
    return k.scale(this.model.logits(k, x, task), -1);
  }
}

test('evaluation asks the method’s own scores, with the task id where the scenario reveals it', async () => {
  for (const [scenario, architecture, told] of [
    ['task-incremental', 'MultiHeadMLP', 0],
    ['class-incremental', 'SingleHeadMLP', undefined],
  ] as const) {
    const { trainLoaders, testLoaders } = easyStream(scenario);
    const [plain, contrary] = [NaiveTrainer, Contrary].map(
      (Method) => new Method(smallModel(architecture), { epochs: 5, lr: 0.05 }),
    );
    for (const trainer of [plain, contrary]) await trainer.trainTask(trainLoaders[0]);
    const right = await plain.evaluate(testLoaders[0]);
    assert.equal(await contrary.evaluate(testLoaders[0]), 1 - right, 'two classes: the other one');
    assert.deepEqual((contrary as Contrary).told, [told]);
  }
});

test('draws are told the labels of their batch, recorded with a smaller last batch as op by op', async () => {
  const [loader] = easyStream('class-incremental', 12).trainLoaders; // 7 batches an epoch, the last one smaller
  for (const execution of ['op-by-op', 'recorded'] as const) {
    const told: number[] = [];
    class Told extends NaiveTrainer {
      static override readonly recordable = true;
      protected override draws(batchSize: number, labels: Int32Array): Record<string, Int32Array> {
        assert.equal(labels.length, batchSize);
        told.push(...labels);
        return {};
      }
      protected override memoryState(): object {
        return {};
      }
    }
    const trainer = new Told(smallModel('SingleHeadMLP'), { epochs: 2 });
    assert.equal((await trainer.trainTask(loader, { execution })).execution, execution);
    const labels = loader.labels();
    assert.deepEqual(
      told,
      [0, 1].flatMap((epoch) => Array.from(loader.epoch(epoch), (sample) => labels[sample])),
    );
  }
});

test('a method without phases learns in beginTask: no step is taken, and the task counts as learnt', async () => {
  const [loader, second] = easyStream('class-incremental').trainLoaders;
  let looked = 0;
  class Looking extends CLTrainer {
    protected override phases(): Phase[] {
      return [];
    }
    protected override beginTask(_task: Task, data: TrainingData): void {
      looked += data.size;
    }
    protected override memoryState(): object {
      return {};
    }
  }
  const model = smallModel('SingleHeadMLP');
  const trainer = new Looking(model);
  const losses: number[] = [];
  const measured: number[] = [];
  const report = await trainer.trainTask(loader, {
    onLosses: (some) => void losses.push(...some),
    probes: { steps: [0, 5], measure: (step) => void measured.push(step) },
  });
  assert.deepEqual([report.steps, report.loss, looked, losses.length, measured], [0, NaN, 80, 0, [0]]);
  assert.match(report.executionNote!, /learns without training steps/);
  await trainer.consolidate(loader);
  await trainer.trainTask(second);
  assert.equal(looked, 160);
});

test('what a method says it cannot learn is refused before training and before an evaluation', async () => {
  class Picky extends NaiveTrainer {
    static override readonly needs = { notIn: { 'class-incremental': 'it counts on labels that stay' } };
  }
  const { trainLoaders, testLoaders } = easyStream('class-incremental');
  const trainer = new Picky(smallModel('SingleHeadMLP'));
  const refusal = /^Error: Picky in the class-incremental scenario: it counts on labels that stay; use another method$/;
  await assert.rejects(trainer.trainTask(trainLoaders[0]), refusal);
  await assert.rejects(trainer.runSequence({ trainLoaders, testLoaders }), refusal);
  await assert.rejects(trainer.evaluate(testLoaders[0]), refusal);
});
