import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import type { ConvWindow } from '../../src/backend';
import { windowsAlong } from '../../src/backend/windows';
import { CONVOLUTIONS, DELTAS, FILTER, IMAGES, IMAGE_CASES, SHAPES, TIES } from './imageCases';
import { close, run } from './kernelRun';

// Run on native by the test runner and on wasm by `eager/wasm.test.ts`.
before(async () => {
  await initBackend();
});

/** A convolution and its two gradients by the definition, in plain loops. */
function convolution(window: ConvWindow): Record<'y' | 'dx' | 'df', Float64Array> {
  const [n, height, width, channels] = SHAPES.images;
  const [kh, kw, , outputs] = SHAPES.filter;
  const [down, right] = [windowsAlong(height, kh, window), windowsAlong(width, kw, window)];
  const y = new Float64Array(n * down.count * right.count * outputs);
  const [dx, df] = [new Float64Array(IMAGES.length), new Float64Array(FILTER.length)];
  for (let pixel = 0; pixel < n * down.count * right.count; pixel++) {
    const [image, top, left] = [
      Math.floor(pixel / (down.count * right.count)),
      (Math.floor(pixel / right.count) % down.count) * window.stride - down.before,
      (pixel % right.count) * window.stride - right.before,
    ];
    for (let at = 0; at < FILTER.length; at++) {
      const [row, column] = [
        top + Math.floor(at / (kw * channels * outputs)),
        left + (Math.floor(at / (channels * outputs)) % kw),
      ];
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const from = ((image * height + row) * width + column) * channels + (Math.floor(at / outputs) % channels);
      const to = pixel * outputs + (at % outputs);
      y[to] += IMAGES[from] * FILTER[at];
      dx[from] += DELTAS[to] * FILTER[at];
      df[at] += IMAGES[from] * DELTAS[to];
    }
  }
  return { y, dx, df };
}

test('a convolution and its gradients equal the definition, with stride 1 and 2, padded or not', () => {
  const [outputs, inputGradients, filterGradients] = ['conv2d', 'conv2dInputGrad', 'conv2dFilterGrad'].map((name) =>
    run(IMAGE_CASES[name]),
  );
  CONVOLUTIONS.forEach(({ window, out }, i) => {
    const { y, dx, df } = convolution(window);
    assert.deepEqual(outputs[i].shape, [2, ...out, 4]);
    close(outputs[i].data, y);
    close(inputGradients[i].data, dx);
    close(filterGradients[i].data, df);
  });
});

test('patches times the filter are the convolution, and patchesᵀ·dy of each image its filter gradient', () => {
  for (const { window, out } of CONVOLUTIONS) {
    const [product, direct, blocks, whole] = run((k) => {
      const [x, f] = [k.tensor(IMAGES, SHAPES.images), k.tensor(FILTER, SHAPES.filter)];
      const pixels = out[0] * out[1];
      const dy = DELTAS.slice(0, 2 * pixels * 4);
      const patches = k.patches(x, [3, 2], window);
      return [
        k.matMul(patches, k.reshape(f, [3 * 2 * 3, 4])),
        k.conv2d(x, f, window),
        k.blockProducts(patches, k.tensor(dy, [2 * pixels, 4]), 2),
        k.conv2dFilterGrad(x, k.tensor(dy, [2, ...out, 4]), SHAPES.filter, window),
      ];
    });
    close(product.data, direct.data);
    const size = FILTER.length;
    close(
      blocks.data.slice(0, size).map((value, i) => value + blocks.data[size + i]),
      whole.data,
    );
  }
});

test('the gradient of max pooling goes to the first of the largest entries of a window, that of pixels in no window is 0', () => {
  const [n, height, width, channels] = SHAPES.images;
  for (const size of [2, 3]) {
    const [down, right] = [Math.floor(height / size), Math.floor(width / size)];
    const expected = new Float64Array(TIES.length);
    for (let at = 0; at < n * down * right * channels; at++) {
      const [image, y, x, channel] = [
        Math.floor(at / (down * right * channels)),
        Math.floor(at / (right * channels)) % down,
        Math.floor(at / channels) % right,
        at % channels,
      ];
      const window = Array.from({ length: size * size }, (_, i) => {
        const [row, column] = [y * size + Math.floor(i / size), x * size + (i % size)];
        return ((image * height + row) * width + column) * channels + channel;
      });
      const largest = Math.max(...window.map((i) => TIES[i]));
      expected[window.find((i) => TIES[i] === largest)!] += DELTAS[at];
    }
    const gradients = run(IMAGE_CASES.maxPoolGrad);
    close(gradients[size === 2 ? 3 : 7].data, expected);
  }
});

test('mean pooling and its gradient: the mean of a window, dy/size² for its pixels', () => {
  const [mean, gradient] = run((k) => [
    k.meanPool(k.tensor(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), [1, 2, 5, 1]), 2),
    k.meanPoolGrad(k.tensor(Float32Array.of(4, 8), [1, 1, 2, 1]), [1, 2, 5, 1], 2),
  ]);
  assert.deepEqual(
    [mean.shape, mean.data],
    [
      [1, 1, 2, 1],
      [4, 6],
    ],
  );
  assert.deepEqual(gradient.data, [1, 1, 2, 2, 0, 1, 1, 2, 2, 0]);
});
