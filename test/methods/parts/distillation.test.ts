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

test('with new columns to be 0 the softmax runs over all columns, and the targets are the old ones', () => {
  const { kernels: k, scope, toHost } = backend();
  const [own, same] = scope(() => {
    const teacher = k.tensor(Float32Array.of(0, 2), [1, 2]);
    const of = (numbers: number[]) =>
      distillation(k, k.tensor(Float32Array.from(numbers), [1, numbers.length]), teacher, 2, { newAreZero: true });
    return [of([1, 3, 5]), of([1, 3])].map((value) => toHost(value)[0]);
  });
  // Targets softmax([0, 1]) and 0 for the third; log softmax of [½, 1½, 2½].
  const p = 1 / (1 + Math.E);
  const all = Math.log(Math.exp(0.5) + Math.exp(1.5) + Math.exp(2.5));
  assert.ok(Math.abs(own - 4 * (p * (all - 0.5) + (1 - p) * (all - 1.5))) < 1e-5, `${own}`);
  const both = Math.log(Math.exp(0.5) + Math.exp(1.5));
  assert.ok(Math.abs(same - 4 * (p * (both - 0.5) + (1 - p) * (both - 1.5))) < 1e-5, `${same}`);
});

test('the mean over rows and columns counts the columns of the softmax: those of the teacher, or all where new ones are to be 0', () => {
  const { kernels: k, scope, toHost } = backend();
  const of = (more: object) =>
    scope(() => {
      const logits = k.tensor(Float32Array.of(1, 3, 5, 2, 0, 1), [2, 3]);
      return toHost(distillation(k, logits, k.tensor(Float32Array.of(0, 2, 4, 4), [2, 2]), 2, more))[0];
    });
  assert.ok(Math.abs(of({ overColumns: true }) - of({}) / 2) < 1e-5);
  assert.ok(Math.abs(of({ overColumns: true, newAreZero: true }) - of({ newAreZero: true }) / 3) < 1e-5);
});
