import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { EWC, GEM, NaiveTrainer } from '../../src/methods';
import { Model } from '../../src/models';
import type { CLTrainer, TrainCall } from '../../src/training';
import { easyStream } from '../methods/fixtures';
import { bytes } from '../models/fixtures';
import { ScaledMLP } from './scaledMlp';

before(async () => {
  await initBackend('native');
});

const OPTIONS = { epochs: 8, lr: 0.05, seed: 1 };
const METHODS: Record<string, (model: Model) => CLTrainer<object>> = {
  naive: (model) => new NaiveTrainer(model, OPTIONS),
  EWC: (model) => new EWC(model, { ...OPTIONS, lambda: 200, nFisherSamples: 60 }),
  GEM: (model) => new GEM(model, { ...OPTIONS, memoryPerTask: 40 }),
};

/** Learns the domain-incremental stream; gives the mean accuracy on earlier tasks, how steps were executed, and all weights. */
async function learn(name: string, call: TrainCall) {
  const model = new ScaledMLP({ inputSize: 16, width: 16, nClasses: 6, seed: 7 });
  const trainer = METHODS[name](model);
  const reports: string[] = [];
  const { matrix } = await trainer.runSequence(easyStream('domain-incremental'), {
    ...call,
    onTask: ({ execution, executionNote }) => reports.push(`${execution} ${executionNote ?? ''}`.trim()),
  });
  const weights = model.parameters().flatMap((of) => Array.from(of.data()));
  trainer.dispose();
  model.dispose();
  return { kept: (matrix[0][2]! + matrix[1][2]!) / 2, matrix, reports, weights };
}

test('EWC and GEM train on such a network, recorded, with the numbers of op by op, and keep more than naive', async () => {
  const naive = await learn('naive', { execution: 'recorded' });
  for (const name of ['EWC', 'GEM']) {
    const [recorded, single] = [await learn(name, { execution: 'recorded' }), await learn(name, { execution: 'op-by-op' })];
    assert.deepEqual(recorded.reports, ['recorded', 'recorded', 'recorded'], name);
    recorded.matrix.forEach((row, task) => assert.ok(row[task]! > 0.9, `${name} learns task ${task}: ${row[task]}`));
    assert.ok(recorded.kept > naive.kept + 0.02, `${name} keeps ${recorded.kept}, naive ${naive.kept}`);
    recorded.weights.forEach((value, i) => assert.ok(Math.abs(value - single.weights[i]) < 1e-3, `${name}, weight ${i}`));
  }
});

test('such a network can be saved, made again and copied', () => {
  const model = new ScaledMLP({ inputSize: 16, width: 16, nClasses: 6, seed: 7 });
  const again = Model.from(JSON.parse(JSON.stringify(model.state())) as ReturnType<Model['state']>);
  assert.deepEqual(again.parameters().map(bytes), model.parameters().map(bytes));
  assert.ok(model.clone() instanceof ScaledMLP);
});
