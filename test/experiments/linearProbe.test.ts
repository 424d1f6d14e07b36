import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linearProbe } from '../../src/experiments';
import { NaiveTrainer } from '../../src/methods';
import { ProgressiveNeuralNet } from '../../src/models';
import { weightBytes } from '../training/fixtures';
import { easyStream, smallModel } from '../methods/fixtures';

test('a probe finds in the features what naive training has forgotten at its outputs, and leaves the network as it is', async () => {
  const stream = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 3, lr: 0.05, seed: 1 });
  const { matrix } = await trainer.runSequence(stream);
  const before = weightBytes(trainer.model);
  const probe = await linearProbe(trainer.model, stream, { seed: 1 });
  assert.equal(weightBytes(trainer.model), before);
  assert.ok(matrix[0][2]! < 0.1 && probe.byTask[0] > 0.6, `${matrix[0][2]}, probe ${probe.byTask[0]}`);
  assert.ok(Math.abs(probe.mean - probe.byTask.reduce((a, b) => a + b) / 3) < 1e-12);
  assert.deepEqual(await linearProbe(trainer.model, stream, { seed: 1 }), probe);
});

test('features that say nothing give chance: all weights of the trunk 0', async () => {
  const stream = easyStream('class-incremental');
  const model = smallModel('SingleHeadMLP');
  for (const parameter of model.parameters()) parameter.set(new Float32Array(parameter.data().length));
  const { mean } = await linearProbe(model, stream, { epochs: 2, seed: 1 });
  assert.ok(Math.abs(mean - 1 / 6) < 0.01, `${mean}`);
});

test('streams whose tasks use the same labels for other classes, and networks without features, are refused', async () => {
  await assert.rejects(linearProbe(smallModel('MultiHeadMLP'), easyStream('task-incremental')), /same labels for other classes/);
  const pnn = new ProgressiveNeuralNet({ inputSize: 16, hidden: [8] });
  await assert.rejects(linearProbe(pnn, easyStream('class-incremental')), /does not say what its features are/);
  await assert.rejects(linearProbe(smallModel('SingleHeadMLP'), easyStream('class-incremental'), { epochs: 0 }), /epochs/);
});
