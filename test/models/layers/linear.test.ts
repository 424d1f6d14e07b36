import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../src/backend';
import { Linear, MLP } from '../../../src/models';
import { RandomStream } from '../../../src/utils/random';

before(async () => {
  await initBackend();
});

test('weights and biases start uniform in ±1/√in, as PyTorch’s nn.Linear', () => {
  const layer = new Linear('l', 100, 200, new RandomStream(1));
  for (const parameter of layer.parameters()) {
    const values = Array.from(parameter.data());
    const largest = Math.max(...values.map(Math.abs));
    assert.ok(largest <= 0.1, `${parameter.name} reaches ${largest}`);
    assert.ok(largest > 0.098, `${parameter.name} stays within ${largest}: the bound is not used up`);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    assert.ok(
      Math.abs(mean) < 0.015 && Math.abs(variance / (0.01 / 3) - 1) < 0.2,
      `${parameter.name}: mean ${mean}, variance ${variance}`,
    );
  }
});

test('the bound of a layer that is one of several summed ones can count the inputs of its own only', () => {
  const layer = new Linear('lateral', 100, 50, new RandomStream(1), { bias: false, fanIn: 25 });
  const largest = Math.max(...Array.from(layer.weight.data(), Math.abs));
  assert.ok(largest <= 0.2 && largest > 0.195);
  assert.equal(layer.bias, undefined);
});

test('growing keeps the old outputs bit for bit and starts the new ones within the bound', () => {
  const layer = new Linear('l', 4, 3, new RandomStream(1));
  const [weight, bias] = layer.parameters().map((parameter) => Array.from(parameter.data()));
  layer.grow(2, new RandomStream(2));
  assert.deepEqual([layer.nIn, layer.nOut, layer.weight.shape, layer.bias!.shape], [4, 5, [4, 5], [5]]);
  const wide = Array.from(layer.weight.data());
  for (let row = 0; row < 4; row++) assert.deepEqual(wide.slice(row * 5, row * 5 + 3), weight.slice(row * 3, row * 3 + 3));
  assert.deepEqual(Array.from(layer.bias!.data()).slice(0, 3), bias);
  const added = [...wide.filter((_, i) => i % 5 >= 3), ...Array.from(layer.bias!.data()).slice(3)];
  assert.ok(added.every((value) => value !== 0 && Math.abs(value) <= 0.5));
});

test('the seed decides the initial weights', () => {
  const first = (seed: number) => Array.from(new MLP({ inputSize: 5, hidden: [4], seed }).parameters()[0].data());
  assert.deepEqual(first(1), first(1));
  assert.notDeepEqual(first(1), first(2));
});

test("'xavier' starts weights uniform in ±√(6/(in + out)) and biases at 0, for outputs that come later, too", () => {
  const layer = new Linear('l', 100, 50, new RandomStream(1), { initialisation: 'xavier' });
  const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs));
  const bound = Math.sqrt(6 / 150);
  assert.ok(largest(layer.weight.data()) <= bound && largest(layer.weight.data()) > 0.98 * bound);
  assert.equal(largest(layer.bias!.data()), 0);
  layer.grow(150, new RandomStream(2)); // 200 outputs in all
  const added = Array.from(layer.weight.data()).filter((_, i) => i % 200 >= 50);
  const later = Math.sqrt(6 / 300);
  assert.ok(largest(added) <= later && largest(added) > 0.98 * later);
  assert.equal(largest(layer.bias!.data()), 0);
});
