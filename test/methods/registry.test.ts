import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { findMethod, methodCompatibility, METHODS, registerMethod, type MethodEntry } from '../../src/methods';
import { architectureCompatibility, architectureNames } from '../../src/models';
import { commonSuite, make, ORIGINAL, OPTIONS, scenarios, weightBytes } from './commonSuite';
import { taskFreeScenario } from '../../src/scenarios';
import type { TrainerState } from '../../src/training';
import { easyDataset, easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend();
});

METHODS.forEach((entry) => commonSuite(entry, scenarios, ORIGINAL.includes(entry.name) ? scenarios : undefined));

test('every pairing of architecture and scenario that the table forbids is refused before training, with the table’s reason', async () => {
  let refused = 0;
  for (const architecture of architectureNames().filter((name) => name !== 'MLP')) {
    for (const scenario of scenarios) {
      const { fit, reason } = architectureCompatibility(architecture, scenario);
      if (fit !== 'no') continue;
      refused++;
      const model = smallModel(architecture);
      const before = weightBytes(model);
      const trainer = findMethod('naive').create(model, OPTIONS);
      const stream = easyStream(scenario);
      const refusal = new RegExp(`^Error: ${architecture} in the ${scenario} scenario: ${reason}`);
      await assert.rejects(trainer.runSequence(stream), refusal);
      await assert.rejects(trainer.trainTask(stream.trainLoaders[0]), refusal);
      await assert.rejects(trainer.evaluate(stream.testLoaders[0]), refusal);
      assert.deepEqual(weightBytes(model), before);
    }
  }
  assert.equal(refused, 5);
});

test('every pairing of method and scenario that is called impossible is refused with a reason and a remedy', async () => {
  const refused = new Map<string, number>();
  for (const entry of METHODS) {
    for (const scenario of scenarios) {
      const { fit, reason } = methodCompatibility(entry.name, scenario);
      if (fit !== 'no') continue;
      refused.set(entry.name, (refused.get(entry.name) ?? 0) + 1);
      assert.match(reason, /; use er or gem$/);
      const refusal = entry.needs.notIn?.[scenario] ?? 'needs the task id at test time, .*; use ';
      await assert.rejects(make(entry, scenario).runSequence(easyStream(scenario)), new RegExp(refusal));
    }
  }
  const expected = METHODS.map(({ name, needs }): [string, number] => [
    name,
    needs.taskId === 'test' ? 2 : Object.keys(needs.notIn ?? {}).length,
  ]);
  assert.deepEqual(refused, new Map(expected.filter(([, count]) => count > 0)));
  assert.equal(refused.get('pnn'), 2, 'PNN in the two scenarios that hide the task id');
});

test('methods that need no boundaries learn a stream that hides them, saved and restored in the middle alike; the others are refused', async () => {
  const stream = () => taskFreeScenario(easyDataset(), { nTasks: 3, batchSize: 8, seed: 7 });
  const options = { ...OPTIONS, epochs: 4, capacity: 60, replayRatio: 1, referenceSize: 20, features: 60 };
  const open = [
    'naive',
    'joint',
    'cumulative',
    'l2-init',
    'der',
    'derpp',
    'er-ace',
    'mir',
    'ncm',
    'slda',
    'randumb',
    'continual-backprop',
  ];
  const found: string[] = [];
  for (const { name, needs, create } of METHODS.filter(
    (entry) => methodCompatibility(entry.name, 'class-incremental').fit !== 'no',
  )) {
    const make = (more: object = {}) => {
      const known = create(smallModel('SingleHeadMLP')).options;
      const own = Object.entries({ ...options, ...more }).filter(([option]) => Object.hasOwn(known, option));
      return create(smallModel('SingleHeadMLP'), Object.fromEntries(own));
    };
    if (needs.taskBoundaries) {
      await assert.rejects(make().runSequence(stream()), /must be told where a task begins and ends/, name);
      if (name !== 'er') continue;
    } else found.push(name);
    const more = name === 'er' ? { fill: 'every-step' } : {};
    const [whole, first, second] = [make(more), make(more), make(more)];
    const { matrix } = await whole.runSequence(stream(), { execution: 'op-by-op' });
    matrix.forEach((row, task) => assert.ok(row[task]! > 0.4, `${name}: stretch ${task}: ${row[task]}`)); // of six classes
    await first.trainTask(stream().trainLoaders[0], { execution: 'op-by-op' });
    await first.consolidate(stream().trainLoaders[0]);
    second.restore(JSON.parse(JSON.stringify(first.state())) as TrainerState);
    await second.runSequence(stream(), { execution: 'op-by-op' });
    assert.deepEqual(weightBytes(second.model), weightBytes(whole.model), name);
    const last = (trainer: typeof whole) => trainer.evaluateAll(stream().testLoaders);
    assert.deepEqual(await last(second), await last(whole), name);
  }
  assert.deepEqual(found.sort(), open.sort());
});

test('the trainers of all methods have the name they are registered under', () => {
  const names = METHODS.map(({ name }) => name);
  assert.deepEqual(names.slice(0, 5), ['naive', 'ewc', 'er', 'gem', 'pnn']);
  assert.equal(new Set(names).size, names.length);
  for (const entry of METHODS) {
    assert.equal(entry.create(smallModel(entry.needs.architecture ?? 'DomainMLP')).method, entry.name);
    assert.ok(entry.relativeCost >= 1);
  }
});

test('every method says where it comes from and what its tests prove', () => {
  const silent = METHODS.filter(({ paper, tested }) => !paper || !tested).map(({ name }) => name);
  assert.deepEqual(silent, []);
});

test('a method can be registered, takes the place of an earlier one of its name, and must say what it is', () => {
  const own = { ...findMethod('naive'), name: 'own', label: 'Own' };
  const before = METHODS.length;
  registerMethod(own);
  registerMethod({ ...own, label: 'Own, later' });
  assert.equal(METHODS.length, before + 1);
  assert.equal(findMethod('own').label, 'Own, later');
  assert.throws(() => registerMethod({ ...own, grid: { lr: [] } }), /registerMethod: grid\.lr is empty/);
  assert.throws(() => registerMethod({ ...own, grid: [0.1] as never }), /registerMethod: grid is \[0\.1\]; give lists/);
  assert.throws(() => registerMethod({ ...own, useWhen: ' ' }), /registerMethod: useWhen is missing/);
  (METHODS as MethodEntry[]).pop();
});

test('every grid holds the defaults of its options, so that tuning can choose them, and none is a budget', () => {
  const budgets = ['capacity', 'memoryPerTask', 'replayRatio', 'referenceSize', 'candidates', 'features', 'nFisherSamples'];
  for (const { name, grid = {}, create, needs } of METHODS) {
    const { options } = create(smallModel(needs.architecture ?? 'DomainMLP'));
    for (const [option, values] of Object.entries(grid)) {
      assert.ok(values.includes((options as unknown as Record<string, number>)[option]), `${name}: ${option}`);
      assert.ok(!budgets.includes(option), `${name}: ${option}`);
    }
  }
});

test('an unknown method is refused with the known names', () => {
  assert.throws(() => findMethod('ewwc'), /method: there is none called 'ewwc'; known methods: naive, ewc, er, gem, pnn/);
  assert.throws(() => findMethod('é'.repeat(1000)), ({ message }: Error) => /^method: .*known methods: naive/.test(message) && message.length < 600); // prettier-ignore
});
