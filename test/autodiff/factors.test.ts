import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Tape, type Factors, type Parameter } from '../../src/autodiff';
import { backend, initBackend, type Kernels, type Value } from '../../src/backend';
import { RandomStream } from '../../src/utils/random';
import { FACTORED, INPUTS, UNFACTORED, type Network } from './networks';
import { spied } from './spy';

// Run on native by the test runner and on wasm by `test/backend/eager/wasm.test.ts`.
before(async () => {
  await initBackend();
});

interface Batch {
  readonly n: number;
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
  readonly tasks: Int32Array;
}

const N = 6;

function batchOf(n: number, seed: number): Batch {
  const random = new RandomStream(seed, 'factors');
  return {
    n,
    inputs: Float32Array.from({ length: n * INPUTS }, () => random.normal()),
    labels: Int32Array.from({ length: n }, () => random.integer(3)),
    tasks: Int32Array.from({ length: n }, (_, i) => (i * 5) % 2),
  };
}

const sampleOf = ({ inputs, labels, tasks }: Batch, i: number): Batch => ({
  n: 1,
  inputs: inputs.slice(i * INPUTS, (i + 1) * INPUTS),
  labels: labels.slice(i, i + 1),
  tasks: tasks.slice(i, i + 1),
});

function lossesOf(k: Kernels, { logits }: Network, { n, inputs, labels, tasks }: Batch): Value {
  const outputs = logits(k, k.tensor(inputs, [n, INPUTS]), k.tensor(tasks, [n]));
  return k.crossEntropy(outputs, k.tensor(labels, [n])).losses;
}

function factorsOf(network: Network, batch: Batch): Factors {
  const tape = new Tape(backend().kernels);
  return tape.factors(tape.sum(lossesOf(tape, network, batch)));
}

const numbers = (value: Value) => Array.from(backend().toHost(value));
type ByParameter = Map<Parameter, number[]>;

/** Each sample's own gradients, a pass for each. */
function bySample(network: Network, batch: Batch): ByParameter[] {
  return Array.from({ length: batch.n }, (_, i) => {
    const gradients = factorsOf(network, sampleOf(batch, i)).gradients();
    return new Map([...gradients].map(([of, value]) => [of, numbers(value)]));
  });
}

function combined(
  samples: ByParameter[],
  of: Parameter,
  weight: (sample: number) => number,
  change = (x: number) => x,
): number[] {
  return Array.from({ length: of.data().length }, (_, entry) =>
    samples.reduce((sum, gradients, i) => sum + weight(i) * change(gradients.get(of)![entry]), 0),
  );
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, about: string): void {
  assert.equal(actual.length, expected.length, about);
  const scale = Math.max(...Array.from(expected, Math.abs));
  assert.ok(scale > 1e-6, `${about}: the reference is all but zero`);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) < 2e-6 * (1 + scale), `${about}[${i}]: ${actual[i]}, ${expected[i]}`);
  }
}

const batch = batchOf(N, 1);
const WEIGHTS = Float32Array.of(0.5, 0, 2, 1, 0.25, 3);
const square = (x: number) => x * x;

for (const [name, make] of Object.entries(FACTORED)) {
  test(`${name}: gradients, squares, absolutes, blocks and dot products are those of a pass for each sample`, () => {
    const network = make();
    backend().scope(() => {
      const { kernels: k } = backend();
      const samples = bySample(network, batch);
      const factors = factorsOf(network, batch);
      assert.deepEqual(factors.unfactored, []);
      assert.deepEqual(new Set(factors.parameters), new Set(network.parameters));

      const gradients = factors.gradients();
      const squares = factors.squares();
      const absolutes = factors.absolutes();
      const weighted = factors.squares(k.tensor(WEIGHTS, [N, 1]));
      const membership = Float32Array.from({ length: 3 * N }, (_, i) => +(Math.floor((i % N) / 2) === Math.floor(i / N)));
      const blocks = factors.blocks(3, k.tensor(membership, [3, N]));
      for (const of of network.parameters) {
        const expect = (value: Value, shape: number[], what: string, ...expected: number[][]) => {
          assert.deepEqual(value.shape, shape, `${of.name}, ${what}`);
          close(numbers(value), expected.flat(), `${of.name}, ${what}`);
        };
        expect(gradients.get(of)!, of.shape, 'gradient', combined(samples, of, () => 1)); // prettier-ignore
        expect(squares.get(of)!, of.shape, 'squares', combined(samples, of, () => 1, square)); // prettier-ignore
        expect(absolutes.get(of)!, of.shape, 'absolutes', combined(samples, of, () => 1, Math.abs)); // prettier-ignore
        expect(
          weighted.get(of)!,
          of.shape,
          'weighted squares',
          combined(samples, of, (i) => WEIGHTS[i], square),
        );
        const rows = [0, 1, 2].map((block) => combined(samples, of, (i) => +(Math.floor(i / 2) === block)));
        expect(blocks.get(of)!, [3, rows[0].length], 'blocks', ...rows);
      }

      const other = factorsOf(network, batchOf(4, 2)); // of another number of samples
      const g = other.gradients();
      const dots = factors.dots(other)!;
      assert.deepEqual(dots.shape, [N, 1]);
      const expected = samples.map((own) =>
        [...g].reduce((sum, [of, value]) => sum + numbers(value).reduce((all, x, i) => all + x * own.get(of)![i], 0), 0),
      );
      close(numbers(dots), expected, 'dot products');
    });
  });
}

test('dot products hold the whole gradient of the other loss, also what does not come as factors', () => {
  const network = FACTORED['linear layers']();
  backend().scope(() => {
    const tape = new Tape(backend().kernels);
    const decay = network.parameters.map((of) => tape.sum(tape.mul(tape.read(of), tape.read(of))));
    const loss = decay.reduce((sum, one) => tape.add(sum, one), tape.sum(lossesOf(tape, network, batchOf(4, 2))));
    const other = tape.factors(loss);
    assert.equal(other.unfactored.length, network.parameters.length);
    const g = other.gradients();
    const expected = bySample(network, batch).map((own) =>
      [...g].reduce((sum, [of, value]) => sum + numbers(value).reduce((all, x, i) => all + x * own.get(of)![i], 0), 0),
    );
    close(numbers(factorsOf(network, batch).dots(other)!), expected, 'dot products');
  });
});

test('dot products of losses without a common parameter are none', () => {
  const [one, other] = [FACTORED['linear layers'](), FACTORED['a linear layer used twice']()];
  backend().scope(() => assert.equal(factorsOf(one, batch).dots(factorsOf(other, batch)), undefined));
});

for (const [name, make] of Object.entries(UNFACTORED)) {
  test(`${name}: they are unfactored, their gradients are right, and questions about single samples are refused`, () => {
    const network = make();
    const odd = network.parameters.filter((of) => of.name.startsWith('odd'));
    assert.ok(odd.length > 0);
    backend().scope(() => {
      const factors = factorsOf(network, batch);
      assert.deepEqual(new Set(factors.unfactored), new Set(odd));
      const samples = bySample(network, batch);
      for (const [of, value] of factors.gradients()) close(numbers(value), combined(samples, of, () => 1), of.name);
      const refusal = /^Error: Factors: the gradient of odd.* does not come in one term a sample; look at unfactored first, and make a pass/;
      assert.throws(() => factors.squares(), refusal);
      assert.throws(() => factors.blocks(2, backend().kernels.tensor(new Float32Array(2 * N), [2, N])), refusal);
      assert.throws(() => factors.dots(factors), refusal);
    });
  }); // prettier-ignore
}

test('a loss that sums over batches of different sizes is refused where single samples are asked for', () => {
  const network = FACTORED['linear layers']();
  backend().scope(() => {
    const tape = new Tape(backend().kernels);
    const [one, other] = [batch, batchOf(4, 2)].map((rows) => tape.sum(lossesOf(tape, network, rows)));
    const factors = tape.factors(tape.add(one, other));
    assert.throws(() => factors.squares(), /^Error: Factors: the loss sums over batches of \d and of \d samples; ask for each batch alone$/);
  });
}); // prettier-ignore

test('what weight and bias of a layer have in common is computed once', () => {
  const calls = (network: Network, ask: (factors: Factors) => unknown) => {
    const { kernels, calls: all } = spied(backend().kernels);
    backend().scope(() => {
      const tape = new Tape(kernels);
      const loss = tape.sum(lossesOf(tape, network, batch));
      all.length = 0;
      ask(tape.factors(loss));
    });
    return (kernel: string) => all.filter((name) => name === kernel).length;
  };
  const linear = calls(FACTORED['linear layers'](), (factors) => factors.dots(factors));
  assert.equal(linear('matMul'), 2 + 6, 'two deltas on the way back; inputs and deltas of three layers');
  assert.equal(linear('rowSums'), 3, 'weight and bias of a layer are summed together');
  const heads = calls(FACTORED['heads of one width, rows of several tasks'](), (factors) => factors.gradients());
  assert.equal(heads('slice'), 2, 'each head’s columns of the deltas');
});
