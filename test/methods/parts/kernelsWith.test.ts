import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Tape } from '../../../src/autodiff';
import { backend, initBackend, type Value } from '../../../src/backend';
import { kernelsWith } from '../../../src/methods/parts/kernelsWith';
import { smallModel } from '../fixtures';

before(async () => {
  await initBackend('native');
});

test('an operation of one’s own stands in for the first one; the others and the gradients stay', () => {
  const { kernels: k, scope, toHost } = backend();
  const model = smallModel('DomainMLP');
  scope(() => {
    const x = k.tensor(new Float32Array(32).fill(1), [2, 16]);
    const seen: Value[] = [];
    const gradientsWith = (own: boolean) => {
      const tape = new Tape(k);
      const watched = kernelsWith(tape, {
        relu: (z) => {
          seen.push(tape.relu(z));
          return seen.at(-1)!;
        },
      });
      const gradients = tape.gradients(tape.sum(model.logits(own ? watched : tape, x, undefined)));
      return [...gradients.values()].map((value) => Array.from(toHost(value)));
    };
    assert.deepEqual(gradientsWith(true), gradientsWith(false));
    assert.deepEqual(
      seen.map(({ shape }) => shape),
      [
        [2, 16],
        [2, 12],
      ],
    );
    assert.ok(kernelsWith(new Tape(k), {}) instanceof Tape, 'passes are counted as with the tape itself');
    return [];
  });
});
