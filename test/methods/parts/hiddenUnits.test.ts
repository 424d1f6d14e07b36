import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Parameter } from '../../../src/autodiff';
import { backend, initBackend, type Value } from '../../../src/backend';
import { HiddenUnits, type HiddenUnitsState } from '../../../src/methods/parts/hiddenUnits';
import { MultiHeadMLP, type Model } from '../../../src/models';
import { RandomStream } from '../../../src/utils/random';
import { logits, randomBatch } from '../../models/fixtures';
import { smallModel } from '../fixtures';

before(async () => {
  await initBackend('native');
});

const OPTIONS = { replacementRate: 1, maturity: 2, decay: 0.8 };
const shapeOf = (numbers: ArrayLike<number>, units: number) => [numbers.length / units, units];

/** A network of two convolutions, a hidden layer and two heads. */
function convolutional(): MultiHeadMLP {
  const conv = [{ filters: 3 }, { filters: 5 }];
  const model = new MultiHeadMLP({ inputShape: [4, 4, 1], conv, hidden: [6], seed: 1 });
  model.addTaskHead(2);
  model.addTaskHead(3);
  return model;
}

/** Each hidden layer of a network with the layers after it. */
function pairs(model: Model) {
  const shared = model.layers().filter(({ name }) => !name.startsWith('head'));
  const heads = model.layers().filter(({ name }) => name.startsWith('head'));
  return shared.map((layer, i) => ({ layer, next: shared[i + 1] ? [shared[i + 1]] : heads }));
}

/** Lets units see these activations in one step each; the mean of each is what the paper calls h. */
function measure(units: HiddenUnits, next: ReturnType<typeof pairs>[0]['next'], steps: readonly Float32Array[]): void {
  const { kernels: k, scope } = backend();
  for (const numbers of steps) {
    scope(() => units.measure(k, k.tensor(numbers, shapeOf(numbers, units.count)), next));
    units.turnover.advance();
  }
}

/** Makes anew what is due; gives the names of the parameters whose moments the optimiser forgets, with where it keeps them. */
function renew(units: HiddenUnits, next: ReturnType<typeof pairs>[0]['next'], seed = 1) {
  const { kernels: k, scope, toHost } = backend();
  const forgotten = new Map<string, { shape: number[]; kept: number[] }>();
  const note = (parameter: Parameter, kept: Value) =>
    void forgotten.set(parameter.name, { shape: [...kept.shape], kept: Array.from(toHost(kept)) });
  scope(() => units.renew(k, next, new RandomStream(seed, 'fresh'), note));
  return forgotten;
}

test('the utility is the running average of mean activation times the size of the outgoing weights, for every kind of layer', () => {
  const random = new RandomStream(3, 'activations');
  for (const model of [smallModel('DomainMLP'), convolutional()]) {
    for (const { layer, next } of pairs(model)) {
      const units = new HiddenUnits(layer, OPTIONS);
      const { count } = units;
      const steps = Array.from({ length: 3 }, () => Float32Array.from({ length: 7 * count }, () => Math.max(0, random.normal())));
      measure(units, next, steps);
      for (let unit = 0; unit < count; unit++) {
        let outgoing = 0;
        for (const weight of next.map((one) => one.parameters()[0])) {
          const outputs = weight.shape.at(-1)!;
          weight.data().forEach((value, i) => {
            if (Math.floor(i / outputs) % count === unit) outgoing += Math.abs(value);
          });
        }
        const means = steps.map((h) => h.reduce((sum, value, i) => (i % count === unit ? sum + value / 7 : sum), 0));
        const expected = means.reduce((average, mean) => 0.8 * average + 0.2 * mean * outgoing, 0);
        const found = units.utility.data()[unit];
        assert.ok(
          Math.abs(found - expected) < 1e-5 * (1 + expected),
          `${layer.name}, unit ${unit}: ${found}, by hand ${expected}`,
        );
      }
      units.dispose();
    }
  }
});

test('a unit made anew has fresh incoming weights, bias 0, outgoing weights 0 and no moments; all others are as before', () => {
  for (const model of [smallModel('DomainMLP'), convolutional()]) {
    for (const { layer, next } of pairs(model)) {
      const units = new HiddenUnits(layer, { ...OPTIONS, replacementRate: 1.01 / units0(layer), maturity: 2 });
      const { count } = units;
      const least = count - 2;
      const h = Float32Array.from({ length: count }, (_, unit) => (unit === least ? 1e-4 : 1));
      measure(units, next, [h, h, h]);
      const before = new Map(model.parameters().map((parameter) => [parameter, parameter.data()]));
      const forgotten = renew(units, next);
      const [weight, bias] = layer.parameters();
      const bound = 1 / Math.sqrt(weight.data().length / count);
      const fresh = new Set<number>();
      weight.data().forEach((value, i) => {
        if (i % count !== least) return assert.equal(value + 0, before.get(weight)![i] + 0);
        assert.ok(Math.abs(value) <= bound && value !== before.get(weight)![i]);
        fresh.add(value);
      });
      assert.equal(fresh.size, weight.data().length / count);
      bias.data().forEach((value, i) => assert.equal(value + 0, i === least ? 0 : before.get(bias)![i] + 0));
      const changed = new Set([weight, bias]);
      for (const one of next) {
        const [out, outBias] = one.parameters();
        changed.add(out).add(outBias);
        out.data().forEach((value, i) => {
          const from = Math.floor(i / out.shape.at(-1)!) % count;
          assert.equal(value + 0, from === least ? 0 : before.get(out)![i] + 0); // -0 is 0
        });
      }
      const names = [...next.map((one) => one.parameters()[0]), weight, bias].map(({ name }) => name);
      assert.deepEqual([...forgotten.keys()].sort(), names.sort());
      const rows = forgotten.get(next[0].parameters()[0].name)!;
      rows.kept.forEach((kept, i) => assert.equal(kept, Number(i % count !== least)));
      assert.deepEqual(
        forgotten.get(weight.name)!.kept,
        Array.from({ length: count }, (_, i) => Number(i !== least)),
      );
      for (const parameter of model.parameters()) {
        if (!changed.has(parameter)) assert.deepEqual(parameter.data(), before.get(parameter));
      }
      assert.deepEqual([units.turnover.ages[least], units.turnover.ages[0], units.turnover.replaced], [0, 3, 1]);
      assert.equal(units.utility.data()[least], 0);
      assert.ok(units.utility.data()[0] > 0);
      units.dispose();
    }
  }
});

function units0(layer: ReturnType<typeof pairs>[0]['layer']): number {
  return layer.parameters()[0].shape.at(-1)!;
}

test('outputs stay where the unit led nowhere, and where it was the same for all inputs', () => {
  for (const constant of [false, true]) {
    for (const model of [smallModel('DomainMLP'), convolutional()]) {
      // Between two convolutions the border sees fewer pixels, so what a unit contributes is not the same everywhere.
      for (const { layer, next } of pairs(model).filter((pair) => !constant || !pair.next[0].name.startsWith('conv'))) {
        const units = new HiddenUnits(layer, { ...OPTIONS, replacementRate: 1.01 / units0(layer) });
        const { count } = units;
        const [weight, bias] = layer.parameters();
        if (constant) {
          weight.set(weight.data().map((value, i) => (i % count === 1 ? 0 : value)));
          bias.set(bias.data().map((value, i) => (i === 1 ? 0.7 : value)));
        } else {
          for (const [out] of next.map((one) => one.parameters()))
            out.set(out.data().map((value, i) => (Math.floor(i / out.shape.at(-1)!) % count === 1 ? 0 : value)));
        }
        const h = Float32Array.from({ length: count }, (_, unit) => (unit === 1 ? 0.7 : 1000));
        measure(units, next, [h, h, h]);
        const batch = randomBatch(9, 16, 2, 1);
        const before = logits(model, batch).flat();
        renew(units, next);
        assert.equal(units.turnover.ages[1], 0);
        logits(model, batch)
          .flat()
          .forEach((value, i) => assert.ok(Math.abs(value - before[i]) < 1e-5, `${layer.name}: ${value}, before ${before[i]}`));
        units.dispose();
      }
    }
  }
});

test('saved and restored they are the same; damaged ones are refused and nothing changes', () => {
  const [{ layer, next }] = pairs(smallModel('DomainMLP'));
  const [units, other] = [new HiddenUnits(layer, OPTIONS), new HiddenUnits(layer, OPTIONS)];
  measure(units, next, [new Float32Array(16).fill(1)]);
  const saved = JSON.parse(JSON.stringify(units.state())) as HiddenUnitsState;
  other.restored('test', saved)();
  assert.deepEqual(other.state(), units.state());
  const refused = (state: object, reason: RegExp) =>
    assert.throws(() => other.restored('test', { ...saved, ...state })(), reason);
  refused({ layer: 'hidden1' }, /test: it has 'hidden1' in the place of hidden0; the saved state is damaged/);
  refused({ utility: { ...saved.utility, shape: [8, 2] }, activation: undefined }, /saved tensor/);
  const below = Buffer.from(new Float32Array(16).fill(-1).buffer).toString('base64');
  refused({ activation: { ...saved.activation, data: below } }, /a number in activation of hidden0 is below 0/);
  refused({ turnover: { ...saved.turnover, due: 2 } }, /2 units are due/);
  assert.deepEqual(other.state(), units.state());
  for (const one of [units, other]) one.dispose();
});
