import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Parameter } from '../../../src/autodiff';
import { backend, initBackend, type Value } from '../../../src/backend';
import { GemMemory } from '../../../src/methods/parts/gemMemory';
import { MLP, type Model } from '../../../src/models';
import { ScaledMLP } from '../../examples/scaledMlp';
import { hostGradients, randomBatch } from '../../models/fixtures';

before(async () => {
  await initBackend();
});

const NETWORKS: Record<string, { make: () => Model; factored: boolean }> = {
  'a network of linear layers': { make: () => new MLP({ inputSize: 6, hidden: [7], nClasses: 3, seed: 3 }), factored: true },
  'a network of convolutions': {
    make: () => new MLP({ inputShape: [2, 3, 1], conv: [{ filters: 2, pool: 'mean' }], hidden: [4], nClasses: 3, seed: 3 }),
    factored: true,
  },
  'a network without factors': { make: () => new ScaledMLP({ inputSize: 6, width: 7, nClasses: 3, seed: 3 }), factored: false },
};

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, about: string): void {
  assert.equal(actual.length, expected.length);
  assert.ok(Math.max(...Array.from(expected, Math.abs)) > 1e-4, `${about}: the reference is all but zero`);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) < 1e-6, `${about}[${i}]: ${actual[i]}, ${expected[i]}`);
  }
}

for (const [name, { make, factored }] of Object.entries(NETWORKS)) {
  test(`${name}: past gradients and their products are those of each task's memory alone, whatever their sizes`, () => {
    const model = make();
    const { kernels: k, toHost, scope } = backend();
    const memory = new GemMemory(6);
    const parts = [7, 3].map((n, i) => randomBatch(n, 6, 3, undefined, i + 5));
    parts.forEach(({ inputs, labels }, i) => memory.add(i, { images: inputs, labels }));
    scope(() => {
      const past = memory.gradients(k, model, false);
      assert.equal(past.factored, factored);
      const rows = memory.rows(k, past, model.parameters());
      const expected = parts.map((part) => hostGradients(model, part).gradients);
      model.parameters().forEach((of, i) => {
        assert.deepEqual(rows[i]!.shape, [2, of.data().length]);
        close(toHost(rows[i]!), expected.flatMap((one) => Array.from(one.get(of)!)), of.name); // prettier-ignore
      });
      const present = hostGradients(model, randomBatch(10, 6, 3, undefined)).gradients;
      const values = model.parameters().map((of): Value => k.tensor(present.get(of)!, of.shape));
      const dot = (one: Map<Parameter, Float32Array>) =>
        [...one].reduce((sum, [of, g]) => sum + g.reduce((all, x, i) => all + x * present.get(of)![i], 0), 0);
      close(toHost(memory.rowProducts(k, rows, values)), expected.map(dot), 'products');
    });
    memory.dispose();
  });
}
