import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, type TensorState } from '../../../src/backend';
import { PerParameter } from '../../../src/methods/parts/perParameter';
import { SingleHeadMLP } from '../../../src/models';

before(async () => {
  await initBackend('native');
});

const make = () => new SingleHeadMLP({ inputSize: 2, hidden: [2], seed: 1 });

test('numbers stay with their weights when a parameter grows; new entries get the first numbers', () => {
  const model = make();
  const numbers = new PerParameter('x');
  const { weight, bias } = model.head;
  numbers.fit(model.parameters(), ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1));
  numbers.set(weight, Float32Array.of(1, 2, 3, 4));
  model.expandHead(1);
  numbers.fit(model.parameters(), ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(9));
  assert.deepEqual(Array.from(numbers.data(weight)), [1, 2, 9, 3, 4, 9]);
  assert.deepEqual(Array.from(numbers.data(bias!)), [1, 1, 9]);
});

test('saved and restored they are the same; damaged ones are refused and nothing changes', () => {
  const model = make();
  const numbers = new PerParameter('x');
  assert.equal(numbers.state(), null);
  numbers.fit(model.parameters(), (parameter) => parameter.data() as Float32Array);
  const saved = numbers.state()!;
  const other = new PerParameter('x');
  assert.throws(() => other.of(model.head.weight), /head\/weight: there is no x of it; begin the task anew/);
  other.restored('test', model.parameters(), saved)();
  assert.deepEqual(other.state(), saved);
  const without = { ...saved } as Record<string, TensorState>;
  delete without['head/bias'];
  const narrow = { ...saved, 'head/bias': { ...saved['head/bias'], shape: [1, 2] } };
  assert.throws(() => other.restored('test', model.parameters(), without), /test: there is no x of head\/bias/);
  assert.throws(() => other.restored('test', model.parameters(), narrow), /x of head\/bias has the shape \[ ?1, 2 ?\]/);
  assert.throws(
    () => other.restored('test', model.parameters(), { ...saved, more: saved['head/bias'] }),
    /this model has no more/,
  );
  assert.throws(() => other.restored('test', model.parameters(), 'x' as never), /x is 'x'; the saved state is damaged/);
  assert.deepEqual(other.state(), saved);
});
