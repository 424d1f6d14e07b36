import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import type { TrainCall, TrainerState } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';
import { bytes } from '../models/fixtures';
import { TwoPhases } from './twoPhases';

before(async () => {
  await initBackend('native');
});

const make = () => new TwoPhases(smallModel('MultiHeadMLP'), { epochs: 6, lr: 0.05, seed: 1 });
const STEPS = 5; // an epoch

for (const execution of ['op-by-op', 'recorded'] as const) {
  test(`the first phase trains the outputs alone, the second all, ${execution}; saved in either, it goes on bit for bit`, async () => {
    const hidden = (trainer: TwoPhases) => trainer.model.parameters().filter(({ name }) => name.startsWith('hidden')).map(bytes); // prettier-ignore
    const all = (trainer: TwoPhases) => trainer.model.parameters().map(bytes);
    const { trainLoaders } = easyStream('task-incremental');
    const first = async (trainer: TwoPhases) => {
      await trainer.trainTask(trainLoaders[0], { execution });
      await trainer.consolidate(trainLoaders[0]);
    };

    const whole = make();
    await first(whole);
    const before = hidden(whole);
    const seen: boolean[] = [];
    const measure = () => void seen.push(JSON.stringify(hidden(whole)) === JSON.stringify(before));
    const call: TrainCall = { execution, probes: { steps: [0, 4, 2 * STEPS, 2 * STEPS + 1, 6 * STEPS], measure } };
    const report = await whole.trainTask(trainLoaders[1], call);
    assert.deepEqual([report.steps, report.execution], [6 * STEPS, execution]);
    assert.deepEqual(seen, [true, true, true, false, false], 'the hidden layers as they were, at each probe');
    assert.ok(whole.model.parameters().every(({ frozen }) => !frozen));

    for (const stop of [4, 3 * STEPS]) {
      const saving = make();
      await first(saving);
      let state = '';
      const probes = { steps: [stop], measure: () => void (state ||= JSON.stringify(saving.state())) };
      await saving.trainTask(trainLoaders[1], { execution, probes });
      const restored = make();
      restored.restore(JSON.parse(state) as TrainerState);
      await restored.trainTask(trainLoaders[1], { execution });
      assert.deepEqual(all(restored), all(whole), `saved after ${stop} steps`);
    }
  });
}
