import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import type { ScenarioName } from '../../src/data/task';
import { findMethod, methodCompatibility, METHODS } from '../../src/methods';
import { DomainMLP, MultiHeadMLP, SingleHeadMLP, type Model } from '../../src/models';
import type { CLTrainer, TrainerState } from '../../src/training';
import { bytes } from '../models/fixtures';
import { lifeStream, Stutter, untilDone } from './fixtures';

before(async () => {
  await initBackend('native');
});

const NET = { inputSize: 16, hidden: [16, 12], normalisation: 'batch', seed: 7 } as const;
const MODELS: Record<ScenarioName, () => Model> = {
  'task-incremental': () => new MultiHeadMLP(NET),
  'domain-incremental': () => new DomainMLP({ ...NET, nClasses: 6 }),
  'class-incremental': () => new SingleHeadMLP(NET),
};
/** Methods that batch normalisation does not go together with, and why. */
const REFUSED: Record<string, RegExp> = {
  hat: /^Error: HAT: tasks have units or weights of their own, but batch normalisation has one .*; make the model without normalisation/,
  xdg: /^Error: XdG: tasks have units or weights of their own/,
  packnet: /^Error: PackNet: tasks have units or weights of their own/,
  'continual-backprop':
    /^Error: ContinualBackprop: a fresh unit would keep the running mean .*; make the model without normalisation: 'batch'/,
};
const OPTIONS: Record<string, object> = {
  ewc: { lambda: 20 },
  gem: { memoryPerTask: 40 },
  icarl: { lr: 0.1 },
  mas: { lambda: 0.05 },
};

const make = (method: string, scenario: ScenarioName) =>
  findMethod(method).create(MODELS[scenario](), { epochs: 12, lr: 0.05, seed: 1, ...OPTIONS[method] });
const variables = ({ model }: CLTrainer<object>) => [...model.parameters(), ...model.buffers()];

async function learn(trainer: CLTrainer<object>, scenario: ScenarioName, call: object) {
  const losses: number[] = [];
  const onLosses = (some: Float32Array) => void losses.push(...some);
  const { result } = await untilDone(() => trainer.runSequence(lifeStream(scenario), { ...call, onLosses }));
  return { losses, matrix: result.matrix };
}

/** A scenario that the method suits with a network of its own kind. */
function scenarioOf(method: string): ScenarioName {
  const suits = (scenario: ScenarioName) => methodCompatibility(method, scenario).fit === 'yes';
  return (['class-incremental', 'task-incremental', 'domain-incremental'] as const).find(suits) ?? 'task-incremental';
}

const methods = METHODS.map(({ name }) => name).filter((name) => name !== 'pnn');

for (const method of methods) {
  const scenario = scenarioOf(method);
  const refusal = REFUSED[method];
  if (refusal) {
    test(`${method} refuses a normalised network with the reason and what to do`, () => {
      assert.throws(() => make(method, scenario), refusal);
    });
    continue;
  }
  if (findMethod(method).needs.withoutSteps) continue; // it has a network only to look through

  test(`${method} on a normalised network, ${scenario}: recorded and op by op alike, and bit for bit after a break`, async () => {
    const [recorded, single] = [make(method, scenario), make(method, scenario)];
    const lives = [
      await learn(recorded, scenario, { execution: 'recorded' }),
      await learn(single, scenario, { execution: 'op-by-op' }),
    ];
    lives[1].matrix.forEach((row, task) => assert.ok(row[task]! > 0.9, `task ${task}: ${row[task]}`));
    assert.ok(lives[0].losses.length > 150, 'so that 100 steps reach into the second task');
    lives[0].losses.slice(0, 100).forEach((loss, step) => {
      const other = lives[1].losses[step];
      assert.ok(Math.abs(loss - other) < 1e-3 * Math.max(1, loss), `step ${step}: ${loss} recorded, ${other} op by op`);
    });
    const first = make(method, scenario);
    let looks = 0;
    const signal = { get aborted() { return first.tracker?.matrix[0][0] !== null && ++looks === 2; } }; // prettier-ignore
    const interrupted = first.runSequence(lifeStream(scenario), { execution: 'op-by-op', signal });
    await assert.rejects(interrupted, { name: 'TrainingInterrupted' });
    const second = make(method, scenario);
    second.restore(JSON.parse(JSON.stringify(first.state())) as TrainerState);
    const { matrix } = await learn(second, scenario, { execution: 'op-by-op', signal: new Stutter() });
    assert.deepEqual(matrix, lives[1].matrix);
    assert.deepEqual(variables(second).map(bytes), variables(single).map(bytes));
  });
}

test('a network that is evaluated and asked keeps its running statistics bit for bit, and training moves those of every layer', async () => {
  const trainer = make('naive', 'class-incremental');
  const { trainLoaders, testLoaders } = lifeStream('class-incremental');
  const start = trainer.model.buffers().map(bytes);
  await trainer.trainTask(trainLoaders[0]);
  const trained = trainer.model.buffers().map(bytes);
  trained.forEach((one, i) => assert.notEqual(one, start[i]));
  await trainer.evaluateAll(testLoaders);
  const raw = testLoaders[0].sampleImages(3).map((row) => Array.from(row));
  const [together] = [trainer.predict(raw), trainer.model.predict(raw), trainer.model.forward(raw)];
  assert.deepEqual(trainer.predict([raw[0]])[0].label, together[0].label);
  assert.ok(Math.abs(trainer.predict([raw[0]])[0].probability - together[0].probability) < 1e-6, 'whoever is asked beside it');
  assert.deepEqual(trainer.model.buffers().map(bytes), trained);
  trainer.model.lossAndGradients(raw, [0, 0, 1]);
  trained.forEach((one, i) => assert.notEqual(bytes(trainer.model.buffers()[i]), one));
});

for (const method of ['ewc', 'gem', 'mas', 'si', 'er']) {
  test(`${method} on a normalised network: what it computes around training leaves the running statistics alone, and it keeps more than naive`, async () => {
    const scenario = method === 'er' ? 'class-incremental' : 'task-incremental';
    const kept = async (name: string) => {
      const { matrix } = await learn(make(name, scenario), scenario, { execution: 'recorded' });
      return (matrix[0][2]! + matrix[1][2]!) / 2;
    };
    const [own, naive] = [await kept(method), await kept('naive')];
    assert.ok(own > naive + 0.02, `it keeps ${own}, naive ${naive}`);
    const trainer = make(method, scenario);
    const { trainLoaders } = lifeStream(scenario);
    await trainer.trainTask(trainLoaders[0]);
    const trained = trainer.model.buffers().map(bytes);
    await trainer.consolidate(trainLoaders[0]);
    assert.deepEqual(trainer.model.buffers().map(bytes), trained);
  });
}
