import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { encodeTensor, initBackend, type TensorState } from '../../src/backend';
import type { TaskLoader } from '../../src/data/loader';
import type { Task } from '../../src/data/task';
import { EWC, METHODS, methodCompatibility, NaiveTrainer } from '../../src/methods';
import { together } from '../../src/training';
import type { TrainerState, TrainingData, CLTrainer } from '../../src/training';
import { runNode } from '../child';
import { ORIGINAL } from '../methods/commonSuite';
import { easyStream, smallModel } from '../methods/fixtures';
import { RandomStream } from '../../src/utils/random';
import { weightBytes } from './fixtures';
import { interrupted, learnAll, trainerOf } from './lives';
import type { LifePlan } from './lives';

before(async () => {
  await initBackend('native');
});

const OPTIMIZERS = [{}, { optimizer: 'adam', lr: 0.005, keepOptimizer: true }];
const OWN_OPTIONS: Record<string, object[]> = { gem: [{ memoryPerTask: 20 }], ewc: [{}, { online: true, gamma: 0.9 }] };
const PLANS = METHODS.filter(({ needs }) => !needs.withoutSteps).flatMap(({ name }) =>
  (['op-by-op', 'recorded'] as const).flatMap((execution) =>
    OPTIMIZERS.slice(ORIGINAL.includes(name) ? 0 : execution === 'recorded' ? 1 : 2).flatMap((optimizer) =>
      (OWN_OPTIONS[name] ?? [{}]).map((own): LifePlan => {
        const scenario = methodCompatibility(name, 'class-incremental').fit === 'no' ? 'task-incremental' : 'class-incremental';
        return { method: name, scenario, execution, options: { ...own, ...optimizer } };
      }),
    ),
  ),
);

test('saved in the middle of a task and restored in another process, every method ends bit for bit alike: op by op and recorded, a fresh SGD and a kept Adam', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'continual-learning-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [from, to] = [join(folder, 'saved.json'), join(folder, 'ends.json')];
  const saved: { plan: LifePlan; state: TrainerState }[] = [];
  const wholes: string[] = [];
  for (const plan of PLANS) {
    // Recording begins at the sixth step: it draws ahead, for the smaller batch that is next and for the step after it.
    const state = await interrupted(plan, plan.execution === 'recorded' ? [6, 7] : [9]);
    if (plan.method === 'er' && plan.execution === 'recorded') assert.equal(state.cursor!.ahead.length, 1);
    saved.push({ plan, state });
    wholes.push(await learnAll(trainerOf(plan), plan));
  }
  writeFileSync(from, JSON.stringify(saved));
  const { status, output } = runNode([join(__dirname, 'goOn.js'), from, to]);
  assert.equal(status, 0, output);
  const ends = JSON.parse(readFileSync(to, 'utf8')) as string[];
  PLANS.forEach((plan, i) => assert.ok(ends[i] === wholes[i], `${JSON.stringify(plan)} ends otherwise`));
  assert.ok(new Set(wholes).size >= PLANS.length / 2, 'they are different trainings');
});

test('saved between two tasks, before a consolidation and after it, it goes on bit for bit', async () => {
  const plan: LifePlan = { method: 'er', scenario: 'class-incremental', execution: 'op-by-op', options: { keepOptimizer: true } };
  const [first, second] = easyStream(plan.scenario, 12).trainLoaders;
  const run = async (handOver: (trainer: CLTrainer<object>) => CLTrainer<object>) => {
    let trainer = trainerOf(plan);
    await trainer.trainTask(first, { execution: 'op-by-op' });
    trainer = handOver(trainer);
    await trainer.consolidate(first);
    trainer = handOver(trainer);
    await trainer.trainTask(second, { execution: 'op-by-op' });
    return JSON.stringify(trainer.state());
  };
  const anew = (trainer: CLTrainer<object>) => {
    const restored = trainerOf(plan);
    restored.restore(JSON.parse(JSON.stringify(trainer.state())) as TrainerState);
    return restored;
  };
  assert.equal(await run(anew), await run((trainer) => trainer));
});

/** Learns all data so far, as joint training does. */
class Joint extends NaiveTrainer {
  protected override trainingData(_loader: TaskLoader, seen: readonly TaskLoader[]): TrainingData {
    return together(seen, (epoch, size) => new RandomStream(this.options.seed, `joint ${epoch}`).permutation(size));
  }
}

test('a method that learns from earlier tasks’ data too has it again after restore, or says that it lacks it', async () => {
  const make = () => new Joint(smallModel('SingleHeadMLP'), { epochs: 3, lr: 0.05, seed: 1 });
  const stream = easyStream('class-incremental');
  const whole = make();
  await whole.runSequence(stream, { execution: 'op-by-op' });
  const first = make();
  const signal = { get aborted() { return (first.tracker?.matrix[0][0] ?? null) !== null; } }; // prettier-ignore
  await assert.rejects(first.runSequence(stream, { execution: 'op-by-op', signal }), { name: 'TrainingInterrupted' });
  const restored = make();
  restored.restore(first.state());
  await assert.rejects(
    restored.trainTask(stream.trainLoaders[1]),
    /Joint: it learns from data of earlier tasks too, and that of task 1 is not there after restore; go on with runSequence/,
  );
  await restored.runSequence(stream, { execution: 'op-by-op' });
  assert.equal(weightBytes(restored.model), weightBytes(whole.model));
});

test('after a restore that failed half-way no call goes on, until a whole state is restored', async () => {
  const make = () => new EWC(smallModel('SingleHeadMLP'), { epochs: 1 });
  const { trainLoaders, testLoaders } = easyStream('class-incremental');
  const [first, second] = [make(), make()];
  await first.trainTask(trainLoaders[0]);
  await first.consolidate(trainLoaders[0]);
  const state = first.state();
  assert.throws(() => second.restore({ ...state, memory: {} }), /^Error: EWC.restore: anchors must be an array, got undefined/);
  const half = /a restore failed half-way, .*; restore a whole state, or make model and trainer anew/;
  await assert.rejects(second.trainTask(trainLoaders[0]), half);
  await assert.rejects(second.evaluate(testLoaders[0]), half);
  assert.throws(() => second.state(), half);
  second.restore(state);
  assert.equal(await second.evaluate(testLoaders[0]), await first.evaluate(testLoaders[0]));
});

test('draws that a damaged file says were made ahead are refused before a step is made with them', async () => {
  const plan: LifePlan = { method: 'er', scenario: 'class-incremental', execution: 'op-by-op', options: {} };
  const state = await interrupted(plan);
  const [six, seven] = [6, 7].map((count) => encodeTensor(new Int32Array(count), [count]));
  const goOn = async (...ahead: Record<string, TensorState>[]) => {
    const trainer = trainerOf(plan);
    trainer.restore({ ...state, cursor: { ...state.cursor!, ahead } });
    const before = weightBytes(trainer.model);
    const memory = JSON.stringify(trainer.state().memory);
    await learnAll(trainer, plan).catch((error: Error) => {
      assert.equal(weightBytes(trainer.model), before);
      assert.equal(JSON.stringify(trainer.state().memory), memory);
      throw error;
    });
  };
  const damaged =
    /^Error: ExperienceReplay: what it has drawn for steps to come is not what the method draws; the saved state is/;
  const wrong: Record<string, TensorState>[] = [{}, { other: six }, { replay: seven }, { replay: six, more: six }];
  for (const one of wrong) await assert.rejects(goOn(one), damaged);
  await assert.rejects(goOn(...Array.from({ length: 9 }, () => ({ replay: six }))), damaged, 'more than steps are left');
  await goOn({ replay: six });
});

/** Keeps something and does not say how to save it. */
class Forgetful extends NaiveTrainer {
  readonly seen: string[] = [];
  protected override endTask({ name }: Task): void {
    this.seen.push(name);
  }
}

/** Draws from a stream of its own. */
class Drawing extends NaiveTrainer {
  private readonly random = new RandomStream(1, 'own');
  protected override draws(batchSize: number): Record<string, Int32Array> {
    return { own: this.random.choice(100, batchSize) };
  }
}

/** Says that there is nothing to save, and keeps nothing. */
class Honest extends Forgetful {
  protected override memoryState(): object {
    return { seen: this.seen };
  }
  protected override restoreMemory({ seen }: { seen: string[] }): void {
    this.seen.push(...seen);
  }
}

test('a method with a memory that it does not save is refused by state() and restore()', () => {
  for (const [Method, hook] of [
    [Forgetful, 'endTask'],
    [Drawing, 'draws'],
  ] as const) {
    // prettier-ignore
    const trainer = new Method(smallModel('DomainMLP'));
    const reason = new RegExp(
      `${Method.name}.state: it overrides ${hook}, so it may keep something, .*; override memoryState and`,
    );
    assert.throws(() => trainer.state(), reason);
    assert.throws(() => trainer.restore({} as TrainerState), reason);
  }
  const honest = new Honest(smallModel('DomainMLP'));
  honest.restore({ ...honest.state(), memory: { seen: ['a task'] } });
  assert.deepEqual(honest.seen, ['a task']);
});
