import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Tape } from '../../../src/autodiff';
import { backend, initBackend } from '../../../src/backend';
import { outputSensitivity } from '../../../src/methods/parts/sensitivity';
import { DomainMLP, type Model } from '../../../src/models';
import { randomBatch } from '../../models/fixtures';
import { smallModel } from '../fixtures';

before(async () => {
  await initBackend('native');
});

/** Mean over samples of |∂‖f(x)‖²/∂θ|, a pass for each sample. */
function bruteForce(model: Model, images: Float32Array, n: number): number[][] {
  const { kernels: k, scope, toHost } = backend();
  const sums = model.parameters().map((parameter) => new Array<number>(parameter.data().length).fill(0));
  for (let i = 0; i < n; i++) {
    scope(() => {
      const tape = new Tape(k);
      const outputs = model.logits(tape, k.tensor(images.slice(i * 16, (i + 1) * 16), [1, 16]), undefined);
      const gradients = tape.gradients(tape.sum(tape.mul(outputs, outputs)));
      model.parameters().forEach((parameter, p) => {
        toHost(gradients.get(parameter)!).forEach((value: number, at: number) => (sums[p][at] += Math.abs(value) / n));
      });
    });
  }
  return sums;
}

const convolutional = () =>
  new DomainMLP({ inputShape: [4, 4, 1], conv: [{ filters: 3, pool: 'mean' }], hidden: [5], nClasses: 4, seed: 2 });

for (const [name, model] of [
  ['linear layers', smallModel('DomainMLP')],
  ['convolutions', convolutional()],
] as const) {
  test(`${name}: the sensitivity of the outputs is that of a pass for each sample`, () => {
    const n = 130; // more than one pass holds
    const { inputs } = randomBatch(n, 16, 4, undefined);
    const own = outputSensitivity(model, inputs, undefined);
    bruteForce(model, inputs, n).forEach((expected, p) => {
      const parameter = model.parameters()[p];
      const numbers = own.get(parameter)!;
      assert.equal(numbers.length, expected.length);
      expected.forEach((value, i) => {
        assert.ok(Math.abs(numbers[i] - value) < 1e-5 * (1 + value), `${parameter.name}[${i}]: ${numbers[i]}, ${value}`);
      });
      assert.ok(expected.some((value) => value > 1e-3));
    });
  });
}
