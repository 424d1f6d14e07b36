import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import type { ScenarioName } from '../../src/data/task';
import { findMethod, methodCompatibility, METHODS, registerMethod, type MethodEntry } from '../../src/methods';
import { architectureCompatibility, architectureFor, architectureNames, type Model } from '../../src/models';
import { SCENARIOS } from '../../src/scenarios/compatibility';
import type { CLTrainer, TrainCall, TrainerState } from '../../src/training';
import { bytes } from '../models/fixtures';
import { collectGarbage, easyStream, lifeStream, smallModel, Stutter, untilDone } from './fixtures';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 12, lr: 0.05, seed: 1 };
/** What a method needs to keep something of easy data; a new method that its defaults serve needs no line here. */
const OWN_OPTIONS: Record<string, Record<string, unknown>> = { ewc: { lambda: 200 }, gem: { memoryPerTask: 40 } };
const scenarios = Object.keys(SCENARIOS) as ScenarioName[];
const weightBytes = (model: Model) => model.parameters().map(bytes);

function make({ name, create, needs }: MethodEntry, scenario: ScenarioName, options: Record<string, unknown> = {}) {
  const model = smallModel(needs.architecture ?? architectureFor(scenario));
  return create(model, { ...OPTIONS, ...OWN_OPTIONS[name], ...options });
}

/** Learns the whole stream; gives the weights and the matrix, as text. */
async function learn(trainer: CLTrainer<object>, scenario: ScenarioName, call: TrainCall = {}) {
  const { result, interruptions } = await untilDone(() => trainer.runSequence(lifeStream(scenario), call));
  const text = JSON.stringify([result.matrix, weightBytes(trainer.model)]);
  return { text, matrix: result.matrix, interruptions, model: trainer.model };
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

// The common suite: what every registered method has to keep in every scenario it can learn.
for (const entry of METHODS) {
  for (const scenario of scenarios.filter((name) => methodCompatibility(entry.name, name).fit !== 'no')) {
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

    test(`${about}same seed, same numbers, bit for bit; interrupted and resumed as well`, async () => {
      const first = await life(entry, scenario);
      const pieces = await learn(make(entry, scenario), scenario, { execution: 'op-by-op', signal: new Stutter() });
      assert.ok(pieces.interruptions >= 3);
      assert.equal(pieces.text, first.text);
    });

    for (const execution of ['op-by-op', 'recorded'] as const) {
      test(`${about}saved in the middle of the second task and restored, it ends bit for bit alike, ${execution}`, async () => {
        const whole = await life(entry, scenario, execution);
        const first = make(entry, scenario);
        let looks = 0;
        const signal = { get aborted() { return first.tracker?.matrix[0][0] !== null && ++looks === 2; } }; // prettier-ignore
        await assert.rejects(first.runSequence(lifeStream(scenario), { execution, signal }), { name: 'TrainingInterrupted' });
        const saved = JSON.stringify(first.state());
        const second = make(entry, scenario);
        second.restore(JSON.parse(saved) as TrainerState);
        assert.deepEqual(JSON.parse(JSON.stringify(second.state())), JSON.parse(saved));
        assert.equal((await learn(second, scenario, { execution })).text, whole.text);
      });
    }

    test(`${about}the tensor count stays flat over 200 steps of the second task, and dispose() leaves none`, async () => {
      const work = async () => {
        const { trainLoaders } = easyStream(scenario);
        const trainer = make(entry, scenario, { epochs: 40 });
        await trainer.trainTask(trainLoaders[0]);
        await trainer.consolidate(trainLoaders[0]);
        const counts: number[] = [];
        const steps = [20, 50, 100, 150, 199];
        const measure = () => void counts.push(backend().tensorCount());
        await trainer.trainTask(trainLoaders[1], { execution: 'op-by-op', probes: { steps, measure } });
        await trainer.consolidate(trainLoaders[1]);
        trainer.dispose();
        trainer.model.dispose();
        assert.equal(counts.length, steps.length);
        assert.equal(new Set(counts).size, 1, `${counts}`);
      };
      await collectGarbage();
      await work(); // constants of the backend are made once
      await collectGarbage();
      const before = backend().tensorCount();
      await work();
      assert.equal(backend().tensorCount(), before);
    });

    test(`${about}a loss that explodes stops training with task, epoch, step and cause, and frees the data`, async () => {
      const { trainLoaders } = easyStream(scenario);
      const expected =
        /^task 1 \(.*\), epoch \d+ of 12, step \d of 5: the loss (exploded to|is not a number).*; likely cause: a learning rate of 1000000 /;
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
        /task 0 has not been trained; call trainTask/,
      );
    });
  }
}

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
  let refused = 0;
  for (const entry of METHODS) {
    for (const scenario of scenarios) {
      const { fit, reason } = methodCompatibility(entry.name, scenario);
      if (fit !== 'no') continue;
      refused++;
      assert.match(reason, /; use er or gem$/);
      await assert.rejects(make(entry, scenario).runSequence(easyStream(scenario)), /needs the task id at test time, .*; use /);
    }
  }
  assert.equal(refused, 2, 'PNN in the two scenarios that hide the task id');
});

test('the trainers of all methods have the name they are registered under', () => {
  assert.deepEqual(
    METHODS.map(({ name }) => name),
    ['naive', 'ewc', 'er', 'gem', 'pnn'],
  );
  for (const entry of METHODS) {
    assert.equal(entry.create(smallModel(entry.needs.architecture ?? 'DomainMLP')).method, entry.name);
    assert.ok(entry.relativeCost >= 1);
  }
});

test('a method can be registered, takes the place of an earlier one of its name, and must say what it is', () => {
  const own = { ...findMethod('naive'), name: 'own', label: 'Own' };
  const before = METHODS.length;
  registerMethod(own);
  registerMethod({ ...own, label: 'Own, later' });
  assert.equal(METHODS.length, before + 1);
  assert.equal(findMethod('own').label, 'Own, later');
  assert.throws(() => registerMethod({ ...own, useWhen: ' ' }), /registerMethod: useWhen is missing/);
  (METHODS as MethodEntry[]).pop();
});

test('an unknown method is refused with the known names', () => {
  assert.throws(() => findMethod('ewwc'), /method: there is none called 'ewwc'; known methods: naive, ewc, er, gem, pnn/);
});
