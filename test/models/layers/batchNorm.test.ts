import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Parameter, Tape } from '../../../src/autodiff';
import { backend, elements, initBackend, newRecording, type Kernels, type Value } from '../../../src/backend';
import { BatchNorm, Linear, MLP, meanCrossEntropy } from '../../../src/models';
import { SGD } from '../../../src/training/optimizers';
import { RandomStream } from '../../../src/utils/random';
import { close } from '../../backend/kernelRun';

// Run on native by the test runner and on wasm by `test/backend/eager/wasm.test.ts`.
before(async () => {
  await initBackend();
});

interface Gradients {
  x: number[];
  scale: number[];
  shift: number[];
}

/** Written by `batchNorm.py`. */
interface Fixture {
  torch: string;
  layers: Record<
    string,
    {
      shape: number[];
      options: { epsilon: number; momentum: number };
      scale: number[];
      shift: number[];
      steps: {
        x: number[];
        weight: number[];
        y: number[];
        gradients: Gradients;
        runningMean: number[];
        runningVariance: number[];
      }[];
      evaluated: { y: number[]; gradients: Gradients };
    }
  >;
  network: {
    options: { lr: number; momentum: number; weightDecay: number; steps: number };
    x: number[];
    labels: number[];
    start: Record<string, number[]>;
    losses: number[];
    end: Record<string, number[]>;
    logits: number[];
  };
}

const FILE = join(__dirname, '..', '..', '..', '..', 'test', 'models', 'layers', 'batchNorm.json');
const { torch, layers, network } = JSON.parse(readFileSync(FILE, 'utf8')) as Fixture;

/** A pass of a layer with the loss Σ weight∘y: what comes out and the gradients. */
function pass(layer: BatchNorm, shape: number[], x: number[], weight: number[], training: boolean) {
  const { kernels, scope, toHost, dispose } = backend();
  const input = new Parameter('x', shape, Float32Array.from(x));
  const values = scope(() => {
    const tape = new Tape(kernels, { training });
    const y = layer.forward(tape, tape.read(input));
    const gradients = tape.gradients(tape.sum(tape.mul(y, tape.tensor(Float32Array.from(weight), shape))));
    return [y, ...[input, layer.scale, layer.shift].map((parameter) => gradients.get(parameter)!)];
  });
  const [y, ...gradients] = values.map((value) => Array.from(toHost(value)));
  dispose(...values);
  input.dispose();
  return { y, gradients };
}

for (const [name, { shape, options, scale, shift, steps, evaluated }] of Object.entries(layers)) {
  test(`a layer computes what PyTorch ${torch}'s ${name} computes: outputs, gradients and running statistics, in training and after`, () => {
    const layer = new BatchNorm('norm', shape.at(-1)!, options);
    assert.deepEqual([...layer.scale.data(), ...layer.shift.data()], [1, 1, 1, 1, 0, 0, 0, 0]);
    layer.scale.set(Float32Array.from(scale));
    layer.shift.set(Float32Array.from(shift));
    for (const { x, weight, y, gradients, runningMean, runningVariance } of steps) {
      const own = pass(layer, shape, x, weight, true);
      close(own.y, y);
      [gradients.x, gradients.scale, gradients.shift].forEach((expected, i) => close(own.gradients[i], expected, 2e-5));
      close(layer.runningMean.data(), runningMean, 1e-6);
      close(layer.runningVariance.data(), runningVariance, 1e-6);
    }
    const before = layer.buffers().map((one) => one.data());
    const own = pass(layer, shape, steps[0].x, steps[0].weight, false);
    close(own.y, evaluated.y);
    [evaluated.gradients.x, evaluated.gradients.scale, evaluated.gradients.shift].forEach((expected, i) =>
      close(own.gradients[i], expected, 2e-5),
    );
    assert.deepEqual(layer.buffers().map((one) => one.data()), before); // prettier-ignore
  });
}

test('gradients in training equal finite differences', () => {
  const { kernels, scope, toHost, dispose } = backend();
  const random = new RandomStream(3);
  const numbers = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  for (const shape of [
    [5, 3],
    [2, 3, 2, 3],
  ]) {
    const layer = new BatchNorm('norm', 3, { momentum: 0 }); // so that passes do not depend on earlier ones
    layer.scale.set(numbers(3));
    layer.shift.set(numbers(3));
    const x = new Parameter('x', shape, numbers(elements(shape)));
    const weight = numbers(elements(shape));
    const loss = (k: Kernels) => {
      const y = layer.forward(k, k.read(x));
      return k.sum(k.mul(k.mul(y, y), k.tensor(weight, shape)));
    };
    const value = () => {
      const [sum] = scope(() => [loss(new Tape(kernels, { training: true }))]);
      const [number] = toHost(sum);
      dispose(sum);
      return number;
    };
    const found = new Map<Parameter, ArrayLike<number>>();
    const kept = scope(() => {
      const tape = new Tape(kernels, { training: true });
      return [...tape.gradients(loss(tape))].map(([parameter, gradient]) => (found.set(parameter, []), gradient));
    });
    [...found.keys()].forEach((parameter, i) => found.set(parameter, toHost(kept[i])));
    dispose(...kept);
    assert.equal(found.size, 3);
    for (const [parameter, gradient] of found) {
      const original = parameter.data() as Float32Array;
      original.forEach((_, at) => {
        const [up, down] = [4e-3, -4e-3].map((change) => {
          parameter.set(original.map((one, j) => (j === at ? one + change : one)));
          return value();
        });
        const slope = (up - down) / 8e-3;
        assert.ok(Math.abs(slope - gradient[at]) < 4e-3 * Math.max(1, Math.abs(slope)), `${parameter.name} ${at}: ${slope}`);
      });
      parameter.set(original);
    }
  }
});

/** The fixture's network before its first step. */
function networkAtStart(): MLP {
  const model = new MLP({ inputSize: 6, hidden: [7, 5], nClasses: 3, normalisation: 'batch' });
  for (const variable of [...model.parameters(), ...model.buffers()])
    variable.set(Float32Array.from(network.start[variable.name]));
  return model;
}

for (const execution of ['op by op', 'recorded']) {
  test(`${execution}, a network follows the one that PyTorch ${torch} trains: losses, weights, running statistics, outputs`, (t) => {
    const { kernels, scope, toHost, dispose } = backend();
    const recording = newRecording(true);
    if (execution === 'recorded' && !recording) return t.skip('the backend has no graphs');
    const { lr, momentum, weightDecay, steps } = network.options;
    const [model, optimizer] = [networkAtStart(), new SGD({ lr, momentum, weightDecay })];
    const step = (k: Kernels): Value => {
      const tape = new Tape(k, { training: true });
      const x = k.tensor(Float32Array.from(network.x), [network.labels.length, 6]);
      const y = k.tensor(Int32Array.from(network.labels), [network.labels.length]);
      const loss = meanCrossEntropy(tape, model.logits(tape, x), y);
      optimizer.step(k, tape.gradients(loss));
      return loss;
    };
    const losses =
      execution === 'recorded'
        ? recording!.run(recording!.program({}, step), steps, {})
        : Array.from({ length: steps }, () => {
            const loss = scope(() => step(kernels));
            const [number] = toHost(loss);
            dispose(loss);
            return number;
          });
    recording?.close();
    close(losses, network.losses, 1e-4);
    const variables = [...model.parameters(), ...model.buffers()];
    assert.deepEqual(variables.map(({ name }) => name).sort(), Object.keys(network.end).sort());
    for (const variable of variables) close(variable.data(), network.end[variable.name], 2e-4);
    const out = model.forward(Float32Array.from(network.x));
    close(toHost(out), network.logits, 1e-3);
    dispose(out);
    optimizer.dispose();
    model.dispose();
  });
}

test('a frozen layer stays as it is, in training steps too', () => {
  const layer = new BatchNorm('norm', 2);
  layer.runningMean.set(Float32Array.of(1, 2));
  layer.parameters().forEach((parameter) => (parameter.frozen = true));
  const { kernels, scope, toHost, dispose } = backend();
  const y = scope(() =>
    layer.forward(new Tape(kernels, { training: true }), kernels.tensor(Float32Array.of(1, 2, 3, 5), [2, 2])),
  );
  close(toHost(y), [0, 0, 2, 3], 1e-4);
  dispose(y);
  assert.deepEqual([...layer.runningMean.data(), ...layer.runningVariance.data()], [1, 2, 1, 1]);
});

test('a training step with one value a unit is refused, a pass of evaluation is not, and one image has many values', () => {
  const { kernels, scope } = backend();
  const training = () => new Tape(kernels, { training: true });
  const row = (k: Kernels) => k.tensor(Float32Array.of(1, 2), [1, 2]);
  const layer = new BatchNorm('hidden0/norm', 2);
  assert.throws(
    () => scope(() => layer.forward(training(), row(kernels))),
    /^Error: hidden0\/norm: a training step has a batch of one sample, which has no variance to normalise by; use a batchSize that leaves/,
  );
  assert.deepEqual([...layer.runningMean.data()], [0, 0]);
  scope(() => layer.forward(kernels, row(kernels)));
  scope(() => layer.forward(new Tape(kernels), row(kernels)));
  scope(() => layer.forward(training(), kernels.tensor(Float32Array.of(1, 2, 3, 4), [1, 2, 1, 2])));
  assert.ok(layer.runningMean.data()[0] > 0);
});

test('without training, gradients come as factors of one term a sample; in training only those behind the layer do', () => {
  const { kernels, scope } = backend();
  const layer = new BatchNorm('norm', 3);
  const [before, behind] = ['before', 'behind'].map((name) => new Linear(name, 3, 3, new RandomStream(1), { bias: false }));
  for (const training of [false, true]) {
    scope(() => {
      const tape = new Tape(kernels, { training });
      const x = tape.tensor(
        new Float32Array(12).map((_, i) => i % 5),
        [4, 3],
      );
      const y = behind.forward(tape, layer.forward(tape, before.forward(tape, x)));
      const { unfactored } = tape.factors(tape.sum(tape.mul(y, y)));
      assert.deepEqual(unfactored.map(({ name }) => name), training ? ['before/weight'] : []); // prettier-ignore
      return y;
    });
  }
});

test('options that cannot be meant are refused', () => {
  assert.throws(() => new BatchNorm('norm', 2, { epsilon: 0 }), /norm: epsilon must be a number of at least 1e-12, got 0/);
  assert.throws(() => new BatchNorm('norm', 2, { momentum: 1.5 }), /norm: momentum must be/);
  assert.throws(() => new BatchNorm('norm', 0), /norm: units must be a whole number of at least 1, got 0/);
  assert.throws(() => new BatchNorm('norm', 2, { eps: 1 } as never), /unknown option 'eps'; known options: epsilon, momentum/);
  assert.throws(
    () => new Tape(backend().kernels, { train: true } as never),
    /Tape: unknown option 'train'; known options: training/,
  );
  assert.throws(() => new Tape(backend().kernels, { training: 1 } as never), /Tape: training must be true or false, got 1/);
});
