import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../src/backend';
import { Conv2D } from '../../../src/models/layers/conv2d';
import { RandomStream } from '../../../src/utils/random';
import { close, run } from '../../backend/kernelRun';

before(async () => {
  await initBackend();
});

test('weights and biases start uniform in ±1/√(kernel²·in), as PyTorch’s nn.Conv2d', () => {
  const layer = new Conv2D('c', 4, 500, new RandomStream(1), { kernel: 5 });
  assert.deepEqual(
    layer.parameters().map(({ name, shape }) => [name, shape]),
    [
      ['c/weight', [5, 5, 4, 500]],
      ['c/bias', [500]],
    ],
  );
  assert.deepEqual([layer.nIn, layer.nOut], [4, 500]);
  for (const parameter of layer.parameters()) {
    const values = Array.from(parameter.data());
    const largest = Math.max(...values.map(Math.abs));
    assert.ok(largest <= 0.1 && largest > 0.099, `${parameter.name} reaches ${largest}`);
    const mean = values.reduce((a, b) => a + b) / values.length;
    assert.ok(Math.abs(mean) < 0.01, `${parameter.name} has the mean ${mean}`);
  }
  const same = new Conv2D('c', 4, 500, new RandomStream(1), { kernel: 5 });
  assert.deepEqual(same.weight.data(), layer.weight.data());
});

test('a layer convolves with its filters and adds its bias; the shape is known before', () => {
  for (const options of [{}, { stride: 2 }, { padding: 'valid' as const }, { kernel: 2, stride: 2, bias: false }]) {
    const layer = new Conv2D('c', 2, 3, new RandomStream(1), options);
    const input = Float32Array.from({ length: 2 * 5 * 4 * 2 }, (_, i) => Math.sin(i));
    const [out, bare] = run((k) => {
      const x = k.tensor(input, [2, 5, 4, 2]);
      return [layer.forward(k, x), k.conv2d(x, k.read(layer.weight), layer.window)];
    });
    assert.deepEqual(out.shape, [2, ...layer.outputShape([5, 4, 2])]);
    const bias = layer.bias?.data() ?? [0, 0, 0];
    close(
      out.data,
      bare.data.map((value, i) => value + bias[i % 3]),
    );
    for (const parameter of layer.parameters()) parameter.dispose();
  }
});

test('options that cannot be meant and images that do not fit are refused', () => {
  const make = (options: object, nIn = 1) => new Conv2D('c', nIn, 2, new RandomStream(1), options);
  assert.throws(() => make({ kernel: 0 }), /c: kernel must be a whole number of at least 1, got 0/);
  assert.throws(() => make({ stride: 1.5 }), /stride must be a whole number/);
  assert.throws(() => make({ padding: 'full' }), /unknown padding 'full'; use same or valid/);
  assert.throws(() => make({ bias: 'no' }), /bias must be true or false, got 'no'/);
  assert.throws(() => make({ dilation: 2 }), /unknown option 'dilation'/);
  assert.throws(() => make({}, 0), /channels must be a whole number of at least 1/);
  assert.throws(() => make({}).outputShape([28, 28, 3]), /it takes images of 1 channels, got 3/);
  assert.throws(() => make({ padding: 'valid', kernel: 5 }).outputShape([4, 28, 1]), /filters of 5×5 do not fit images of 4×28/);
});
