import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tape } from '../../src/autodiff';
import { backend, initBackend } from '../../src/backend';
import { DomainMLP } from '../../src/models';
import { countPasses, notePass } from '../../src/models/passes';

test('rows count forward; with a tape and weights that can change also backward; outside of counting nothing is kept', async () => {
  await initBackend();
  const { kernels: k, scope } = backend();
  const model = new DomainMLP({ inputSize: 4, hidden: [3], nClasses: 2 });
  const run = (tape: boolean) =>
    countPasses(() => scope(() => void model.logits(tape ? new Tape(k) : k, k.tensor(new Float32Array(20), [5, 4])))).passes;
  assert.deepEqual(run(false), { forward: 5, backward: 0 });
  assert.deepEqual(run(true), { forward: 5, backward: 5 });
  for (const parameter of model.parameters()) parameter.frozen = true;
  assert.deepEqual(run(true), { forward: 5, backward: 0 });
  notePass(k, 100, false);
  assert.deepEqual(run(false), { forward: 5, backward: 0 });
  assert.throws(() => countPasses(() => assert.fail('inside')), /inside/);
  assert.deepEqual(countPasses(() => notePass(k, 7, false)).passes, { forward: 7, backward: 0 });
});
