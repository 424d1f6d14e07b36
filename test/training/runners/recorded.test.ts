import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { backend, initBackend, numbersOf, type Kernels, type Value } from '../../../src/backend';
import type { ScenarioName } from '../../../src/data/task';
import type { ExperienceReplay, GEM } from '../../../src/methods';
import { findMethod, NaiveTrainer } from '../../../src/methods';
import { type TrainCall } from '../../../src/training';
import type { Gradients } from '../../../src/autodiff';
import type { TrainingBatch, CLTrainer } from '../../../src/training';
import { collectGarbage, easyStream, smallModel, untilDone } from '../../methods/fixtures';

before(async () => {
  await initBackend('native');
});

type Execution = 'recorded' | 'op-by-op';
const ARCHITECTURES = {
  'task-incremental': 'MultiHeadMLP',
  'domain-incremental': 'DomainMLP',
  'class-incremental': 'SingleHeadMLP',
};
/** 7 batches an epoch, the last one smaller (80 = 6·12 + 8 and 240 = 6·36 + 24): 140 steps a task. */
const BATCH = 12;
const EPOCHS = 20;

/**
 * The methods of the first edition, and the variants of a step that options make. In every scenario they are compared for 100 steps
 * by the common tests of all methods.
 */
const PAIRS: { method: string; scenario: ScenarioName; options: Record<string, unknown> }[] = [
  { method: 'naive', scenario: 'class-incremental', options: {} },
  { method: 'naive', scenario: 'class-incremental', options: { momentum: 0 } },
  { method: 'naive', scenario: 'class-incremental', options: { clipNorm: 0.5, schedule: { name: 'cosine', every: 'step' } } },
  { method: 'ewc', scenario: 'task-incremental', options: {} },
  { method: 'ewc', scenario: 'domain-incremental', options: { online: true, gamma: 0.9 } },
  { method: 'er', scenario: 'class-incremental', options: {} },
  { method: 'er', scenario: 'task-incremental', options: { capacity: 30, replayRatio: 2 } },
  { method: 'gem', scenario: 'class-incremental', options: {} },
  { method: 'pnn', scenario: 'task-incremental', options: {} },
];

/** A signal that interrupts at the third look, and every seventh after it: once or twice a task. */
class Interrupting {
  private looks = 0;
  get aborted(): boolean {
    return ++this.looks % 7 === 3;
  }
}

function makeTrainer(method: string, scenario: ScenarioName, options: Record<string, unknown> = {}): CLTrainer<object> {
  const { create, needs } = findMethod(method);
  const model = smallModel(needs.architecture ?? ARCHITECTURES[scenario]);
  return create(model, { epochs: EPOCHS, lr: 0.02, seed: 3, ...options });
}

/** Trains three tasks; the weights and the mean loss after each. */
async function learn(trainer: CLTrainer<object>, scenario: ScenarioName, call: TrainCall & { execution: Execution }) {
  const losses: number[] = [];
  const executions = new Set<string>();
  let interruptions = 0;
  for (const loader of easyStream(scenario, BATCH).trainLoaders) {
    const done = await untilDone(() => trainer.trainTask(loader, call));
    await trainer.consolidate(loader);
    losses.push(done.result.loss);
    executions.add(done.result.execution);
    interruptions += done.interruptions;
  }
  const weights = trainer.model.parameters().map((parameter) => parameter.data());
  trainer.dispose();
  trainer.model.dispose();
  return { weights, losses, executions: [...executions], interruptions };
}

function furthest(a: ArrayLike<number>[], b: ArrayLike<number>[]): number {
  assert.deepEqual(
    a.map((x) => x.length),
    b.map((x) => x.length),
  );
  return Math.max(...a.map((x, i) => Array.from(x).reduce((most, value, j) => Math.max(most, Math.abs(value - b[i][j])), 0)));
}

for (const { method, scenario, options } of PAIRS) {
  const name = [method, scenario, ...Object.entries(options).map(([key, value]) => `${key} ${JSON.stringify(value)}`)].join(', ');
  test(`${name}: recorded steps give the weights of op-by-op steps to 1e-4, interrupted or not`, async () => {
    const reference = await learn(makeTrainer(method, scenario, options), scenario, { execution: 'op-by-op' });
    const recorded = await learn(makeTrainer(method, scenario, options), scenario, { execution: 'recorded' });
    const interrupted = await learn(makeTrainer(method, scenario, options), scenario, {
      execution: 'recorded',
      signal: new Interrupting(),
    });
    assert.deepEqual([reference.executions, recorded.executions], [['op-by-op'], ['recorded']]);
    assert.ok(furthest(recorded.weights, reference.weights) < 1e-4, `recorded: ${furthest(recorded.weights, reference.weights)}`);
    assert.ok(interrupted.interruptions >= 3, `${interrupted.interruptions} interruptions`);
    assert.ok(
      furthest(interrupted.weights, recorded.weights) < 1e-5,
      `interrupted: ${furthest(interrupted.weights, recorded.weights)}`,
    );
    recorded.losses.forEach((loss, i) => assert.ok(Math.abs(loss - reference.losses[i]) < 1e-4));
  });
}

test('looking at the model in the middle of a task, and changing execution, leaves the result as it is', async () => {
  const scenario = 'task-incremental';
  const undisturbed = await learn(makeTrainer('er', scenario), scenario, { execution: 'recorded' });
  const trainer = makeTrainer('er', scenario) as ExperienceReplay;
  const { trainLoaders, testLoaders } = easyStream(scenario, BATCH);
  let looks = 0;
  for (const loader of trainLoaders) {
    let turn = 0;
    const signal = new Interrupting();
    const onProgress = () => {
      looks++;
      backend().scope(() =>
        trainer.model.forward(backend().kernels.tensor(testLoaders[0].hostData().images, [testLoaders[0].size, 16]), 0),
      );
    };
    await untilDone(() => trainer.trainTask(loader, { execution: turn++ % 2 ? 'op-by-op' : 'recorded', signal, onProgress }));
    await trainer.consolidate(loader);
  }
  assert.ok(looks >= 3);
  assert.ok(
    furthest(
      trainer.model.parameters().map((parameter) => parameter.data()),
      undisturbed.weights,
    ) < 1e-4,
  );
});

test('what GEM counts at every step is right when the steps are recorded', async () => {
  const [reference, recorded] = await Promise.all(
    (['op-by-op', 'recorded'] as const).map(async (execution) => {
      const trainer = makeTrainer('gem', 'class-incremental') as unknown as GEM;
      await learn(trainer, 'class-incremental', { execution });
      return trainer.projections;
    }),
  );
  assert.equal(reference.steps, 2 * 7 * EPOCHS);
  assert.ok(reference.projected > 10);
  assert.deepEqual(recorded, reference);
});

test('a loss that explodes stops recorded steps at the same step, with the same words', async () => {
  const messages = await Promise.all(
    (['op-by-op', 'recorded'] as const).map(async (execution) => {
      const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { lr: 40, epochs: EPOCHS });
      const error = await trainer.trainTask(easyStream('class-incremental', BATCH).trainLoaders[0], { execution }).then(
        () => undefined,
        (e: Error) => e,
      );
      return error?.message.replace(/exploded to \S+;/, 'exploded;');
    }),
  );
  assert.match(messages[0]!, /step \d+ of 7: the loss (exploded|is not a number)/);
  assert.equal(messages[1], messages[0]);
});

test('left to itself, a long task starts op by op, is recorded on the way, and gives the same weights', async () => {
  const schedule = { name: 'cosine', every: 'step', warmRestarts: { first: 100 } };
  const train = async (execution?: Execution) => {
    const trainer = makeTrainer('er', 'class-incremental', { epochs: 200, schedule });
    const [first, second] = easyStream('class-incremental', BATCH).trainLoaders;
    await trainer.trainTask(first, { execution: 'recorded' });
    await trainer.consolidate(first);
    const report = await trainer.trainTask(second, execution && { execution });
    return { ...report, weights: trainer.model.parameters().map((parameter) => parameter.data()) };
  };
  const left = await train();
  assert.deepEqual([left.execution, left.executionNote], ['recorded', undefined]);
  assert.ok(furthest(left.weights, (await train('op-by-op')).weights) < 1e-3);
});

/** Decays the gradients, with kernels only, and says how often the hook ran. */
class Decaying extends NaiveTrainer {
  static override readonly recordable = true;
  ran = 0;
  protected override adjustGradients(gradients: Gradients, _batch: TrainingBatch): Gradients {
    this.ran++;
    return new Map(
      [...gradients].map(([parameter, gradient]) => [parameter, this.k.add(gradient, this.k.scale(this.k.read(parameter), 0.1))]),
    );
  }
}

/** The same without the declaration. */
class Undeclared extends Decaying {
  protected override adjustGradients(gradients: Gradients, batch: TrainingBatch): Gradients {
    return super.adjustGradients(gradients, batch);
  }
}

/** Declared, but it works on tensors with operations of TensorFlow.js. */
class WithTensorFlow extends NaiveTrainer {
  static override readonly recordable = true;
  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    const x = tf.tensor(numbersOf(batch.x), batch.x.shape);
    return super.loss(k, { ...batch, x: tf.mul(x, 0.5) });
  }
}

/** Declared, but it reads a value back. */
class Reading extends NaiveTrainer {
  static override readonly recordable = true;
  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    const loss = super.loss(k, batch);
    return Number.isFinite(backend().toHost(loss)[0]) ? loss : k.scale(loss, 0);
  }
}

test('a method of the user’s own is recorded when it keeps to the kernels and says so, else it runs op by op by itself', async () => {
  const train = async (trainer: CLTrainer<object>, execution: Execution = 'recorded') => {
    const report = await trainer.trainTask(easyStream('class-incremental', BATCH).trainLoaders[0], { execution });
    return { ...report, weights: trainer.model.parameters().map((parameter) => parameter.data()) };
  };
  const make = (Trainer: new (model: ReturnType<typeof smallModel>, options: object) => CLTrainer<object>) =>
    new Trainer(smallModel('SingleHeadMLP'), { epochs: 5 });
  const declared = make(Decaying) as Decaying;
  const recorded = await train(declared);
  assert.deepEqual([recorded.execution, declared.ran], ['recorded', 1 + 5], 'once for the graph, and for each smaller batch');
  const undeclared = await train(make(Undeclared));
  assert.equal(undeclared.execution, 'op-by-op');
  assert.match(
    undeclared.executionNote!,
    /Undeclared overrides adjustGradients and does not declare: static readonly recordable = true/,
  );
  assert.ok(furthest(undeclared.weights, recorded.weights) < 1e-4);
  for (const [Trainer, why] of [
    [WithTensorFlow, /read numbers; use hostCall/],
    [Reading, /read numbers; use hostCall/],
  ] as const) {
    const fallen = await train(make(Trainer));
    assert.equal(fallen.execution, 'op-by-op');
    assert.match(fallen.executionNote!, why);
    assert.equal(furthest(fallen.weights, (await train(make(Trainer), 'op-by-op')).weights), 0);
  }
});

test('recording tasks leaves nothing on the device', async () => {
  const once = async () => {
    const trainer = makeTrainer('gem', 'task-incremental', { epochs: 2 });
    await learn(trainer, 'task-incremental', { execution: 'recorded' });
  };
  const count = async () => {
    await once();
    await collectGarbage(); // frees the models of earlier tests, too
    return backend().tensorCount();
  };
  const before = await count();
  assert.equal(await count(), before);
});
