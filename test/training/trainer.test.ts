import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inspect } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { initBackend, type Kernels, type Value } from '../../src/backend';
import type { TaskLoader } from '../../src/data/loader';
import type { Task } from '../../src/data/task';
import { EWC, ExperienceReplay, GEM, NaiveTrainer } from '../../src/methods';
import { CLTrainer, TrainingInterrupted, type ProgressEvent, type TrainingBatch } from '../../src/training';
import { CLMetricsTracker } from '../../src/metrics';
import { DomainMLP, type Model, type TaskOfRows } from '../../src/models';
import type { Gradients } from '../../src/autodiff';
import { bytes } from '../models/fixtures';
import { easyStream, smallModel, Stutter, untilDone } from '../methods/fixtures';
import { meanCrossEntropy, mlpLogits, onDevice } from '../methods/stock';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 2, lr: 0.05, seed: 1 };
const weightBytes = (model: Model) => model.parameters().map(bytes);

test('20 steps of training equal tf.train.momentum with automatic differentiation', async () => {
  const [loader] = easyStream('domain-incremental').trainLoaders; // 240 images, 5 batches an epoch
  const model = smallModel('DomainMLP');
  const variables = model.parameters().map((parameter) => tf.variable(onDevice(parameter)));
  const optimizer = tf.train.momentum(0.05, 0.9);
  for (let epoch = 0; epoch < 4; epoch++) {
    for (const { x, y } of loader.batches(epoch)) {
      tf.tidy(() => {
        const inputs = tf.tensor2d(x, [y.length, loader.task.inputSize]);
        optimizer.minimize(() => meanCrossEntropy(mlpLogits(variables, inputs), tf.tensor1d(y, 'int32')));
      });
    }
  }
  const report = await new NaiveTrainer(model, { ...OPTIONS, epochs: 4 }).trainTask(loader);
  assert.equal(report.steps, 20);
  model.parameters().forEach((parameter, i) => {
    const [own, stock] = [parameter.data(), variables[i].dataSync()];
    own.forEach((value, j) => assert.ok(Math.abs(value - stock[j]) < 2e-5, `${parameter.name}[${j}]: ${value}, ${stock[j]}`));
  });
});

test('each task starts with a fresh optimiser: no momentum of the task before is left', async () => {
  const [first, second] = easyStream('domain-incremental').trainLoaders;
  const one = new NaiveTrainer(smallModel('DomainMLP'), OPTIONS);
  await one.trainTask(first);
  const two = new NaiveTrainer(one.model, OPTIONS);
  const between = one.model.parameters().map((parameter) => parameter.data() as Float32Array);
  await one.trainTask(second);
  const continued = weightBytes(one.model);
  one.model.parameters().forEach((parameter, i) => parameter.set(between[i]));
  await two.trainTask(second); // a new trainer has no velocity for sure
  assert.deepEqual(weightBytes(two.model), continued);
});

test('methods with one seed see the same initial weights and the same batches: before they differ, they learn bit for bit the same', async () => {
  const after = async (trainer: CLTrainer<object>) => {
    await trainer.trainTask(easyStream('class-incremental').trainLoaders[0]);
    return weightBytes(trainer.model);
  };
  const model = () => smallModel('SingleHeadMLP');
  const naive = await after(new NaiveTrainer(model(), OPTIONS));
  for (const Method of [EWC, ExperienceReplay, GEM])
    assert.deepEqual(await after(new Method(model(), OPTIONS)), naive, Method.name);
});

test('n tasks: runSequence fills one row and one column a task, and evaluateAll one column', async () => {
  const stream = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  const { matrix } = await trainer.runSequence(stream);
  assert.equal(matrix.length, 3);
  matrix.forEach((row, task) => {
    assert.equal(row.length, 3);
    row.forEach((cell, afterTask) => assert.equal(cell === null, afterTask < task - 1, `cell ${task}, ${afterTask}`));
  });
  const column = await trainer.evaluateAll(stream.testLoaders);
  assert.deepEqual(
    column,
    matrix.map((row) => row[2]),
  );
});

test('an accuracy is the share of right answers: argmax over the outputs, counted by hand', async () => {
  const { trainLoaders, testLoaders } = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 1, lr: 0.001 });
  await trainer.trainTask(trainLoaders[0]);
  const { images, labels } = testLoaders[0].hostData();
  const answers = tf.tidy(() =>
    Array.from((trainer.model.forward(tf.tensor2d(images, [labels.length, 16])) as tf.Tensor2D).argMax(1).dataSync()),
  );
  const share = answers.filter((answer, i) => answer === labels[i]).length / labels.length;
  assert.ok(share > 0 && share < 1, 'some right, some wrong, else the test shows nothing');
  assert.equal(await trainer.evaluate(testLoaders[0]), share);
});

test('evaluation does not tell a model the task id where the scenario hides it', async () => {
  const told: unknown[] = [];
  const { testLoaders } = easyStream('domain-incremental');
  const model = smallModel('DomainMLP') as DomainMLP;
  const { logits } = model;
  model.logits = (k: Kernels, x: Value, task?: TaskOfRows) => {
    told.push(task);
    return logits.call(model, k, x);
  };
  await new NaiveTrainer(model, OPTIONS).evaluateAll(testLoaders);
  assert.deepEqual(told, [undefined, undefined, undefined]);
});

test('runSequence can be called again after an interrupt, as often as it takes, and gives the matrix of one call', async () => {
  const run = (signal?: Stutter) => {
    const trainer = new EWC(smallModel('SingleHeadMLP'), OPTIONS);
    const stream = easyStream('class-incremental');
    return untilDone(() => trainer.runSequence(stream, { signal }));
  };
  const [whole, pieces] = [await run(), await run(new Stutter())];
  assert.ok(pieces.interruptions >= 3, `${pieces.interruptions} interruptions`);
  assert.deepEqual(pieces.result.matrix, whole.result.matrix);
});

test('an interrupt says where it stopped, keeps what was learnt, and frees the data', async () => {
  const [loader] = easyStream('class-incremental').trainLoaders;
  const model = smallModel('SingleHeadMLP');
  const before = weightBytes(model);
  const error = await new NaiveTrainer(model, OPTIONS).trainTask(loader, { signal: { aborted: true } }).then(
    () => assert.fail(),
    (reason: Error) => reason,
  );
  assert.ok(error instanceof TrainingInterrupted);
  assert.match(
    error.message,
    /^task 1 \(classes 0, 1\), epoch 1 of 2, step \d of 5: interrupted; what was learnt is kept, call again to go on$/,
  );
  assert.notDeepEqual(weightBytes(model), before);
});

test('a task whose last step is done is finished, interrupt or not, and the loss reported is a number', async () => {
  for (const interruptAt of [1, 2, 3]) {
    const [loader] = easyStream('class-incremental').trainLoaders;
    const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 1 });
    let looks = 0;
    const signal = {
      get aborted() {
        return ++looks === interruptAt;
      },
    };
    const { result } = await untilDone(() => trainer.trainTask(loader, { signal }));
    assert.ok(Number.isFinite(result.loss) && result.steps >= 1, `${result.loss} after ${result.steps} steps`);
  }
});

test('consolidating before training, or twice, is refused', async () => {
  const [first, second] = easyStream('class-incremental').trainLoaders;
  const trainer = new EWC(smallModel('SingleHeadMLP'), OPTIONS);
  await assert.rejects(trainer.consolidate(first), /EWC.consolidate: task 0 has not been trained; call trainTask with it first/);
  await trainer.trainTask(first);
  await assert.rejects(trainer.consolidate(second), /task 1 has not been trained/);
  await trainer.consolidate(first);
  await assert.rejects(trainer.consolidate(first), /EWC.consolidate: task 0 was consolidated already/);
});

test('a column cannot be recorded before any task was trained', async () => {
  const stream = easyStream('domain-incremental');
  const trainer = new NaiveTrainer(smallModel('DomainMLP'), OPTIONS);
  await assert.rejects(trainer.evaluateAll(stream.testLoaders, new CLMetricsTracker(3)), /evaluateAll: no task has been trained/);
});

test('data of another size than the model’s inputs is refused before training and before evaluating', async () => {
  const { trainLoaders, testLoaders } = easyStream('domain-incremental');
  const model = new DomainMLP({ inputSize: 9, hidden: [4], nClasses: 6 });
  const before = weightBytes(model);
  const reason = /NaiveTrainer: the model takes 9 inputs, but .* has 16; make the model with inputSize: 16/;
  const trainer = new NaiveTrainer(model, OPTIONS);
  await assert.rejects(trainer.trainTask(trainLoaders[0]), reason);
  await assert.rejects(trainer.evaluate(testLoaders[0]), reason);
  await assert.rejects(trainer.runSequence({ trainLoaders, testLoaders }), reason);
  assert.deepEqual(weightBytes(model), before);
});

test('tasks that are missing, doubled or out of order are refused before training', async () => {
  const { trainLoaders, testLoaders } = easyStream('class-incremental');
  const refused = async (train: TaskLoader[], evaluated: TaskLoader[], reason: RegExp) => {
    const model = smallModel('SingleHeadMLP');
    const before = weightBytes(model);
    await assert.rejects(new NaiveTrainer(model, OPTIONS).runSequence({ trainLoaders: train, testLoaders: evaluated }), reason);
    assert.deepEqual(weightBytes(model), before);
  };
  await refused([], [], /0 training and 0 test loaders; give one of each a task/);
  await refused(trainLoaders, testLoaders.slice(1), /3 training and 2 test loaders/);
  await refused(
    trainLoaders.slice(1),
    testLoaders.slice(1),
    /position 0 holds training data of task 1 .*in the order of their ids/,
  );
  await refused(trainLoaders, [...testLoaders].reverse(), /position 0 holds training data of task 0 and test data of task 2/);
});

test('options that no trainer knows or that are out of range are refused', () => {
  const refused = (options: object, reason: RegExp) =>
    assert.throws(() => new NaiveTrainer(smallModel('DomainMLP'), options), reason);
  refused({ learningRate: 1 }, /NaiveTrainer: unknown option 'learningRate'; known options: lr, momentum, epochs, .*seed/);
  refused({ lr: NaN }, /NaiveTrainer: lr must be a number/);
  refused({ momentum: 1.5 }, /momentum must be a number between 0 and 1/);
  refused({ epochs: 0 }, /epochs must be a whole number of at least 1/);
  refused({ seed: 0.5 }, /seed must be a whole number/);
});

test('progress tells where training stands, ends complete, and comes at most ten times a second', async () => {
  const events: ProgressEvent[] = [];
  const started = performance.now();
  const stream = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 30 });
  await trainer.runSequence(stream, { onProgress: (event) => events.push(event) });
  const ends = events.filter(({ step, steps }) => step === steps);
  assert.deepEqual([...new Set(ends.map(({ task }) => task))], [0, 1, 2]);
  const last = events[events.length - 1];
  assert.deepEqual([last.task, last.nTasks, last.epoch, last.epochs, last.steps], [2, 3, 30, 30, 150]);
  assert.ok(last.loss < events[0].loss && last.stepsPerSecond > 0 && Math.abs(last.secondsLeft) < 1e-6);
  assert.ok(last.accuracy! > 0 && last.matrix![0][1] !== null);
  assert.ok(events.length <= (performance.now() - started) / 100 + 7, `${events.length} events`);
});

test('probes measure after exactly the given numbers of steps', async () => {
  const seen: number[] = [];
  const [loader] = easyStream('class-incremental').trainLoaders;
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  await trainer.trainTask(loader, { probes: { steps: [0, 1, 3, 7], measure: (step) => void seen.push(step) } });
  assert.deepEqual(seen, [0, 1, 3, 7]);
});

/** As a user would write it in a notebook cell: weight decay, and a note of every hook that runs. */
class Homemade extends CLTrainer<{ decay: number }> {
  override readonly method = 'homemade';
  readonly calls: string[] = [];
  constructor(model: Model, options: Partial<{ decay: number; epochs: number; lr: number; seed: number }> = {}) {
    super(model, options, { decay: 0.01 });
  }
  protected override beginTask(task: Task): void {
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
  protected override afterStep(): void {
    this.note('after');
  }
  protected override endTask(task: Task): void {
    this.calls.push(`end ${task.id}`);
  }
  private note(call: string): void {
    if (this.calls[this.calls.length - 1] !== call) this.calls.push(call);
  }
}

test('a method defined outside the library works without registering: every hook runs, in its order', async () => {
  const stream = easyStream('class-incremental', 80); // one batch an epoch
  const trainer = new Homemade(smallModel('SingleHeadMLP'), { epochs: 1, lr: 0.1 });
  const { matrix } = await trainer.runSequence(stream);
  const oneTask = (id: number) => [`begin ${id}`, 'draws', 'compose', 'loss of 40', 'adjust', 'after', `end ${id}`];
  assert.deepEqual(trainer.calls, [0, 1, 2].flatMap(oneTask));
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

test('the fingerprint of the stream goes along into the tracker, the saved trainer and the restored one', async () => {
  const stream = easyStream('domain-incremental');
  const trainer = new NaiveTrainer(smallModel('DomainMLP'), { ...OPTIONS, epochs: 1 });
  const tracker = await trainer.runSequence(stream);
  assert.equal(tracker.fingerprint, stream.fingerprint);
  const restored = new NaiveTrainer(smallModel('DomainMLP'), { ...OPTIONS, epochs: 1 });
  restored.restore(JSON.parse(JSON.stringify(trainer.state())) as never);
  assert.equal(restored.tracker!.fingerprint, stream.fingerprint);
  const { trainLoaders, testLoaders } = easyStream('domain-incremental');
  const alone = new NaiveTrainer(smallModel('DomainMLP'), { ...OPTIONS, epochs: 1 });
  assert.equal((await alone.runSequence({ trainLoaders, testLoaders })).fingerprint, undefined);
});
