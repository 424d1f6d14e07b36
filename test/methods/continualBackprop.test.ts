import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, type TensorState } from '../../src/backend';
import { ContinualBackprop } from '../../src/methods';
import { type Model } from '../../src/models';
import { taskFreeScenario } from '../../src/scenarios';
import { easyDataset, easyStream, smallModel, wholeTask } from './fixtures';

before(async () => {
  await initBackend('native');
});

const floats = ({ data }: TensorState) => new Float32Array(new Uint8Array(Buffer.from(data, 'base64')).buffer);

/** What comes out of the hidden layers of a network [16, 12] on inputs [n, 16], in double precision; rows by layer. */
function activations(weights: ArrayLike<number>[], inputs: Float32Array): number[][][] {
  let rows = Array.from({ length: inputs.length / 16 }, (_, n) => Array.from(inputs.subarray(16 * n, 16 * (n + 1))));
  return [0, 1].map((layer) => {
    const [weight, bias] = [weights[2 * layer], weights[2 * layer + 1]];
    rows = rows.map(
      (row) =>
      Array.from(bias, (b, unit) => Math.max(0, row.reduce((sum, x, i) => sum + x * weight[i * bias.length + unit], b))), // prettier-ignore
    );
    return rows;
  });
}

for (const execution of ['op-by-op', 'recorded'] as const) {
  test(`${execution}: utilities, ages and what is replaced are those of the algorithm worked out by hand, step by step`, async () => {
    const loader = easyStream('domain-incremental', 80).trainLoaders[0]; // one batch an epoch, so its order does not matter
    const { inputs } = wholeTask(loader);
    const model = smallModel('DomainMLP');
    const [rate, maturity, decay] = [0.03, 8, 0.9];
    const options = { replacementRate: rate, maturity, decay, epochs: 60, lr: 0.01, optimizer: 'adam', seed: 1 } as const;
    const trainer = new ContinualBackprop(model, options);
    const weights = () => model.parameters().map((parameter) => parameter.data());
    const own = [16, 12].map((units) => ({ u: new Float64Array(units), ages: new Int32Array(units), due: 0, replaced: 0 }));
    let last = weights();
    const follow = () => {
      const h = activations(last, inputs);
      const now = weights();
      own.forEach((layer, l) => {
        const { u, ages } = layer;
        const state = trainer.units()[l];
        const isNew = Array.from(state.ages, (age) => age === 0);
        const next = now[2 * l + 2];
        const outputs = next.length / u.length;
        u.forEach((_, unit) => {
          ages[unit]++;
          const mean = h[l].reduce((sum, row) => sum + row[unit], 0) / h[l].length;
          let outgoing = 0;
          for (let to = 0; to < outputs; to++) outgoing += Math.abs(next[unit * outputs + to]);
          u[unit] = decay * u[unit] + (1 - decay) * mean * outgoing;
        });
        layer.due += rate * ages.filter((age) => age > maturity).length;
        const useful = u.map((value, unit) => value / (1 - decay ** ages[unit]));
        const due = Math.floor(layer.due);
        assert.equal(isNew.filter(Boolean).length, due, `layer ${l}`);
        layer.due -= due;
        layer.replaced += due;
        const gone = isNew.flatMap((fresh, unit) => (fresh ? [unit] : []));
        for (const unit of gone) {
          // Its outgoing weights are gone already, so what they were before is not known: its last utility tells.
          useful[unit] = NaN;
          assert.ok(ages[unit] > maturity, `layer ${l}, unit ${unit} was ${ages[unit]} steps old`);
          ages[unit] = 0;
          u[unit] = 0;
          for (let to = 0; to < outputs; to++) {
            const isNewToo = trainer.units()[l + 1]?.ages[to] === 0; // then its incoming weights are fresh, and lead nowhere
            if (!isNewToo) assert.equal(Math.abs(next[unit * outputs + to]), 0);
          }
        }
        assert.equal(state.replaced, layer.replaced);
        assert.deepEqual(state.ages, ages);
        state.utilities.forEach((value, unit) => {
          if (isNew[unit]) return assert.equal(value, 0);
          // Weights into a unit of the next layer that was made anew in this step were others when utility was measured.
          if (trainer.units()[l + 1]?.ages.includes(0)) return (u[unit] = value * (1 - decay ** ages[unit]));
          assert.ok(
            Math.abs(value - useful[unit]) < 1e-4 * (1 + useful[unit]),
            `layer ${l}, unit ${unit}: ${value}, ${useful[unit]}`,
          );
        });
      });
      last = now;
    };
    await trainer.trainTask(loader, { execution, probes: { every: 1, measure: (step) => (step > 0 ? follow() : undefined) } });
    assert.ok(own[0].replaced > 5 && own[1].replaced > 5, `${own.map(({ replaced }) => replaced)} replaced`);
  });
}

/** A trainer whose units of the first layer get utilities that a test chooses; one of them is due in the next step. */
function poised(model: Model, options: object = {}) {
  const trainer = new ContinualBackprop(model, { seed: 1, maturity: 5, replacementRate: 0.001, lr: 0.01, steps: 1, ...options });
  const state = trainer.state() as unknown as { memory: { hidden: { utility: TensorState; turnover: { due: number; ages: TensorState } }[] } }; // prettier-ignore
  const [first] = state.memory.hidden;
  const numbers = Float32Array.from({ length: 16 }, (_, unit) => 1e4 + (unit === 6 ? -50 : unit === 3 ? -100 : unit));
  first.utility = { ...first.utility, data: Buffer.from(numbers.buffer).toString('base64') };
  const ages = Int32Array.from({ length: 16 }, (_, unit) => (unit === 3 ? 2 : 500));
  first.turnover = { ...first.turnover, due: 0.999, ages: { ...first.turnover.ages, data: Buffer.from(ages.buffer).toString('base64') } }; // prettier-ignore
  trainer.restore(state as never);
  return trainer;
}

test('the least useful mature unit is replaced, with the optimiser’s moments of it, and a younger one is left alone', async () => {
  for (const optimizer of ['sgd', 'adam'] as const) {
    const model = smallModel('DomainMLP');
    const trainer = poised(model, { optimizer, keepOptimizer: true });
    await trainer.trainTask(easyStream('domain-incremental').trainLoaders[0]);
    const [first, second] = trainer.units();
    assert.deepEqual(
      Array.from(first.ages),
      Array.from({ length: 16 }, (_, unit) => (unit === 6 ? 0 : unit === 3 ? 3 : 501)),
    );
    assert.deepEqual([first.layer, first.replaced, second.replaced], ['hidden0', 1, 0]);
    const { parameters } = trainer.state().optimizer;
    const moments = optimizer === 'sgd' ? ['velocity'] : ['mean', 'square'];
    const has = (name: string, place: (i: number) => number) =>
      moments.forEach((moment) => {
        let others = 0;
        floats(parameters[name][moment]).forEach((value, i) => {
          if (place(i) === 6) assert.equal(Math.abs(value), 0, `${moment} of ${name}`);
          else if (value !== 0) others++;
        });
        assert.ok(others > 0, `${moment} of ${name}`);
      });
    has('hidden0/weight', (i) => i % 16);
    has('hidden0/bias', (i) => i);
    has('hidden1/weight', (i) => Math.floor(i / 12));
  }
});

test('units of frozen layers, and of those before them, stay', async () => {
  for (const name of ['hidden0/weight', 'hidden1/weight']) {
    const model = smallModel('DomainMLP');
    model.parameters().find((parameter) => parameter.name === name)!.frozen = true;
    const before = model.parameters().map((parameter) => parameter.data());
    const trainer = poised(model);
    await trainer.trainTask(easyStream('domain-incremental').trainLoaders[0]);
    assert.deepEqual(trainer.units()[0].replaced, 0);
    model.parameters().forEach((parameter, i) => {
      if (parameter.name === name) assert.deepEqual(parameter.data(), before[i]);
    });
  }
});

test('it learns a stream that tells of no boundaries, recorded, and says how its units stand', async () => {
  const stream = taskFreeScenario(easyDataset(), { nTasks: 3, batchSize: 8, seed: 7 });
  const trainer = new ContinualBackprop(smallModel('SingleHeadMLP'), { epochs: 4, lr: 0.05, seed: 1, replacementRate: 0.01 });
  const executions: string[] = [];
  await trainer.runSequence(stream, { execution: 'recorded', onTask: ({ execution }) => void executions.push(execution) });
  assert.deepEqual(executions, ['recorded', 'recorded', 'recorded']);
  const units = trainer.units();
  assert.deepEqual(units.map(({ layer, ages }) => [layer, ages.length]), [['hidden0', 16], ['hidden1', 12]]); // prettier-ignore
  assert.ok(units.every(({ replaced, utilities }) => replaced > 0 && utilities.some((value) => value > 0)));
});

test('a network without a chain of hidden layers and options that cannot be meant are refused', () => {
  const refused =
    /ContinualBackprop: ProgressiveNeuralNet does not have its hidden layers one after the other.*; use MultiHeadMLP/;
  assert.throws(() => new ContinualBackprop(smallModel('ProgressiveNeuralNet')), refused);
  const make = (options: object) => () => new ContinualBackprop(smallModel('DomainMLP'), options);
  assert.throws(make({ replacementRate: 2 }), /ContinualBackprop: replacementRate must be a number between 0 and 1, got 2/);
  assert.throws(make({ maturity: 0.5 }), /maturity must be a whole number of at least 0/);
  assert.throws(make({ decay: 1 - 1e-12 }), /with decay 0\.999999999999 utilities stay at 0/);
  assert.throws(make({ decay: 1 }), /with decay 1 utilities stay at 0; use 0.99, or less/);
  assert.throws(make({ rate: 1 }), /unknown option 'rate'/);
});
