import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { backend } from '../../src/backend';
import type { ScenarioName } from '../../src/data/task';
import { findMethod, loadTrainer, methodCompatibility, type MethodEntry } from '../../src/methods';
import { architectureFor, Model, MultiHeadMLP } from '../../src/models';
import { SCENARIOS } from '../../src/scenarios/compatibility';
import type { CLTrainer, TrainCall, TrainerState } from '../../src/training';
import { bytes } from '../models/fixtures';
import { collectGarbage, easyStream, lifeStream, smallModel, Stutter, untilDone } from './fixtures';

/** Options that every method learns easy data with. */
export const OPTIONS = { epochs: 12, lr: 0.05, seed: 1 };
/** What a method needs to keep something of easy data; a new method that its defaults serve needs no line here. */
const OWN_OPTIONS: Record<string, Record<string, unknown>> = {
  ewc: { lambda: 200 },
  gem: { memoryPerTask: 40 },
  si: { c: 0.5 },
  mas: { lambda: 0.05 },
  lwf: { lambda: 0.2 },
  randumb: { features: 60 },
  icarl: { lr: 0.1 },
  'continual-backprop': { replacementRate: 0.01, maturity: 20 }, // so that units are replaced at all
};
/** The methods of the first edition. */
export const ORIGINAL = ['naive', 'ewc', 'er', 'gem', 'pnn'];
export const scenarios = Object.keys(SCENARIOS) as ScenarioName[];
export const weightBytes = (model: Model) => model.parameters().map(bytes);

export function make({ name, create, needs }: MethodEntry, scenario: ScenarioName, options: Record<string, unknown> = {}) {
  // These need units to share out; XdG's own test compares it with naive training on the same network.
  const wide = ['xdg', 'hat'].includes(name) && new MultiHeadMLP({ inputSize: 16, hidden: [128, 96], seed: 7 });
  const model = wide || smallModel(needs.architecture ?? architectureFor(scenario));
  return create(model, { ...OPTIONS, ...OWN_OPTIONS[name], ...options });
}

/** Learns the whole stream; gives the weights and the matrix, as text, and the losses of all steps. */
async function learn(trainer: CLTrainer<object>, scenario: ScenarioName, call: TrainCall = {}) {
  const losses: number[] = [];
  const onLosses = (some: Float32Array) => void losses.push(...some);
  const { result, interruptions } = await untilDone(() => trainer.runSequence(lifeStream(scenario), { ...call, onLosses }));
  const text = JSON.stringify([result.matrix, weightBytes(trainer.model)]);
  return { text, losses, matrix: result.matrix, interruptions, trainer };
}

type Life = Awaited<ReturnType<typeof learn>>;
const lives = new Map<string, Promise<Life>>();

/** A life from the first task to the last, trained once for all tests that look at it. */
function life(entry: MethodEntry, scenario: ScenarioName, execution: 'recorded' | 'op-by-op' = 'op-by-op'): Promise<Life> {
  const key = `${entry.name} ${scenario} ${execution}`;
  const known = lives.get(key) ?? learn(make(entry, scenario), scenario, { execution });
  lives.set(key, known);
  return known;
}

/**
 * What a registered method has to keep.
 *
 * @param among scenarios to look at, of those it can learn
 * @param closely those in which saving, interrupting and the device's memory are looked at, too; default the last it can learn
 */
export function commonSuite(
  entry: MethodEntry,
  among: readonly ScenarioName[] = scenarios,
  closely?: readonly ScenarioName[],
): void {
  const learns = among.filter((name) => methodCompatibility(entry.name, name).fit !== 'no');
  for (const scenario of learns) learningSuite(entry, scenario);
  for (const scenario of learns) answeringSuite(entry, scenario);
  if (entry.needs.withoutSteps) return statisticsSuite(entry, learns);
  for (const scenario of learns.filter((name) => (closely ?? learns.slice(-1)).includes(name))) savingSuite(entry, scenario);
}

/** What depends on the scenario. */
function learningSuite(entry: MethodEntry, scenario: ScenarioName): void {
  const about = `${entry.name}, ${scenario}: `;

  test(`${about}learns every task`, async () => {
    const { matrix } = await life(entry, scenario);
    matrix.forEach((row, i) => assert.ok(row[i]! > 0.9, `task ${i + 1}: ${row[i]}`));
    assert.equal(matrix.flat().filter((cell) => cell === null).length, scenario === 'domain-incremental' ? 0 : 1);
  });

  const excuse = entry.needs.forgetsIn?.[scenario];
  test(`${about}${excuse ? 'says why it keeps no more of old tasks than naive' : 'keeps more of old tasks than naive'}`, async () => {
    const kept = ({ matrix }: Life) => (matrix[0][2]! + matrix[1][2]!) / 2;
    const [own, naive] = [kept(await life(entry, scenario)), kept(await life(findMethod('naive'), scenario))];
    if (excuse) assert.ok(excuse.length > 10 && own < naive + 0.1, `it keeps ${own}, naive ${naive}: the excuse is not true`);
    else assert.ok(own > naive + 0.02, `it keeps ${own}, naive ${naive}`);
  });
}

/**
 * What is answered to raw inputs: by the trainer as it was evaluated, by one from a file the same bit for bit, by the model alone the same
 * or nothing.
 */
function answeringSuite(entry: MethodEntry, scenario: ScenarioName): void {
  test(`${entry.name}, ${scenario}: predict answers as the accuracy matrix says; from a file alike; the model alone alike, or refuses`, async () => {
    const { trainer, matrix } = await life(entry, scenario);
    const folder = mkdtempSync(join(tmpdir(), 'predict-'));
    await trainer.save(folder);
    const [loaded, alone] = [await loadTrainer(folder), await Model.load(folder)];
    rmSync(folder, { recursive: true });
    const [byTask, own] = [SCENARIOS[scenario].taskIdAtTest, alone.answeredBy !== undefined];
    for (const model of own ? [trainer.model, loaded.model, alone] : []) {
      const refusal = `^Error: ${model.architecture}.predict: ${trainer.constructor.name} answers by more than the outputs`;
      assert.throws(() => model.predict([Array(16).fill(0)]), new RegExp(refusal));
    }
    alone.answeredBy = undefined;
    let differ = false;
    const { testLoaders } = lifeStream(scenario);
    for (const [i, loader] of testLoaders.entries()) {
      const raw = loader.sampleImages(loader.size).map((row) => Array.from(row));
      const options = { topK: 2, ...(byTask && { taskId: i }) };
      const said = trainer.predict(raw, options);
      const right = loader.labels().filter((label, row) => said[row].label === label).length;
      assert.equal(right / loader.size, matrix[i][2], `task ${i}`);
      const tasks = byTask ? [loader.task] : testLoaders.map(({ task }) => task);
      const names = new Map(tasks.flatMap(({ classes, classNames }) => classes.map((label, c) => [label, classNames[c]])));
      for (const { label, className, probability, top } of said) {
        assert.equal(className, names.get(label));
        assert.ok(top.length === 2 && top[0].label === label && probability >= top[1].probability && top[1].probability >= 0);
      }
      assert.deepEqual(loaded.predict(raw, options), said);
      differ ||= !isDeepStrictEqual(alone.predict(raw, options), said);
    }
    assert.equal(differ, own);
    loaded.dispose();
    [loaded.model, alone].forEach((model) => model.dispose());
  });
}

/** What hardly depends on it. */
function savingSuite(entry: MethodEntry, scenario: ScenarioName): void {
  const about = `${entry.name}, ${scenario}: `;

  test(`${about}recorded, the losses of 100 steps are those of op by op`, async () => {
    const [recorded, single] = [await life(entry, scenario, 'recorded'), await life(entry, scenario)];
    assert.ok(recorded.losses.length > 150, 'so that 100 steps reach into the second task');
    recorded.losses.slice(0, 100).forEach((loss, step) => {
      const gap = Math.abs(loss - single.losses[step]);
      assert.ok(gap < 1e-4 * Math.max(1, loss), `step ${step}: ${loss} recorded, ${single.losses[step]} op by op`);
    });
  });

  for (const execution of ['op-by-op', 'recorded'] as const) {
    test(`${about}saved in the middle of the second task and restored, and interrupted on the way, it ends bit for bit alike, ${execution}`, async () => {
      const whole = await life(entry, scenario, execution);
      const first = make(entry, scenario);
      let looks = 0;
      const signal = { get aborted() { return first.tracker?.matrix[0][0] !== null && ++looks === 2; } }; // prettier-ignore
      await assert.rejects(first.runSequence(lifeStream(scenario), { execution, signal }), { name: 'TrainingInterrupted' });
      const saved = JSON.stringify(first.state());
      const second = make(entry, scenario);
      second.restore(JSON.parse(saved) as TrainerState);
      assert.deepEqual(JSON.parse(JSON.stringify(second.state())), JSON.parse(saved));
      const rest = await learn(second, scenario, { execution, signal: execution === 'op-by-op' ? new Stutter() : undefined });
      assert.equal(rest.text, whole.text);
      assert.ok(execution === 'recorded' || rest.interruptions >= 3);
    });
  }

  test(`${about}saved before its first step, it is as new where it is restored`, async () => {
    const [first, second, third] = [0, 1, 2].map(() => make(entry, scenario, { epochs: 2 }));
    second.restore(JSON.parse(JSON.stringify(first.state())) as TrainerState);
    const { trainLoaders } = easyStream(scenario);
    const call = { execution: 'op-by-op' } as const; // left to itself, one of them may be recorded, the other not: other roundings
    const losses = [second, third].map(async (trainer) => (await trainer.trainTask(trainLoaders[0], call)).loss);
    assert.equal(await losses[0], await losses[1]);
  });

  test(`${about}the tensor count stays flat over 50 steps of the second task, and dispose() leaves none`, async () => {
    const work = async (epochs: number) => {
      const { trainLoaders } = easyStream(scenario);
      const trainer = make(entry, scenario, { epochs, lr: 0.01 }); // far from where a penalty diverges
      await trainer.trainTask(trainLoaders[0], { execution: 'op-by-op' });
      await trainer.consolidate(trainLoaders[0]);
      const counts: number[] = [];
      // Not before the first step, which puts what the method keeps on the device.
      const steps = [0.2, 0.4, 0.6, 0.8, 1].map((share) => Math.round(share * 5 * epochs) - 1);
      const measure = () => void counts.push(backend().tensorCount());
      await trainer.trainTask(trainLoaders[1], { execution: 'op-by-op', probes: { steps, measure } });
      await trainer.consolidate(trainLoaders[1]);
      trainer.dispose();
      trainer.model.dispose();
      assert.equal(counts.length, steps.length);
      assert.equal(Math.max(...counts), counts[0], `${counts}`); // a step that renews units holds less
    };
    await work(4); // constants of the backend are made once
    await collectGarbage();
    const before = backend().tensorCount();
    await work(10);
    assert.equal(backend().tensorCount(), before);
  });

  test(`${about}a loss that explodes stops training with task, epoch, step and cause, and frees the data`, async () => {
    const { trainLoaders } = easyStream(scenario);
    const expected =
      /^task 1 \(.*\), (?:train, )?epoch \d+ of 12, step \d of 5: the loss (exploded to|is not a number).*; likely cause: a learning rate of 1000000 /;
    const fail = async () => {
      const trainer = make(entry, scenario, { lr: 1e6 });
      await assert.rejects(
        trainer.trainTask(trainLoaders[0]),
        ({ message }: Error) => expected.test(message) || assert.fail(message),
      );
      trainer.dispose();
      trainer.model.dispose();
    };
    await fail();
    await collectGarbage();
    const before = backend().tensorCount();
    await fail();
    assert.equal(backend().tensorCount(), before);
  });

  test(`${about}refuses unknown options and to consolidate what was not trained`, async () => {
    assert.throws(
      () => make(entry, scenario, { lamda: 1 }),
      /unknown option 'lamda'; known options: lr, momentum, epochs, .*seed/,
    );
    await assert.rejects(
      make(entry, scenario).consolidate(easyStream(scenario).trainLoaders[0]),
      /task 1 has not been trained; call trainTask/,
    );
  });
}

/** What a method that takes no steps has to keep beyond learning. */
function statisticsSuite(entry: MethodEntry, learns: readonly ScenarioName[]): void {
  const scenario = learns[learns.length - 1];
  const about = `${entry.name}, ${scenario}: `;

  test(`${about}same seed, same numbers; saved between two tasks and restored, it ends bit for bit alike`, async () => {
    const whole = await life(entry, scenario);
    assert.deepEqual(whole.losses, []);
    const { trainLoaders } = lifeStream(scenario);
    const first = make(entry, scenario);
    await first.trainTask(trainLoaders[0]);
    await first.consolidate(trainLoaders[0]);
    const saved = JSON.stringify(first.state());
    const second = make(entry, scenario);
    second.restore(JSON.parse(saved) as TrainerState);
    assert.equal(JSON.stringify(second.state()), saved);
    const { matrix } = await learn(second, scenario);
    matrix.forEach((row, i) => row.slice(1).forEach((cell, j) => assert.equal(cell, whole.matrix[i][j + 1])));
  });

  test(`${about}dispose() leaves nothing on the device, and unknown options are refused`, async () => {
    const work = async () => {
      const trainer = make(entry, scenario);
      await trainer.runSequence(lifeStream(scenario));
      trainer.dispose();
      trainer.model.dispose();
    };
    await work(); // constants of the backend are made once
    await collectGarbage();
    const before = backend().tensorCount();
    await work();
    assert.equal(backend().tensorCount(), before);
    assert.throws(() => make(entry, scenario, { lamda: 1 }), /unknown option 'lamda'/);
  });
}
