import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend, type Value } from '../../src/backend';
import { diagonalFisher, EWC, NaiveTrainer, type EWCOptions } from '../../src/methods';
import type { TrainerOptions } from '../../src/training';
import type { Model } from '../../src/models';
import type { Gradients, Parameter } from '../../src/autodiff';
import { RandomStream } from '../../src/utils/random';
import { bytes } from '../models/fixtures';
import { easyStream, smallModel, wholeTask } from './fixtures';

before(async () => {
  await initBackend();
});

/** EWC whose penalty gradient can be asked for. */
class OpenEWC extends EWC {
  /** What the penalty adds to the gradient of every parameter. */
  penaltyGradient(): Map<Parameter, Float32Array> {
    const { scope, toHost } = backend();
    const found = new Map<Parameter, Float32Array>();
    scope(() => {
      const parameters = this.model.parameters().filter((parameter) => this.importance(parameter));
      const zeros = (parameter: Parameter): Value => this.k.tensor(new Float32Array(parameter.data().length), parameter.shape);
      const gradients: Gradients = new Map(parameters.map((parameter) => [parameter, zeros(parameter)]));
      const adjusted = this.adjustGradients(gradients);
      for (const [parameter, gradient] of adjusted) found.set(parameter, Float32Array.from(toHost(gradient)));
    });
    return found;
  }
}

const OPTIONS = { epochs: 2, lr: 0.1, lambda: 20, seed: 1 };

/** An EWC that has learnt the first `tasks` tasks of the class-incremental stream of three. */
async function trained(tasks: number, options: Partial<TrainerOptions & EWCOptions> = {}): Promise<OpenEWC> {
  const { trainLoaders } = easyStream('class-incremental');
  const trainer = new OpenEWC(smallModel('SingleHeadMLP'), { ...OPTIONS, ...options });
  for (const loader of trainLoaders.slice(0, tasks)) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
  }
  return trainer;
}

/** Moves every weight by a random step. */
function move(model: Model, size: number): void {
  const random = new RandomStream(9);
  for (const parameter of model.parameters())
    parameter.set((parameter.data() as Float32Array).map((value) => value + size * random.normal()));
}

test('the penalty is 0 before the first task is consolidated and exactly 0 at its anchor', async () => {
  assert.equal((await trained(0)).penalty(), 0);
  assert.equal((await trained(1)).penalty(), 0);
  assert.equal((await trained(2, { online: true })).penalty(), 0);
});

test('EWC penalty non-zero after a move, non-negative always, and ½·λ·Σ F·(θ − θ*)² exactly', async () => {
  const trainer = await trained(1);
  const { model } = trainer;
  const anchor = new Map(model.parameters().map((parameter) => [parameter, parameter.data()]));
  move(model, 0.1);
  let sum = 0;
  for (const [parameter, star] of anchor) {
    const theta = parameter.data();
    trainer.importance(parameter)!.forEach((f, i) => (sum += f * (theta[i] - star[i]) ** 2));
  }
  assert.ok(trainer.penalty() > 0);
  assert.ok(Math.abs(trainer.penalty() - 0.5 * OPTIONS.lambda * sum) < 1e-5 * sum);
});

test('the gradient of the penalty equals finite differences of penalty(), after two tasks and a grown head', async () => {
  const trainer = await trained(2);
  move(trainer.model, 0.1);
  for (const [parameter, gradient] of trainer.penaltyGradient()) {
    const original = parameter.data() as Float32Array;
    for (let i = 0; i < original.length; i += 7) {
      const at = (change: number) => {
        const moved = original.slice();
        moved[i] += change;
        parameter.set(moved);
        return { theta: moved[i], penalty: trainer.penalty() };
      };
      const [up, down] = [at(0.05), at(-0.05)]; // quadratic: the difference is exact for any step
      const slope = (up.penalty - down.penalty) / (up.theta - down.theta);
      assert.ok(
        Math.abs(slope - gradient[i]) < 1e-3 * (1e-2 + Math.abs(slope)),
        `${parameter.name}[${i}]: ${gradient[i]}, ${slope}`,
      );
    }
    parameter.set(original);
  }
});

test('importances are those of the Fisher information: of one task exactly, of two tasks their sum', async () => {
  const { trainLoaders } = easyStream('class-incremental');
  const trainer = new EWC(smallModel('SingleHeadMLP'), { ...OPTIONS, nFisherSamples: 1000 }); // the whole task, so no draw matters
  const sums = new Map<Parameter, Float64Array>();
  for (const loader of trainLoaders.slice(0, 2)) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
    const { inputs, labels } = wholeTask(loader);
    for (const [parameter, diagonal] of diagonalFisher(
      trainer.model,
      { images: inputs, labels, task: undefined },
      'exact',
      new RandomStream(0),
    )) {
      const before = sums.get(parameter);
      // The second head row is wider: old importances keep their row, new columns start at 0.
      const columns = parameter.shape[parameter.shape.length - 1];
      const narrow = before ? before.length / (diagonal.length / columns) : 0;
      sums.set(
        parameter,
        Float64Array.from(diagonal, (value, i) => {
          const column = i % columns;
          return value + (column < narrow ? before![Math.floor(i / columns) * narrow + column] : 0);
        }),
      );
    }
  }
  for (const [parameter, expected] of sums) {
    trainer
      .importance(parameter)!
      .forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-5, `${parameter.name}[${i}]`));
  }
});

test('λ = 0 trains exactly as naive does, and λ > 0 does not', async () => {
  const result = async (trainer: EWC | NaiveTrainer) => {
    await trainer.runSequence(easyStream('class-incremental'));
    return trainer.model.parameters().map(bytes).join();
  };
  const naive = await result(new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 2, lr: 0.1, seed: 1 }));
  assert.equal(await result(new EWC(smallModel('SingleHeadMLP'), { ...OPTIONS, lambda: 0 })), naive);
  assert.notEqual(await result(new EWC(smallModel('SingleHeadMLP'), OPTIONS)), naive);
});

test('a strong penalty keeps the weights near their anchor', async () => {
  const distance = async (lambda: number) => {
    const { trainLoaders } = easyStream('task-incremental');
    const trainer = new EWC(smallModel('MultiHeadMLP'), { ...OPTIONS, lambda });
    await trainer.trainTask(trainLoaders[0]);
    await trainer.consolidate(trainLoaders[0]);
    await trainer.trainTask(trainLoaders[1]);
    return trainer.penalty() / (0.5 * lambda); // Σ F·(θ − θ*)²
  };
  const [weak, strong] = [await distance(0.01), await distance(50)];
  assert.ok(strong < 0.5 * weak, `Σ F·(θ − θ*)² is ${strong} at λ 50 and ${weak} at λ 0.01`);
});

test('a λ that must diverge is refused before the next task trains, with a λ that does not', async () => {
  const { trainLoaders } = easyStream('task-incremental');
  const trainer = new EWC(smallModel('MultiHeadMLP'), { ...OPTIONS, lambda: 1e6 });
  await trainer.trainTask(trainLoaders[0]);
  await trainer.consolidate(trainLoaders[0]);
  const before = trainer.model.parameters().slice(0, 4).map(bytes);
  const error = await trainer.trainTask(trainLoaders[1]).then(
    () => assert.fail('it trained'),
    (reason: Error) => reason,
  );
  assert.match(
    error.message,
    /EWC: the penalty would diverge: λ·F is up to .*, and .*SGD.* is stable below 38; use lambda below /,
  );
  assert.deepEqual(trainer.model.parameters().slice(0, 4).map(bytes), before);
  const remedy = Number(/use lambda below ([\d.e+]+)/.exec(error.message)![1]);
  const second = new EWC(smallModel('MultiHeadMLP'), { ...OPTIONS, lambda: 0.95 * remedy });
  for (const loader of trainLoaders.slice(0, 2)) {
    await second.trainTask(loader);
    await second.consolidate(loader);
  }
});

test('options out of range are refused', () => {
  const refused = (options: object, reason: RegExp) => assert.throws(() => new EWC(smallModel('DomainMLP'), options), reason);
  refused({ lambda: -1 }, /EWC: lambda must be a number of at least 0/);
  refused({ nFisherSamples: 0 }, /EWC: nFisherSamples must be/);
  refused({ gamma: 1.1 }, /EWC: gamma must be a number between 0 and 1/);
  refused({ fisher: 'empirical' }, /EWC: unknown fisher 'empirical'; use exact, sampled, argmax or true/);
});
