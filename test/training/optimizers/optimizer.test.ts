import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Parameter } from '../../../src/autodiff';
import { backend, decodeTensor, initBackend, newRecording, type Kernels } from '../../../src/backend';
import { Adam, SGD, type Optimizer, type OptimizerState } from '../../../src/training/optimizers';
import { Regression } from './regression';

// Run on native by the test runner and on wasm by `test/backend/eager/wasm.test.ts`.
before(async () => {
  await initBackend();
});

const MAKERS: Record<string, () => Optimizer> = {
  SGD: () => new SGD({ lr: 0.05, momentum: 0.9, weightDecay: 0.01 }),
  Adam: () => new Adam({ lr: 0.02, weightDecay: 0.01 }),
};

for (const [name, make] of Object.entries(MAKERS)) {
  test(`${name} saved in the middle and restored goes on bit for bit, through JSON`, () => {
    const whole = new Regression(make());
    whole.opByOp(7);
    const state = JSON.parse(JSON.stringify(whole.optimizer.state())) as OptimizerState;
    const other = new Regression(make());
    other.opByOp(3); // forgotten by the restore
    other.weight.set(whole.weight.data());
    other.bias.set(whole.bias.data());
    other.optimizer.restore(state);
    assert.deepEqual(other.optimizer.state(), state);
    for (const one of [whole, other]) one.opByOp(5);
    assert.deepEqual(other.weights(), whole.weights());
    assert.deepEqual(other.optimizer.state(), whole.optimizer.state());
    whole.dispose();
    other.dispose();
  });

  test(`${name} saved after recorded steps goes on op by op as one that was never recorded`, (t) => {
    const recording = newRecording(true);
    if (!recording) return t.skip('the backend has no graphs');
    const [recorded, direct] = [new Regression(make()), new Regression(make())];
    recording.run(recording.program({}, recorded.step), 6, {});
    const state = recorded.optimizer.state();
    recording.close();
    recorded.optimizer.restore(state);
    recorded.opByOp(4);
    direct.opByOp(10);
    recorded.weights().forEach((value, i) => assert.ok(Math.abs(value - direct.weights()[i]) < 1e-6));
    recorded.dispose();
    direct.dispose();
  });

  test(`${name} keeps what it knows of a parameter that grows, and starts its new entries afresh`, () => {
    const { kernels: k, scope } = backend();
    const step = (optimizer: Optimizer, parameter: Parameter, gradient: number[]) =>
      scope(() => optimizer.step(k, new Map([[parameter, k.tensor(Float32Array.from(gradient), parameter.shape)]])));
    const [growing, fixed] = [make(), make()];
    const [wide, narrow] = [1, 2].map(() => new Parameter('w', [2, 2], Float32Array.of(1, 2, 3, 4)));
    for (const [optimizer, parameter] of [
      [growing, wide],
      [fixed, narrow],
    ] as const)
      step(optimizer, parameter, [1, 2, 3, 4]);
    const [a, b, c, d] = wide.data();
    wide.set(Float32Array.of(a, b, 5, c, d, 6), [2, 3]);
    step(growing, wide, [1, 1, 0, 1, 1, 0]);
    step(fixed, narrow, [1, 1, 1, 1]);
    const after = Array.from(wide.data());
    assert.deepEqual([after[0], after[1], after[3], after[4]], Array.from(narrow.data()));
    wide.set(Float32Array.of(1), [1, 1]);
    assert.throws(() => step(growing, wide, [1]), /does not fit a parameter \[1,1\]; use a new optimizer/);
    for (const one of [growing, fixed, wide, narrow]) one.dispose();
  });

  test(`${name} forgets its averages of the entries it is told to, op by op and recorded, and of no others`, (t) => {
    const kept = Float32Array.of(1, 0, 1);
    const forgetting = (optimizer: Optimizer, parameter: Parameter, k: Kernels) => {
      optimizer.step(k, new Map([[parameter, k.tensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])]]));
      optimizer.forget(k, parameter, k.tensor(kept, [3])); // repeated for each row
      optimizer.forget(k, new Parameter('unknown', [3]), k.tensor(kept, [3]));
    };
    const after = (run: (optimizer: Optimizer, parameter: Parameter) => void) => {
      const [optimizer, parameter] = [make(), new Parameter('w', [2, 3], new Float32Array(6).fill(1))];
      run(optimizer, parameter);
      const { parameters } = optimizer.state();
      for (const one of [optimizer, parameter]) one.dispose();
      assert.deepEqual(Object.keys(parameters), ['w']);
      return Object.values(parameters.w).filter(({ shape }) => shape.length > 0).map((tensor) => decodeTensor('w', tensor).numbers); // prettier-ignore
    };
    const { kernels: k, scope } = backend();
    const opByOp = after((optimizer, parameter) => scope(() => forgetting(optimizer, parameter, k)));
    for (const numbers of opByOp) numbers.forEach((value, i) => assert.equal(value === 0, i % 3 === 1));
    const recording = newRecording(true);
    if (!recording) return t.skip('the backend has no graphs');
    const recorded = after((optimizer, parameter) => {
      const step = (recorder: Kernels) => {
        forgetting(optimizer, parameter, recorder);
        return recorder.sum(recorder.read(parameter));
      };
      recording.run(recording.program({}, step), 1, {});
      recording.endLoans();
    });
    recording.close();
    assert.deepEqual(recorded, opByOp);
  });

  test(`${name} frees all it holds, also what a restore replaces`, () => {
    const { tensorCount } = backend();
    const first = new Regression(make());
    first.opByOp(2);
    first.dispose();
    const before = tensorCount();
    const second = new Regression(make());
    second.opByOp(3);
    assert.ok(tensorCount() > before);
    second.optimizer.restore(second.optimizer.state());
    second.opByOp(1);
    second.dispose();
    assert.equal(tensorCount(), before);
  });

  test(`${name} refuses frozen parameters and two of one name`, () => {
    const { kernels: k, scope } = backend();
    const optimizer = make();
    const step = (parameter: Parameter) =>
      scope(() => optimizer.step(k, new Map([[parameter, k.tensor(Float32Array.of(1), [1])]])));
    const [one, twin] = [1, 2].map(() => new Parameter('w', [1]));
    one.frozen = true;
    assert.throws(() => step(one), /w: it is frozen, but a training step wants to change it/);
    assert.deepEqual(Array.from(one.data()), [0]);
    one.frozen = false;
    step(one);
    assert.throws(() => step(twin), /w: two parameters of this name/);
    optimizer.dispose();
    one.dispose();
  });

  test(`${name} refuses a damaged state and then remembers what it did`, () => {
    const regression = new Regression(make());
    regression.opByOp(2);
    const { optimizer } = regression;
    const state = optimizer.state();
    const own = Object.keys(state.parameters.weight)[0];
    const changed = (tensor: object | undefined) => ({
      ...state,
      parameters: { ...state.parameters, bias: { ...state.parameters.bias, [own]: tensor } },
    });
    const short = { ...state.parameters.bias[own], shape: [3] };
    const wrong: [unknown, RegExp][] = [
      [undefined, /restore: the state is of undefined/],
      [{ ...state, kind: 'lion' }, /restore: the state is of 'lion'/],
      [{ kind: state.kind }, /restore: it lists no parameters/],
      [{ ...state, parameters: { weight: state.parameters.weight, bias: {} } }, /restore: bias has nothing instead of/],
      [changed(short), /bias\/.*do not fill its shape \[3\]; the saved state is damaged/],
      [changed(undefined), /bias\/.*shape of a saved tensor/],
    ];
    for (const [one, message] of wrong) assert.throws(() => optimizer.restore(one as OptimizerState), message);
    assert.deepEqual(optimizer.state(), state);
    regression.dispose();
  });
}

test('a state of one kind does not fit the other', () => {
  assert.throws(() => new SGD().restore(new Adam().state()), /SGD.restore: the state is of 'adam', this optimizer is 'sgd'/);
});

test('Adam’s corrections must be single numbers', () => {
  const regression = new Regression(new Adam());
  regression.opByOp(1);
  const state = regression.optimizer.state();
  const bias = { ...state.parameters.bias, firstCorrection: state.parameters.bias.mean };
  assert.throws(() => new Adam().restore({ ...state, parameters: { bias } }), /firstCorrection: it must be a single number/);
  regression.dispose();
});
