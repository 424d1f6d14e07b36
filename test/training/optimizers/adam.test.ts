import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Parameter } from '../../../src/autodiff';
import { backend, initBackend } from '../../../src/backend';
import { Adam, type AdamOptions } from '../../../src/training/optimizers';
import { follow, trajectories } from './regression';

// Run on native by the test runner and on wasm by `test/backend/eager/wasm.test.ts`.
before(async () => {
  await initBackend();
});

for (const trajectory of trajectories('adam')) {
  const { name, options } = trajectory;
  test(`Adam follows ${name} over 100 steps, op by op and recorded`, () => follow(() => new Adam(options), trajectory));
}

/**
 * Steps of one Adam: at each, the named parameters get their gradients 1, 2, 3, … by how often they came.
 *
 * @param saved after how many steps the optimiser is saved and another one goes on from its state
 */
function weightsAfter(steps: string[][], saved?: number, options: Partial<AdamOptions> = {}): Record<string, number> {
  const { kernels: k, scope } = backend();
  let adam = new Adam({ lr: 0.1, ...options });
  const parameters = new Map<string, { parameter: Parameter; count: number }>();
  for (const [i, names] of steps.entries()) {
    if (i === saved) {
      const state = adam.state();
      adam.dispose();
      adam = new Adam({ lr: 0.1, ...options });
      adam.restore(state);
    }
    scope(() => {
      const gradients = names.map((name) => {
        if (!parameters.has(name)) parameters.set(name, { parameter: new Parameter(name, [1]), count: 0 });
        const entry = parameters.get(name)!;
        return [entry.parameter, k.tensor(Float32Array.of(++entry.count), [1])] as const;
      });
      adam.step(k, new Map(gradients));
    });
  }
  const weights = Object.fromEntries([...parameters].map(([name, { parameter }]) => [name, parameter.data()[0]]));
  for (const { parameter } of parameters.values()) parameter.dispose();
  adam.dispose();
  return weights;
}

test('each parameter’s averages are corrected by its own number of steps, in whatever company it comes, restored or not', () => {
  const alone = [1, 2, 3, 4, 5].map((n) => weightsAfter(Array<string[]>(n).fill(['a'])).a);
  const steps = [['a', 'b'], ['a', 'b'], ['a', 'c'], ['c'], ['a', 'b', 'c'], ['a']];
  for (const saved of [undefined, 2, 3, 5]) {
    assert.deepEqual(weightsAfter(steps, saved), { a: alone[4], b: alone[2], c: alone[2] });
  }
});

/** Adam by its formula in 64-bit floats, lr 0.1: gradients by step of the optimiser, undefined before and between a parameter's own steps. */
function byFormula(gradients: (number | undefined)[]): number {
  let [w, m, v] = [0, 0, 0];
  gradients.forEach((g, i) => {
    if (g === undefined) return;
    [m, v] = [0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g];
    w -= (0.1 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
  });
  return w;
}

test('with a shared step count, averages are corrected by the number of steps of the optimiser, restored or not', () => {
  const steps = [['a', 'b'], ['a', 'b'], ['a', 'c'], ['c'], ['a', 'b', 'c'], ['a']];
  for (const saved of [undefined, 2, 3, 5]) {
    const { a, b, c } = weightsAfter(steps, saved, { stepCount: 'shared' });
    const none = undefined;
    const expected = [byFormula([1, 2, 3, none, 4, 5]), byFormula([1, 2, none, none, 3]), byFormula([none, none, 1, 2, 3])];
    [a, b, c].forEach((weight, i) => assert.ok(Math.abs(weight - expected[i]) < 1e-6, `${weight}, expected ${expected[i]}`));
  }
});

test('parameters that come together share one pair of bias corrections', () => {
  const { tensorCount } = backend();
  const { kernels: k, scope } = backend();
  const adam = new Adam();
  const parameters = ['a', 'b', 'c'].map((name) => new Parameter(name, [1]));
  const step = () => scope(() => adam.step(k, new Map(parameters.map((p) => [p, k.tensor(Float32Array.of(1), [1])]))));
  const empty = tensorCount();
  step();
  const used = tensorCount();
  for (let i = 0; i < 5; i++) step();
  assert.equal(tensorCount(), used, 'memory is flat');
  adam.restore(adam.state());
  step();
  assert.equal(tensorCount(), used, 'restored ones share as before');
  adam.dispose();
  for (const parameter of parameters) parameter.dispose();
  const ofParameter = 3; // weight, mean, square
  assert.ok(used - tensorCount() >= 3 * ofParameter + 2);
  assert.ok(tensorCount() <= empty + 5, 'only constants stay');
});

test('Adam describes itself, knows no stability limit and refuses options that cannot be meant', () => {
  assert.equal(new Adam().describe(), 'Adam, learning rate 0.001, β₁ 0.9, β₂ 0.999, ε 1e-8');
  assert.match(new Adam({ weightDecay: 0.1 }).describe(), /, weight decay 0.1$/);
  assert.equal(new Adam().stabilityLimit(), undefined);
  assert.throws(() => new Adam({ betas: [0.9, 1] }), /Adam: betas must be below 1, got 1/);
  assert.throws(() => new Adam({ betas: [0.9, 0.999999999] }), /below 1/);
  assert.throws(() => new Adam({ betas: [-0.1, 0.9] }), /betas must be a number between 0 and 1, got -0.1/);
  assert.throws(() => new Adam({ betas: [0.9] as never }), /betas must be two numbers/);
  assert.throws(() => new Adam({ eps: 0 }), /eps must be a number of at least 1e-30, got 0/);
  assert.throws(() => new Adam({ momentum: 0.9 } as object), /Adam: unknown option 'momentum'/);
});
