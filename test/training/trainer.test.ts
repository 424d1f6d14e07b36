import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inspect } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { initBackend } from '../../src/backend';
import type { TaskLoader } from '../../src/data/loader';
import { EWC, ExperienceReplay, GEM, NaiveTrainer } from '../../src/methods';
import type { CLTrainer } from '../../src/training';
import { TrainingInterrupted } from '../../src/training';
import { DomainMLP, Model } from '../../src/models';
import { splitScenario } from '../../src/scenarios/split';
import { taskFreeScenario } from '../../src/scenarios/taskFree';
import { easyDataset, easyStream, smallModel, Stutter, untilDone } from '../methods/fixtures';
import { meanCrossEntropy, mlpLogits, onDevice } from '../methods/stock';
import { interruptAfter, weightBytes } from './fixtures';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 2, lr: 0.05, seed: 1 };

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

for (const execution of ['op-by-op', 'recorded'] as const) {
  test(`evaluation never changes training: with it in the middle of tasks and without, the weights are bit-equal, ${execution}`, async () => {
    const learn = async (steps: number[]) => {
      const trainer = new ExperienceReplay(smallModel('SingleHeadMLP'), { ...OPTIONS, optimizer: 'adam', lr: 0.01 });
      const { trainLoaders, testLoaders } = easyStream('class-incremental', 12);
      let evaluations = 0;
      const measure = async (_step: number, loader: TaskLoader) => {
        evaluations++;
        await trainer.evaluateAll(testLoaders);
        await trainer.evaluate(loader);
      };
      for (const loader of trainLoaders) {
        await trainer.trainTask(loader, { execution, probes: { steps, measure } });
        await trainer.consolidate(loader);
        if (steps.length) await trainer.evaluateAll(testLoaders);
      }
      return { evaluations, state: JSON.stringify(trainer.state()) };
    };
    const [without, often] = [await learn([]), await learn([0, 1, 5, 6, 7, 9, 13, 14])];
    assert.deepEqual([without.evaluations, often.evaluations], [0, 24]);
    assert.equal(often.state, without.state);
  });
}

test('a task can be trained again: it goes on from the weights as they are, and the model grows no further', async () => {
  const { trainLoaders, testLoaders } = easyStream('task-incremental');
  const trainer = new NaiveTrainer(smallModel('MultiHeadMLP'), { ...OPTIONS, epochs: 6 });
  await trainer.runSequence({ trainLoaders, testLoaders });
  const { total } = trainer.capacityReport();
  let before = -1;
  const measure = async () => void (before = await trainer.evaluate(testLoaders[0]));
  const matrix = trainer.tracker!.matrix;
  assert.equal((await trainer.trainTask(trainLoaders[0], { probes: { steps: [0], measure } })).steps, 30);
  assert.equal(before, matrix[0][2]);
  assert.ok((await trainer.evaluate(testLoaders[0])) >= before);
  assert.equal(trainer.capacityReport().total, total);
  assert.match(inspect(trainer), /3 tasks learnt/);
});

test('a new trainer on a saved model measures what the model has learnt, and goes on with a further task', async (t) => {
  t.mock.method(console, 'info', () => {});
  for (const [scenario, architecture] of [
    ['class-incremental', 'SingleHeadMLP'],
    ['task-incremental', 'MultiHeadMLP'],
  ] as const) {
    // prettier-ignore
    const { trainLoaders, testLoaders } = easyStream(scenario);
    const first = new NaiveTrainer(smallModel(architecture), OPTIONS);
    for (const loader of trainLoaders.slice(0, 2)) await first.trainTask(loader);
    const column = await first.evaluateAll(testLoaders);
    assert.deepEqual(column.map((value) => value === null), [false, false, true]); // prettier-ignore
    const second = new NaiveTrainer(Model.from(first.model.state()), OPTIONS);
    assert.deepEqual(await second.evaluateAll(testLoaders), column);
    await second.trainTask(trainLoaders[2]);
    assert.ok(
      (await second.evaluateAll(testLoaders)).every((value) => value !== null),
      scenario,
    );
  }
});

test('dispose frees velocities: a task that was interrupted begins anew after it, nothing else is lost', async () => {
  const [loader] = easyStream('class-incremental').trainLoaders;
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  await assert.rejects(trainer.trainTask(loader, interruptAfter(4)), { name: 'TrainingInterrupted' });
  const before = weightBytes(trainer.model);
  trainer.dispose();
  assert.deepEqual(weightBytes(trainer.model), before);
  assert.deepEqual(trainer.state().optimizer.parameters, {});
  assert.equal((await trainer.trainTask(loader)).steps, 10);
});

class Told extends NaiveTrainer {
  readonly told: string[] = [];
  protected override beginTask(): void {
    this.told.push('begin');
  }
  protected override endTask(): void {
    this.told.push('end');
  }
}

test('hidden boundaries: a stream in stretches trains bit for bit as in one; hooks around tasks are not called', async () => {
  const stream = (nTasks: number) => taskFreeScenario(easyDataset(40), { nTasks, batchSize: 16, seed: 3 }); // 240 samples, 15 batches
  const learn = async (nTasks: number) => {
    const trainer = new Told(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 1 });
    for (const loader of stream(nTasks).trainLoaders) {
      await trainer.trainTask(loader, { execution: 'op-by-op' });
      await trainer.consolidate(loader);
    }
    return { weights: weightBytes(trainer.model), told: trainer.told };
  };
  const [whole, stretches] = [await learn(1), await learn(3)]; // 3 stretches of 80: five batches each, with the momentum of the one before
  assert.equal(stretches.weights, whole.weights);
  assert.deepEqual(stretches.told, ['begin']);
});

test('a method that must know boundaries is refused where they are hidden, before it trains', async () => {
  const stream = taskFreeScenario(easyDataset(40), { nTasks: 3 });
  const before = smallModel('SingleHeadMLP');
  await assert.rejects(
    new ExperienceReplay(before, OPTIONS).runSequence(stream),
    /must be told where a task begins and ends, which the stream of stretch 1: classes 0, 1 hides/,
  );
  const tracker = await new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS).runSequence(stream);
  assert.ok(tracker.matrix.every((row) => row.every((cell, j) => cell !== null || j < 2)));
});

test('online: a second pass over the samples is refused, one is learnt', async () => {
  const online = splitScenario(easyDataset(40), { scenario: 'class-incremental', nTasks: 3, batchSize: 10, online: true });
  const make = (epochs: number) => new NaiveTrainer(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs });
  await assert.rejects(make(2).runSequence(online), /learnt online, each sample is seen once, but 2 passes .* use epochs: 1/);
  const trainer = make(1);
  await trainer.runSequence(online);
  assert.equal(trainer.model.learnt.length, 3);
});
