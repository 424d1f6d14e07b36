import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../../src/backend';
import { distillation } from '../../../src/methods/parts/distillation';

before(async () => {
  await initBackend('native');
});

test('T²·mean of −softmax(teacher/T)·log softmax(logits/T) over the columns the teacher has', () => {
  const { kernels: k, scope, toHost } = backend();
  const own = scope(() => {
    const logits = k.tensor(Float32Array.of(1, 3, 100, 2, 0, 100), [2, 3]);
    return toHost(distillation(k, logits, k.tensor(Float32Array.of(0, 2, 4, 4), [2, 2]), 2))[0];
  });
  // Rows by hand: targets softmax([0, 1]) and [½, ½]; log softmax of [½, 1½] and of [1, 0].
  const [p, q] = [1 / (1 + Math.exp(1)), Math.log(1 + Math.exp(1))];
  const first = p * q + (1 - p) * (q - 1);
  const second = 0.5 * (q - 1) + 0.5 * q;
  assert.ok(Math.abs(own - (4 * (first + second)) / 2) < 1e-5, `${own}`);
});
