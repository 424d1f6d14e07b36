import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Tape } from '../../../src/autodiff';
import { backend, initBackend, Variable } from '../../../src/backend';
import { readingAs } from '../../../src/methods/parts/readingAs';
import { smallModel } from '../fixtures';

before(async () => {
  await initBackend('native');
});

test('what is read is changed, and gradients flow back through the change', () => {
  const { kernels: k, scope, toHost } = backend();
  const model = smallModel('DomainMLP');
  const [weight] = model.parameters();
  const gate = Float32Array.from({ length: 16 }, (_, i) => i % 2);
  scope(() => {
    const tape = new Tape(k);
    const gated = readingAs(tape, (variable, content) =>
      variable === weight ? tape.mul(content, k.tensor(gate, [16])) : content,
    );
    const x = k.tensor(new Float32Array(16).fill(1), [1, 16]);
    const gradient = toHost(tape.gradients(tape.sum(model.logits(gated, x, undefined))).get(weight)!);
    assert.ok(gradient.some((value: number) => value !== 0));
    gradient.forEach((value: number, i: number) => assert.ok(i % 2 === 1 || value === 0));
    const other = new Variable('other', [1], Float32Array.of(5));
    assert.equal(toHost(readingAs(k, (_, content) => k.scale(content, 2)).read(other))[0], 10);
    other.dispose();
    return [];
  });
});
