import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import type { ScenarioName } from '../../src/data/task';
import { findMethod, methodCompatibility, METHODS, type MethodEntry } from '../../src/methods';
import type { CLTrainer } from '../../src/training';
import type { Model, ModelState } from '../../src/models';
import { ARCHITECTURE_COMPATIBILITY, ARCHITECTURE_FOR, SCENARIOS } from '../../src/scenarios/compatibility';
import { bytes } from '../models/fixtures';
import { easyStream, smallModel, Stutter, untilDone } from './fixtures';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 3, lr: 0.05, seed: 1 };
const scenarios = Object.keys(SCENARIOS) as ScenarioName[];
const modelFor = (entry: MethodEntry, scenario: ScenarioName) => smallModel(entry.architecture ?? ARCHITECTURE_FOR[scenario]);
const weightBytes = (model: Model) => model.parameters().map(bytes);

/** Learns the whole stream; gives the weights and the matrix, as text. */
async function learn(trainer: CLTrainer<object>, scenario: ScenarioName, signal?: Stutter) {
  const stream = easyStream(scenario);
  const { result, interruptions } = await untilDone(() => trainer.runSequence(stream, { signal }));
  return { text: JSON.stringify([result.matrix, weightBytes(trainer.model)]), matrix: result.matrix, interruptions };
}

// The common suite: what every registered method has to keep in every scenario it can learn.
for (const entry of METHODS) {
  for (const scenario of scenarios.filter((name) => methodCompatibility(entry.name, name).fit !== 'no')) {
    const about = `${entry.name}, ${scenario}: `;
    const make = (options: Record<string, unknown> = {}) => entry.create(modelFor(entry, scenario), { ...OPTIONS, ...options });

    test(`${about}learns one task`, async () => {
      const { trainLoaders, testLoaders } = easyStream(scenario);
      const trainer = make({ epochs: 15 });
      const { loss } = await trainer.trainTask(trainLoaders[0]);
      const accuracy = await trainer.evaluate(testLoaders[0]);
      assert.ok(accuracy > 0.9 && loss < 0.4, `accuracy ${accuracy}, loss ${loss}`);
    });

    test(`${about}same seed, same numbers, bit for bit; interrupted and resumed as well`, async () => {
      const [first, again, pieces] = [
        await learn(make(), scenario),
        await learn(make(), scenario),
        await learn(make(), scenario, new Stutter()),
      ];
      assert.equal(again.text, first.text);
      assert.ok(pieces.interruptions >= 3);
      assert.equal(pieces.text, first.text);
      assert.equal(first.matrix.flat().filter((cell) => cell === null).length, scenario === 'domain-incremental' ? 0 : 1);
    });

    test(`${about}what was learnt survives save and load: a fresh model restored from JSON answers alike`, async () => {
      const trainer = make();
      const stream = easyStream(scenario);
      await trainer.runSequence(stream);
      const copy = modelFor(entry, scenario);
      copy.restore(JSON.parse(JSON.stringify(trainer.model.state())) as ModelState);
      assert.deepEqual(weightBytes(copy), weightBytes(trainer.model));
      const accuracies = await entry.create(copy).evaluateAll(stream.testLoaders);
      assert.deepEqual(
        accuracies,
        trainer.tracker!.matrix.map((row) => row[2]),
      );
    });

    test(`${about}the tensor count stays flat over 200 steps of the second task`, async () => {
      const { trainLoaders } = easyStream(scenario);
      const trainer = make({ epochs: 40 });
      await trainer.trainTask(trainLoaders[0]);
      await trainer.consolidate(trainLoaders[0]);
      const counts: number[] = [];
      const steps = [20, 50, 100, 150, 199];
      await trainer.trainTask(trainLoaders[1], { probes: { steps, measure: () => void counts.push(backend().tensorCount()) } });
      assert.equal(counts.length, steps.length);
      assert.equal(new Set(counts).size, 1, `${counts}`);
    });

    test(`${about}after a whole stream and dispose() no tensor is left`, async () => {
      const work = async () => {
        const trainer = make();
        await learn(trainer, scenario);
        trainer.dispose();
        trainer.model.dispose();
      };
      await work(); // constants of the backend are made once
      const before = backend().tensorCount();
      await work();
      assert.equal(backend().tensorCount(), before);
    });

    test(`${about}a loss that explodes stops training with task, epoch, step and cause, and frees the data`, async () => {
      const { trainLoaders } = easyStream(scenario);
      const expected =
        /^task 1 \(.*\), epoch \d of 3, step \d of 5: the loss (exploded to|is not a number).*; likely cause: a learning rate of 1000000 /;
      const fail = async () => {
        const trainer = make({ lr: 1e6 });
        await assert.rejects(
          trainer.trainTask(trainLoaders[0]),
          ({ message }: Error) => expected.test(message) || assert.fail(message),
        );
        trainer.dispose();
        trainer.model.dispose();
      };
      await fail();
      const before = backend().tensorCount();
      await fail();
      assert.equal(backend().tensorCount(), before);
    });

    test(`${about}a loss that explodes in the second task says so, too`, async () => {
      const { trainLoaders } = easyStream(scenario);
      const trainer = make();
      await trainer.trainTask(trainLoaders[0]);
      await trainer.consolidate(trainLoaders[0]);
      trainer.options.lr = 1e6;
      trainer.options.epochs = 20;
      await assert.rejects(
        trainer.trainTask(trainLoaders[1]),
        /^Error: (task 2 \(.*\), epoch \d+ of 20, step \d of 5: the loss|EWC: the penalty would diverge)/,
      );
    });

    test(`${about}refuses unknown options and to consolidate what was not trained`, async () => {
      assert.throws(() => make({ lamda: 1 }), /unknown option 'lamda'; known options: lr, momentum, epochs, seed/);
      await assert.rejects(
        make().consolidate(easyStream(scenario).trainLoaders[0]),
        /task 0 has not been trained; call trainTask/,
      );
    });
  }
}

test('every pairing of architecture and scenario that the table forbids is refused before training, with the table’s reason', async () => {
  for (const [architecture, cells] of Object.entries(ARCHITECTURE_COMPATIBILITY)) {
    if (architecture === 'MLP') continue; // the same row as DomainMLP
    for (const scenario of scenarios.filter((name) => cells[name].fit === 'no')) {
      const model = smallModel(architecture);
      const before = weightBytes(model);
      const trainer = findMethod('naive').create(model, OPTIONS);
      const stream = easyStream(scenario);
      const refusal = new RegExp(`^Error: ${architecture} in the ${scenario} scenario: ${cells[scenario].reason}`);
      await assert.rejects(trainer.runSequence(stream), refusal);
      await assert.rejects(trainer.trainTask(stream.trainLoaders[0]), refusal);
      await assert.rejects(trainer.evaluate(stream.testLoaders[0]), refusal);
      assert.deepEqual(weightBytes(model), before);
    }
  }
});

test('every pairing of method and scenario that is called impossible is refused with a reason and a remedy', async () => {
  let refused = 0;
  for (const entry of METHODS) {
    for (const scenario of scenarios) {
      const { fit, reason } = methodCompatibility(entry.name, scenario);
      if (fit !== 'no') continue;
      refused++;
      assert.match(reason, /; use /);
      await assert.rejects(
        entry.create(modelFor(entry, scenario), OPTIONS).runSequence(easyStream(scenario)),
        /needs the task id at test time, .*; use /,
      );
    }
  }
  assert.equal(refused, 2, 'PNN in the two scenarios that hide the task id');
});

test('every method says when to use it, when it breaks and how to choose its options, under a name of its own', () => {
  for (const { name, label, useWhen, breaksWhen, ruleOfThumb } of METHODS) {
    for (const text of [name, label, useWhen, breaksWhen, ruleOfThumb]) assert.ok(text.length > 1);
  }
  assert.deepEqual(
    METHODS.map(({ name }) => name),
    ['naive', 'ewc', 'er', 'gem', 'pnn'],
  );
  for (const entry of METHODS) assert.equal(entry.create(smallModel(entry.architecture ?? 'DomainMLP')).method, entry.name);
});

test('an unknown method is refused with the known names', () => {
  assert.throws(() => findMethod('ewwc'), /method: there is none called 'ewwc'; known methods: naive, ewc, er, gem, pnn/);
});
