import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import type { Gradients } from '../../src/autodiff';
import { ExperienceReplay, NaiveTrainer } from '../../src/methods';
import type { Phase, TrainCall, TrainingBatch } from '../../src/training';
import { collectGarbage, easyStream, smallModel, untilDone } from '../methods/fixtures';
import { interruptAfter, weightBytes } from './fixtures';

before(async () => {
  await initBackend('native');
});

const OPTIONS = { epochs: 2, lr: 0.05, seed: 1 };
const [first, second] = easyStream('class-incremental', 12).trainLoaders; // 7 batches an epoch, the last one smaller
const small = () => smallModel('SingleHeadMLP');

/** Replay that trains twice over a task, with a pause between, as methods that prune and retrain do. */
class Pausing extends ExperienceReplay {
  readonly began: string[] = [];
  protected override phases(): Phase[] {
    return ['train', 'retrain'].map((name) => ({ name, epochs: 1, begin: () => void this.began.push(name) }));
  }
  protected override memoryState(): object {
    return super.memoryState();
  }
}

/** Learns two tasks, the second with `call`; everything that came out. */
async function learn(execution: 'recorded' | 'op-by-op', call: TrainCall = {}) {
  const trainer = new Pausing(small(), { ...OPTIONS, capacity: 50 });
  await trainer.trainTask(first, { execution });
  await trainer.consolidate(first);
  const { result, interruptions } = await untilDone(() => trainer.trainTask(second, { ...call, execution }));
  const state = trainer.state();
  return { text: JSON.stringify([state, result.loss]), interruptions, began: trainer.began };
}

for (const execution of ['op-by-op', 'recorded'] as const) {
  test(`interrupted after any step, in any phase, a task ends bit for bit alike, ${execution}`, async () => {
    const whole = await learn(execution);
    assert.deepEqual(whole.began, ['train', 'retrain', 'train', 'retrain']);
    const all = Array.from({ length: 13 }, (_, i) => i + 1);
    // Recording takes its time: alone before, at and after the borders of epoch and phase, and all of them in one task.
    for (const steps of execution === 'op-by-op' ? [...all.map((step) => [step]), all] : [[1], [6], [7], [13], [3, 8, 12]]) {
      const pieces = await learn(execution, interruptAfter(...steps));
      assert.equal(pieces.interruptions, steps.length);
      assert.equal(pieces.text, whole.text, `interrupted after ${steps.join()}`);
      assert.deepEqual(pieces.began, whole.began, 'each phase begins once');
    }
  });
}

for (const execution of ['op-by-op', 'recorded'] as const) {
  test(`a task of so many steps goes through the data as often as they need, the last time in part, ${execution}`, async () => {
    const losses = async (options: object, call: TrainCall = {}) => {
      const all: number[] = [];
      const last: { epoch: number; epochs: number; step: number; steps: number }[] = [];
      const trainer = new NaiveTrainer(small(), { ...OPTIONS, ...options });
      const onLosses = (values: Float32Array, step: number) => {
        all.push(...values);
        call.onLosses?.(values, step);
      };
      const onProgress = ({ epoch, epochs, step, steps }: (typeof last)[0]) => void last.push({ epoch, epochs, step, steps });
      const { result } = await untilDone(() => trainer.trainTask(first, { ...call, execution, onLosses, onProgress }));
      return { all, steps: result.steps, loss: result.loss, weights: weightBytes(trainer.model), last: last.at(-1) };
    };
    const epochs = await losses({ epochs: 2 });
    const steps = await losses({ steps: 10 });
    assert.deepEqual(steps.all, epochs.all.slice(0, 10));
    assert.deepEqual([steps.steps, steps.last], [10, { epoch: 2, epochs: 2, step: 10, steps: 10 }]);
    assert.deepEqual((await losses({ steps: 14 })).weights, epochs.weights);
    assert.deepEqual((await losses({ steps: 3 })).all, epochs.all.slice(0, 3));
    assert.deepEqual((await losses({ steps: 10 }, interruptAfter(3, 7, 9))).weights, steps.weights);
  });
}

test('probes measure after exactly the given numbers of steps, once each, over phases and interrupts', async () => {
  const seen: number[] = [];
  const { onLosses, signal } = interruptAfter(3, 7, 9);
  const probes = { steps: [0, 1, 3, 7, 9, 14, 99], measure: (step: number) => void seen.push(step) };
  const { interruptions } = await learn('op-by-op', { onLosses, signal, probes });
  assert.deepEqual([seen, interruptions], [[0, 1, 3, 7, 9, 14], 3]);
});

test('probes every k steps measure before the first step, after each k-th, and at the end, over phases and interrupts', async () => {
  for (const [every, wanted] of [
    [5, [0, 5, 10, 14]],
    [7, [0, 7, 14]],
    [100, [0, 14]],
  ] as const) {
    const seen: number[] = [];
    const { onLosses, signal } = interruptAfter(every);
    const probes = { every, measure: (step: number) => void seen.push(step) };
    await learn('op-by-op', { onLosses, signal, probes });
    assert.deepEqual(seen, wanted);
  }
});

test('a probe or callback that fails at any step leaves training where it stands: going on gives the same weights', async () => {
  const whole = await learn('op-by-op');
  for (const step of [0, 3, 7, 14]) {
    const trainer = new Pausing(small(), { ...OPTIONS, capacity: 50 });
    await trainer.trainTask(first);
    await trainer.consolidate(first);
    const measure = () => assert.fail('from the probe');
    await assert.rejects(trainer.trainTask(second, { probes: { steps: [step], measure } }), /from the probe/);
    const onLosses = () => assert.fail('from the callback');
    if (step < 14) await assert.rejects(trainer.trainTask(second, { onLosses }), /from the callback/);
    const { loss } = await trainer.trainTask(second);
    assert.equal(JSON.stringify([trainer.state(), loss]), whole.text, `at step ${step}`);
    assert.deepEqual(trainer.began, whole.began);
  }
});

test('every loss is reported once, with the number of its step', async () => {
  const starts: number[] = [];
  const losses: number[] = [];
  const trainer = new NaiveTrainer(small(), OPTIONS);
  const onLosses = (some: Float32Array, firstStep: number) => void (starts.push(firstStep), losses.push(...some));
  const { onLosses: note, ...call } = interruptAfter(5, 9);
  const both = (some: Float32Array, firstStep: number) => (onLosses(some, firstStep), note(some, firstStep));
  await untilDone(() => trainer.trainTask(first, { ...call, onLosses: both }));
  assert.equal(losses.length, 14);
  assert.deepEqual([starts[0], new Set(starts).size], [0, starts.length]);
  assert.ok(losses[13] < losses[0]);
});

/** Fails in the middle of a step: in the loss, which runs at every step op by op, or in what the host does at every step. */
class Failing extends NaiveTrainer {
  static override readonly recordable = true;
  failAt = 6;
  begun = 0;
  private steps = 0;
  protected override beginTask(): void {
    this.begun++;
  }
  protected override adjustGradients(gradients: Gradients, _batch: TrainingBatch): Gradients {
    const [parameter, gradient] = [...gradients][0];
    const factor = this.k.hostCall([], [], () => {
      if (++this.steps === this.failAt) throw new Error('in the middle of a step');
      return Float32Array.of(1);
    });
    return gradients.set(parameter, this.k.mul(gradient, factor));
  }
  protected override memoryState(): object {
    return {};
  }
}

for (const execution of ['op-by-op', 'recorded'] as const) {
  test(`an error in the middle of steps frees the device, and the task begins anew when called again, ${execution}`, async () => {
    const run = async () => {
      const trainer = new Failing(small(), OPTIONS);
      await assert.rejects(trainer.trainTask(first, { execution }), /in the middle of a step/);
      assert.equal(trainer.state().cursor, null, 'half a chunk of steps is no place to go on from');
      const report = await trainer.trainTask(first, { execution });
      assert.deepEqual([report.steps, report.execution, trainer.begun], [14, execution, 2]);
      trainer.dispose();
      trainer.model.dispose();
    };
    await run();
    await collectGarbage();
    const count = backend().tensorCount();
    await run();
    assert.equal(backend().tensorCount(), count);
  });
}

/** Naive training with phases of its own choice. */
class Phased extends NaiveTrainer {
  list: readonly Phase[] = [];
  protected override phases(): Phase[] {
    return this.list as Phase[];
  }
}

test('phases that cannot be trained are refused before the first step', async () => {
  const trainer = new Phased(small(), OPTIONS);
  const before = weightBytes(trainer.model);
  trainer.list = [{ epochs: 0 }];
  await assert.rejects(trainer.trainTask(first), /Phased.phases: epochs must be a whole number of at least 1, got 0/);
  assert.equal(weightBytes(trainer.model), before);
  trainer.list = [{ epochs: 1, begin: () => Promise.reject(new Error('no pruning today')) }];
  await assert.rejects(trainer.trainTask(first), /no pruning today/);
  trainer.list = [{ epochs: 1 }];
  assert.equal((await trainer.trainTask(first)).steps, 7);
});

test('a saved place that is none is refused, and no step is made', async () => {
  const trainer = new NaiveTrainer(small(), OPTIONS);
  await assert.rejects(trainer.trainTask(first, interruptAfter(3)), { name: 'TrainingInterrupted' });
  const state = trainer.state();
  for (const place of [{ phase: 1 }, { epoch: 3 }, { batch: 8 }]) {
    const restored = new NaiveTrainer(small(), OPTIONS);
    restored.restore({ ...state, cursor: { ...state.cursor!, ...place } });
    const before = weightBytes(restored.model);
    await assert.rejects(
      restored.trainTask(first),
      /NaiveTrainer: its training stands at phase \d, epoch \d, batch \d, which does not exist; the saved state is damaged/,
    );
    assert.equal(weightBytes(restored.model), before);
  }
});
