import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Parameter } from '../../../src/autodiff';
import { backend, initBackend } from '../../../src/backend';
import { SGD } from '../../../src/training/optimizers';
import { follow, trajectories } from './regression';

// Run on native by the test runner and on wasm by `test/backend/eager/wasm.test.ts`.
before(async () => {
  await initBackend();
});

for (const trajectory of trajectories('sgd')) {
  const { name, options } = trajectory;
  test(`SGD follows ${name} over 100 steps, op by op and recorded`, () => follow(() => new SGD(options), trajectory));
}

/** |θ| after 100 steps on ½·c·θ² from 1. */
function distance(sgd: SGD, curvature: number): number {
  const { kernels: k, scope } = backend();
  const theta = new Parameter('θ', [1], Float32Array.of(1));
  for (let i = 0; i < 100; i++) scope(() => sgd.step(k, new Map([[theta, k.scale(k.read(theta), curvature)]])));
  const [end] = theta.data();
  theta.dispose();
  sgd.dispose();
  return Math.abs(end);
}

test('steps on a quadratic just below the stability limit converge, just above it diverge', () => {
  for (const options of [
    { lr: 0.1, momentum: 0 },
    { lr: 0.1, momentum: 0.9 },
    { lr: 0.05, momentum: 0.5, weightDecay: 4 },
  ]) {
    const limit = new SGD(options).stabilityLimit();
    assert.ok(distance(new SGD(options), 0.95 * limit) < 0.1, `${JSON.stringify(options)} below ${limit}`);
    assert.ok(distance(new SGD(options), 1.05 * limit) > 10, `${JSON.stringify(options)} above ${limit}`);
  }
  assert.ok(Math.abs(new SGD({ lr: 0.1, momentum: 0.9 }).stabilityLimit() - 38) < 1e-9);
  assert.equal(new SGD({ lr: 0 }).stabilityLimit(), Infinity);
});

test('SGD describes itself and refuses options that cannot be meant', () => {
  assert.equal(new SGD().describe(), 'SGD, learning rate 0.01, momentum 0.9');
  assert.equal(
    new SGD({ lr: 1, momentum: 0, weightDecay: 0.1 }).describe(),
    'SGD, learning rate 1, momentum 0, weight decay 0.1',
  );
  assert.throws(() => new SGD({ lr: -1 }), /SGD: lr must be a number of at least 0, got -1/);
  assert.throws(() => new SGD({ momentum: 1.1 }), /momentum must be a number between 0 and 1/);
  assert.throws(() => new SGD({ weightDecay: NaN }), /weightDecay/);
  assert.throws(() => new SGD({ nesterov: true } as object), /SGD: unknown option 'nesterov'/);
  assert.throws(() => Object.assign(new SGD().options, { lr: 1 }), TypeError);
});
