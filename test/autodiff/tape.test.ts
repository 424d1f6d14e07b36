import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Parameter, Tape } from '../../src/autodiff';
import { backend, initBackend, newRecording, Variable, type Kernels, type Value } from '../../src/backend';
import { meanCrossEntropy, MLP, MultiHeadMLP, type Model } from '../../src/models';
import { Linear } from '../../src/models/layers/linear';
import { RandomStream } from '../../src/utils/random';
import { place, randomBatch, type HostBatch } from '../models/fixtures';
import { spied } from './spy';

before(async () => {
  await initBackend('native');
});

const NET = { inputSize: 6, hidden: [7, 5], seed: 3 };

/** The gradients of a loss on the host, by parameter. */
function gradientsOf(loss: (tape: Tape, k: Kernels) => Value, kernels = backend().kernels): Map<Parameter, number[]> {
  const { scope, toHost } = backend();
  const found = new Map<Parameter, number[]>();
  scope(() => {
    const tape = new Tape(kernels);
    for (const [parameter, value] of tape.gradients(loss(tape, kernels))) found.set(parameter, Array.from(toHost(value)));
  });
  return found;
}

const lossOf = (model: Model, batch: HostBatch) => (tape: Tape) => {
  const { x, y, task } = place(batch);
  return meanCrossEntropy(tape, model.logits(tape, x, task), y);
};

function close(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>, about = ''): void {
  assert.equal(actual?.length, expected.length, about);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual![i] - expected[i]) < 1e-6 * (1 + Math.abs(expected[i])), `${about}[${i}]: ${actual![i]}, ${expected[i]}`);
  }
} // prettier-ignore

test('a layer that two losses use gets the sum of both gradients', () => {
  const model = new MLP({ ...NET, nClasses: 3 });
  const batches = [randomBatch(8, 6, 3, undefined, 1), randomBatch(5, 6, 3, undefined, 2)];
  const [first, second] = batches.map((batch) => gradientsOf(lossOf(model, batch)));
  const both = gradientsOf((tape) => {
    const [one, other] = batches.map((batch) => lossOf(model, batch)(tape));
    return tape.add(one, tape.scale(other, 3));
  });
  for (const parameter of model.parameters()) {
    const sum = first.get(parameter)!.map((value, i) => value + 3 * second.get(parameter)![i]);
    close(both.get(parameter), sum, parameter.name);
  }
});

test('two heads on one trunk: the trunk gets both gradients, each head its own', () => {
  const model = new MultiHeadMLP(NET);
  [2, 3].forEach((classes) => model.addTaskHead(classes));
  const batches = [randomBatch(8, 6, 2, 0, 1), randomBatch(8, 6, 3, 1, 2)];
  const alone = batches.map((batch) => gradientsOf(lossOf(model, batch)));
  const both = gradientsOf((tape) => {
    const [one, other] = batches.map((batch) => lossOf(model, batch)(tape));
    return tape.add(one, other);
  });
  assert.equal(both.size, model.parameters().length);
  for (const parameter of model.parameters()) {
    const parts = alone.flatMap((gradients) => gradients.get(parameter) ?? []);
    const { length } = parameter.data();
    close(both.get(parameter), Array.from({ length }, (_, i) => parts[i] + (parts[i + length] ?? 0)), parameter.name);
  }
}); // prettier-ignore

test('a shared layer, met twice in a row, gets the sum of what two layers of the same weights get', () => {
  const layer = (name: string) => new Linear(name, 4, 4, new RandomStream(1));
  const [shared, first, second] = ['shared', 'first', 'second'].map(layer);
  const through = (lower: Linear, upper: Linear) => (tape: Tape) => {
    const x = tape.tensor(Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)), [3, 4]);
    const y = upper.forward(tape, tape.relu(lower.forward(tape, x)));
    return tape.sum(tape.mul(y, y));
  }; // prettier-ignore
  const tied = gradientsOf(through(shared, shared));
  const untied = gradientsOf(through(first, second));
  for (const part of ['weight', 'bias'] as const) {
    const [lower, upper] = [untied.get(first[part]!)!, untied.get(second[part]!)!];
    close(tied.get(shared[part]!), lower.map((value, i) => value + upper[i]), part); // prettier-ignore
  }
});

/** What a step of a 784-256-256-2 network takes when its backward pass is written by hand; see `Kernels`. */
const FORWARD = [
  ...['matMul', 'biasAdd', 'relu', 'matMul', 'biasAdd', 'relu', 'matMul', 'biasAdd'],
  ...['crossEntropy', 'sum', 'scale'],
];
const BACKWARD = [
  'scale', // the gradient of the logits, of a mean
  'matMul', // that of the second activation
  'reluGrad',
  'matMul',
  'reluGrad',
  ...['matMul', 'columnSums', 'matMul', 'columnSums', 'matMul', 'columnSums'], // weights and biases
];

/** The kernels of a step, forward and backward, of a 784-256-256-2 network. */
function callsOfStep(change: (model: Model) => void): string[] {
  const model: Model = new MLP({ nClasses: 2, seed: 1 });
  change(model);
  const { kernels, calls } = spied(backend().kernels);
  backend().scope(() => {
    const { x, y } = place(randomBatch(64, 784, 2, undefined));
    const tape = new Tape(kernels);
    tape.gradients(meanCrossEntropy(tape, model.logits(tape, x, undefined), y));
  });
  model.dispose();
  return calls;
}

test('a naive step takes the operations of a backward pass written by hand: none for inputs, none twice', () => {
  const calls = callsOfStep(() => {});
  assert.deepEqual(calls.slice(0, FORWARD.length), FORWARD);
  assert.deepEqual(calls.slice(FORWARD.length).sort(), [...BACKWARD].sort());
});

test('frozen parameters get no gradient, and nothing is computed for them or below them', () => {
  const freeze = (...layers: number[]) => (model: Model) => {
    for (const i of layers) model.layers()[i].parameters().forEach((parameter) => (parameter.frozen = true));
  }; // prettier-ignore
  const backward = (...frozen: number[]) => callsOfStep(freeze(...frozen)).slice(FORWARD.length).sort(); // prettier-ignore
  assert.deepEqual(backward(0), ['scale', 'matMul', 'reluGrad', 'matMul', 'columnSums', 'matMul', 'columnSums'].sort());
  assert.deepEqual(backward(0, 1), ['scale', 'matMul', 'columnSums'].sort());
  const upper = ['scale', 'matMul', 'reluGrad', 'matMul', 'reluGrad', 'matMul', 'columnSums', 'matMul', 'columnSums'];
  assert.deepEqual(backward(2), upper.sort(), 'what flows through a frozen layer to those below goes on');
  const model = new MLP({ ...NET, nClasses: 3 });
  const all = gradientsOf(lossOf(model, randomBatch(8, 6, 3, undefined)));
  freeze(1)(model);
  const rest = gradientsOf(lossOf(model, randomBatch(8, 6, 3, undefined)));
  assert.deepEqual([...rest.keys()].map(({ name }) => name).sort(), [
    'head/bias',
    'head/weight',
    'hidden0/bias',
    'hidden0/weight',
  ]);
  for (const [parameter, gradient] of rest) assert.deepEqual(gradient, all.get(parameter));
});

test('nothing is computed for gradients before they are asked for', () => {
  const { kernels, calls } = spied(backend().kernels);
  const model = new MLP({ nClasses: 2, seed: 1 });
  backend().scope(() => lossOf(model, randomBatch(4, 784, 2, undefined))(new Tape(kernels)));
  assert.deepEqual(calls, FORWARD);
});

test('stopGradient passes the numbers on and nothing back', () => {
  const w = new Parameter('w', [2], Float32Array.of(2, 3));
  const through = (stop: boolean) => (tape: Tape) => {
    const value = tape.read(w);
    return tape.sum(tape.mul(value, stop ? tape.stopGradient(value) : value));
  };
  assert.deepEqual(gradientsOf(through(false)).get(w), [4, 6]);
  assert.deepEqual(gradientsOf(through(true)).get(w), [2, 3]);
  const { kernels: k, toHost } = backend();
  const tape = new Tape(k);
  assert.deepEqual(Array.from(toHost(tape.stopGradient(tape.scale(tape.read(w), 2)))), [4, 6]);
  assert.throws(() => gradientsOf((own) => own.sum(own.stopGradient(own.read(w)))), /depends on no parameter/);
});

test('a parameter can be the loss itself', () => {
  const w = new Parameter('w', [], Float32Array.of(2));
  assert.deepEqual(gradientsOf((tape) => tape.read(w)).get(w), [1]);
});

test('two losses of one tape have their own gradients', () => {
  const w = new Parameter('w', [2], Float32Array.of(2, 3));
  backend().scope(() => {
    const tape = new Tape(backend().kernels);
    const squared = tape.mul(tape.read(w), tape.read(w));
    const [first, second] = [tape.sum(squared), tape.scale(tape.sum(squared), -1)];
    const numbers = (loss: Value) => Array.from(backend().toHost(tape.gradients(loss).get(w)!));
    assert.deepEqual([numbers(first), numbers(second), numbers(first)], [[4, 6], [-4, -6], [4, 6]]); // prettier-ignore
  });
});

test('a loss that depends on nothing, has several numbers or is no value is refused in words', () => {
  const model: Model = new MLP({ ...NET, nClasses: 3 });
  const batch = randomBatch(8, 6, 3, undefined);
  const nothing = /^Error: loss: it depends on no parameter that may change; compute it with the kernels that were passed in, from parameters that are not frozen$/;
  assert.throws(() => gradientsOf((tape) => tape.tensor(Float32Array.of(1), [])), nothing);
  assert.throws(
    () => gradientsOf((_tape, k) => meanCrossEntropy(k, model.logits(k, place(batch).x, undefined), place(batch).y)),
    nothing,
    'computed with other kernels',
  );
  const rows = (tape: Tape) => tape.crossEntropy(model.logits(tape, place(batch).x, undefined), place(batch).y).losses;
  assert.throws(() => gradientsOf(rows), /^Error: loss: it must be a single number, got the shape \[8\]; take its sum or mean$/);
  for (const wrong of [undefined, null, 0.5, '0.5', Promise.resolve(1)]) {
    assert.throws(() => gradientsOf(() => wrong as never), /^Error: loss: it must be a value that the kernels made, got /);
  }
  model.parameters().forEach((parameter) => (parameter.frozen = true));
  assert.throws(() => gradientsOf(lossOf(model, batch)), nothing, 'all frozen');
}); // prettier-ignore

test('a recorded step has the gradients of one op by op, in a loop and without one', (t) => {
  const model = new MultiHeadMLP(NET);
  [2, 3].forEach((classes) => model.addTaskHead(classes));
  const batch = randomBatch(8, 6, 2, Int32Array.of(0, 1, 1, 0, 0, 0, 1, 1));
  const expected = gradientsOf(lossOf(model, batch));
  for (const looped of [true, false]) {
    const recording = newRecording(looped)!;
    t.after(() => recording.close());
    const found = new Map<Parameter, Variable>();
    const program = recording.program({}, (k) => {
      const tape = new Tape(k);
      const tensor = (data: Float32Array | Int32Array, ...shape: number[]) => tape.tensor(data, shape);
      const logits = model.logits(tape, tensor(batch.inputs, 8, 6), tensor(batch.task as Int32Array, 8));
      const loss = meanCrossEntropy(tape, logits, tensor(batch.labels, 8));
      for (const [parameter, value] of tape.gradients(loss)) {
        const variable = new Variable(`gradient of ${parameter.name}`, parameter.shape);
        found.set(parameter, variable);
        k.assign(variable, value);
      }
      return loss;
    });
    recording.run(program, 1, {});
    assert.deepEqual(new Set(found.keys()), new Set(expected.keys()));
    for (const [parameter, variable] of found) close(variable.data(), expected.get(parameter)!, parameter.name);
  }
});

test('a recorded step of a naive network is as long as one written by hand', () => {
  const model: Model = new MLP({ nClasses: 2, seed: 1 });
  const names: string[] = [];
  const recording = newRecording(false)!;
  recording.program({}, (k) => {
    const { kernels, calls } = spied(k);
    const tape = new Tape(kernels);
    const logits = model.logits(tape, k.tensor(new Float32Array(64 * 784), [64, 784]), undefined);
    const loss = meanCrossEntropy(tape, logits, k.tensor(new Int32Array(64), [64]));
    tape.gradients(loss);
    names.push(...calls);
    return loss;
  });
  assert.deepEqual(names.sort(), [...FORWARD, ...BACKWARD].sort());
  recording.close();
});
