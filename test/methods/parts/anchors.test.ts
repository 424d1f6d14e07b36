import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../../src/backend';
import { Anchors } from '../../../src/methods/parts/anchors';
import { SingleHeadMLP } from '../../../src/models';

before(async () => {
  await initBackend('native');
});

test('the pull is λ·F·(θ − θ*), the penalty half its work; a bias without an anchor is left alone', () => {
  const model = new SingleHeadMLP({ inputSize: 2, hidden: [2], seed: 1 });
  const { weight, bias } = model.head;
  const anchors = new Anchors('test', model, 10);
  assert.equal(anchors.penalty(), 0);
  anchors.add(new Map([[weight, Float32Array.of(1, 2, 0, 4)]]));
  assert.equal(anchors.stiffest(), 40);
  weight.set(weight.data().map((value) => value + 0.5));
  const { kernels: k, scope, toHost } = backend();
  const pulled = scope(() => {
    const zeros = () => k.tensor(new Float32Array(4), [2, 2]);
    const gradients = anchors.pull(k, new Map([[weight, zeros()], [bias!, k.tensor(Float32Array.of(3, 4), [2])]])); // prettier-ignore
    return [weight, bias!].map((parameter) => Array.from(toHost(gradients.get(parameter)!)));
  });
  pulled[0].forEach((value, i) => assert.ok(Math.abs(value - [5, 10, 0, 20][i]) < 1e-4));
  assert.deepEqual(pulled[1], [3, 4]);
  assert.ok(Math.abs(anchors.penalty() - 0.5 * 10 * 7 * 0.25) < 1e-4);
});

test('an anchor follows a head that grows, and a penalty beyond the optimiser’s limit is refused with a value that is not', () => {
  const model = new SingleHeadMLP({ inputSize: 2, hidden: [2], seed: 1 });
  const anchors = new Anchors('test', model, 10);
  anchors.replace(new Map([[model.head.weight, Float32Array.of(1, 2, 3, 4)]]), 1);
  model.expandHead(1);
  anchors.fit();
  assert.deepEqual(Array.from(anchors.importance(model.head.weight)!), [1, 2, 0, 3, 4, 0]);
  const optimizer = { stabilityLimit: () => 20, describe: () => 'SGD' };
  assert.throws(() => anchors.refuseDivergence(optimizer, 'c', 5), /up to 40, and SGD is stable below 20; use c below 2.5/);
  anchors.refuseDivergence({ ...optimizer, stabilityLimit: () => 41 }, 'c', 5);
});
