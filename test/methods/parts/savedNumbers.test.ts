import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packed } from '../../../src/backend';
import { finiteFloats, largestOf, naturalNumbers } from '../../../src/methods/parts/savedNumbers';
import { smallModel } from '../fixtures';

test('saved floats come back as they were, when all are there and finite', () => {
  const numbers = Float32Array.of(0.5, -2);
  assert.deepEqual(finiteFloats('EWC', 'an anchor', packed(numbers), 2), numbers);
  assert.throws(
    () => finiteFloats('EWC', 'an anchor', packed(numbers), 3),
    /EWC: an anchor holds 2 numbers instead of 3; the saved state/,
  );
  assert.throws(
    () => finiteFloats('EWC', 'an anchor', packed(Float32Array.of(0, NaN)), 2),
    /an anchor holds a number that is not finite/,
  );
  assert.throws(() => finiteFloats('EWC', 'an anchor', packed(Int32Array.of(1, 2)), 2), /expected float32 numbers, found int32/);
});

test('saved labels and task ids come back when each can be one of the model’s', () => {
  const labels = Int32Array.of(0, 3);
  assert.deepEqual(naturalNumbers('ER', 'labels', packed(labels), 3), labels);
  assert.throws(
    () => naturalNumbers('ER', 'labels', packed(labels), 2),
    /ER: labels holds 3, which is not one of the model's; the saved/,
  );
  assert.throws(() => naturalNumbers('ER', 'labels', packed(Int32Array.of(-1)), 2), /labels holds -1, which is not one/);
  assert.throws(() => naturalNumbers('ER', 'labels', packed(labels), 3, 1), /labels holds 2 numbers instead of 1/);
});

test('the largest label and task id are those of the tasks that the model has met', () => {
  const model = smallModel('DomainMLP');
  assert.deepEqual(largestOf(model), { label: -1, task: -1 });
  const task = { scenario: 'class-incremental', inputSize: 16, inputShape: [16] } as const;
  model.meet({ ...task, id: 0, name: 'a', classes: [0, 4], classNames: ['a', 'b'] });
  model.meet({ ...task, id: 2, name: 'b', classes: [2], classNames: ['c'] });
  assert.deepEqual(largestOf(model), { label: 4, task: 2 });
});
