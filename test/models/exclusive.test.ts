import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { EWC, NaiveTrainer } from '../../src/methods';
import type { CLTrainer, Phase, TrainCall, TrainerState } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';
import { weightBytes } from '../training/fixtures';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 4, lr: 0.05, seed: 1 };
const { trainLoaders, testLoaders } = easyStream('class-incremental');

/** A trainer that has learnt its first task and not consolidated it. */
async function begun(): Promise<EWC> {
  const trainer = new EWC(smallModel('SingleHeadMLP'), OPTIONS);
  await trainer.trainTask(trainLoaders[0]);
  return trainer;
}

/** Every call that has to be awaited. */
const CALLS: Record<string, (trainer: CLTrainer<object>) => Promise<unknown>> = {
  trainTask: (trainer) => trainer.trainTask(trainLoaders[1]),
  consolidate: (trainer) => trainer.consolidate(trainLoaders[0]),
  evaluate: (trainer) => trainer.evaluate(testLoaders[0]),
  evaluateAll: (trainer) => trainer.evaluateAll(testLoaders),
  runSequence: (trainer) => trainer.runSequence({ trainLoaders, testLoaders }),
};

/** What a call returned, without the time it took. */
const numbers = (result: unknown) =>
  JSON.parse(JSON.stringify({ result, seconds: 0 }).replace(/"seconds":[^,}]+/g, '"seconds":0'));

for (const [first, call] of Object.entries(CALLS)) {
  test(`while ${first} runs, every other call is refused and changes nothing: await is missing`, async () => {
    const [disturbed, alone] = [await begun(), await begun()];
    const saved = disturbed.state();
    const running = call(disturbed);
    const others = Object.entries(CALLS).map(([second, other]) =>
      assert.rejects(other(disturbed), {
        name: 'Error',
        message: `EWC.${second}: EWC.${first} is still running on this model; wait for it: write await in front of the call`,
      }),
    );
    for (const second of ['state', 'restore', 'dispose'] as const) {
      assert.throws(
        () => disturbed[second](saved),
        new RegExp(`^Error: EWC.${second}: EWC.${first} is still running on this model`),
      );
    }
    for (const second of ['restore', 'dispose'] as const) {
      assert.throws(
        () => disturbed.model[second](saved.model),
        new RegExp(`^Error: SingleHeadMLP.${second}: EWC.${first} is still running on this model; wait for it: write await`),
      );
    }
    await Promise.all(others);
    assert.deepEqual(numbers(await running), numbers(await call(alone)));
    assert.equal(JSON.stringify(disturbed.state()), JSON.stringify(alone.state()));
  });
}

test('a model that two trainers share is used by one of them at a time', async () => {
  const model = smallModel('SingleHeadMLP');
  const [one, two] = [new NaiveTrainer(model, OPTIONS), new EWC(model, OPTIONS)];
  const running = one.trainTask(trainLoaders[0]);
  await assert.rejects(two.trainTask(trainLoaders[1]), /EWC.trainTask: NaiveTrainer.trainTask is still running on this model/);
  assert.equal((await running).steps, 20);
  assert.equal((await two.trainTask(trainLoaders[1])).steps, 20);
});

test('a call that failed leaves no lock behind', async () => {
  const trainer = await begun();
  await assert.rejects(trainer.trainTask(easyStream('domain-incremental').trainLoaders[1]), /of another stream/);
  await assert.rejects(
    trainer.trainTask(trainLoaders[1], { onProgress: () => assert.fail('from a callback') }),
    /from a callback/,
  );
  await assert.rejects(
    trainer.trainTask(trainLoaders[1], { probes: { steps: [20], measure: () => assert.fail('from a probe') } }),
    /from a probe/,
  );
  await trainer.trainTask(trainLoaders[1]);
});

/** Trains the second task with a probe after three steps. */
const probed = (trainer: CLTrainer<object>, measure: () => void | Promise<void>, call: TrainCall = {}) =>
  trainer.trainTask(trainLoaders[1], { ...call, probes: { steps: [3], measure } });

test('a probe may measure and save in the middle of a task, and nothing else', async () => {
  const [trainer, alone] = [await begun(), await begun()];
  let [accuracy, looks] = [-1, 0];
  let saved: TrainerState | undefined;
  await probed(trainer, async () => {
    accuracy = await trainer.evaluate(testLoaders[1]);
    assert.equal((await trainer.evaluateAll(testLoaders))[1], accuracy);
    saved = trainer.state();
    for (const name of ['trainTask', 'consolidate', 'runSequence']) {
      await assert.rejects(CALLS[name](trainer), /EWC.trainTask is still running on this model/);
    }
    assert.throws(() => trainer.restore(saved!), /EWC.restore: EWC.trainTask is still running/);
    assert.throws(() => trainer.model.restore(saved!.model), /SingleHeadMLP.restore: EWC.trainTask is still running/);
    looks++;
  });
  assert.equal(looks, 1);
  assert.ok(accuracy > 0 && accuracy < 1);
  assert.deepEqual([saved!.cursor!.epoch, saved!.cursor!.batch], [0, 3]);
  await CALLS.trainTask(alone);
  assert.equal(weightBytes(trainer.model), weightBytes(alone.model));
});

test('a measurement that a probe does not wait for is refused, and training can go on', async () => {
  const trainer = await begun();
  let measurement: Promise<number> | undefined;
  await assert.rejects(
    probed(trainer, () => void (measurement = trainer.evaluate(testLoaders[0]))),
    /EWC.evaluate: it is still running, but the probe that called it has ended; wait for it: write await/,
  );
  await assert.rejects(CALLS.trainTask(trainer), /EWC.evaluate is still running/, 'it would measure a model that changes');
  await measurement;
  assert.equal(((await CALLS.trainTask(trainer)) as { steps: number }).steps, 17);
});

test('callbacks may save between two steps, and what they save goes on bit for bit', async () => {
  for (const callback of ['onProgress', 'onLosses', 'onTask'] as const) {
    const trainer = await begun();
    let saved: string | undefined;
    const save = () => void (saved ??= JSON.stringify(trainer.state()));
    await trainer.trainTask(trainLoaders[1], { execution: 'op-by-op', [callback]: save });
    const restored = new EWC(smallModel('SingleHeadMLP'), OPTIONS);
    restored.restore(JSON.parse(saved!) as TrainerState);
    if (callback !== 'onTask') await restored.trainTask(trainLoaders[1], { execution: 'op-by-op' });
    assert.equal(JSON.stringify(restored.state()), JSON.stringify(trainer.state()), callback);
  }
});

test('a method may put other weights into its model between two steps, but not save, load or free anything there', async () => {
  const start = smallModel('SingleHeadMLP');
  const states: string[] = [];
  /** Learns each phase from the start. */
  class Anew extends NaiveTrainer {
    protected override async beginTask(): Promise<void> {
      await Promise.resolve();
      this.reset();
    }
    protected override phases(): Phase[] {
      return [{ epochs: 2 }, { epochs: 4, begin: () => this.reset() }];
    }
    protected override memoryState(): object {
      return {};
    }
    private reset(): void {
      states.push(weightBytes(this.model));
      this.model.restore(start.state());
      assert.equal(weightBytes(this.model), weightBytes(start));
      for (const call of [() => this.state(), () => this.dispose(), () => this.model.dispose()]) {
        assert.throws(call, /(Anew.state|Anew.dispose|SingleHeadMLP.dispose): Anew.trainTask is still running on this model/);
      }
    }
  }
  const trainer = new Anew(smallModel('SingleHeadMLP'), OPTIONS);
  await trainer.trainTask(trainLoaders[0]);
  assert.equal(states.length, 2);
  assert.notEqual(states[1], weightBytes(start), 'the first phase has learnt');
  trainer.model.restore(start.state()); // after the call anybody may
  trainer.model.dispose();
});
