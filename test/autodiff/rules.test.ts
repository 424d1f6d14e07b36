import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Parameter, Tape } from '../../src/autodiff';
import * as rules from '../../src/autodiff/rules';
import { backend, elements, initBackend, type Kernels, type Value } from '../../src/backend';
import { RandomStream } from '../../src/utils/random';
import { CONSTANT_KERNELS, REFUSED_BROADCASTS, REFUSED_KERNELS, RULE_CASES, type Operand, type RuleCase } from './ruleCases';

// Run on native by the test runner and on wasm by `test/backend/eager/wasm.test.ts`.
before(async () => {
  await initBackend();
});

/**
 * Step of the finite differences. A result is rounded to 6e-8 of its size, which divided by the step makes 2e-6 of it; the stencil
 * of four points leaves h⁴/30 = 3e-8 of the fifth derivative. So both stay well below the tolerance.
 */
const STEP = 2 ** -5;
const TOLERANCE = 1e-4;
/** What the gradient of each entry of a result is, so that no entry stands for another. */
const upstream = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.cos(3 * i + 1) + 0.25);

/** The result's numbers for these operands. */
function numbersOf({ result }: RuleCase, operands: readonly Operand[]): Float32Array {
  const { kernels: k, scope, toHost, dispose } = backend();
  const value = scope(() => result(k, operands.map(({ shape, numbers }) => k.tensor(numbers, [...shape]))));
  const numbers = Float32Array.from(toHost(value));
  dispose(value);
  return numbers;
} // prettier-ignore

/** The gradients of a loss made from the result, by operand. */
function gradientsOf({ operands, result }: RuleCase, loss: (tape: Tape, result: Value) => Value): Float32Array[] {
  const { kernels: k, scope, toHost } = backend();
  const parameters = operands.map(({ shape, numbers }, i) => new Parameter(`operand ${i}`, [...shape], numbers));
  const found: Float32Array[] = [];
  scope(() => {
    const tape = new Tape(k);
    const gradients = tape.gradients(loss(tape, result(tape, parameters.map((parameter) => tape.read(parameter))))); // prettier-ignore
    for (const parameter of parameters) {
      const gradient = gradients.get(parameter);
      assert.deepEqual(gradient?.shape, parameter.shape, 'the gradient has the shape of its operand');
      found.push(Float32Array.from(toHost(gradient)));
    }
  });
  parameters.forEach((parameter) => parameter.dispose());
  return found;
}

/** How each entry of the result changes with entry `at` of an operand. */
function slopes(one: RuleCase, which: number, at: number): number[] {
  const [up2, up, down, down2] = [2, 1, -1, -2].map((steps) => {
    const numbers = one.operands[which].numbers.map((value, i) => (i === at ? value + steps * STEP : value));
    return numbersOf(one, one.operands.map((operand, i) => (i === which ? { ...operand, numbers } : operand))); // prettier-ignore
  });
  return Array.from(up, (_, i) => (8 * (up[i] - down[i]) - (up2[i] - down2[i])) / (12 * STEP));
}

for (const [kernel, cases] of Object.entries(RULE_CASES)) {
  test(`${kernel}: the gradient of every operand equals finite differences, in all forms`, () => {
    for (const one of cases) {
      const size = numbersOf(one, one.operands).length;
      const weights = upstream(size);
      const weighted = gradientsOf(one, (tape, y) => tape.sum(tape.mul(y, tape.tensor(weights, y.shape))));
      const uniform = gradientsOf(one, (tape, y) => tape.scale(tape.sum(y), -0.5));
      one.operands.forEach(({ numbers }, which) =>
        numbers.forEach((_, at) => {
          const slope = slopes(one, which, at);
          const about = `${kernel}, ${one.about}: operand ${which}, entry ${at}`;
          close(weighted[which][at], slope.reduce((sum, value, i) => sum + value * weights[i], 0), about); // prettier-ignore
          close(uniform[which][at], slope.reduce((sum, value) => sum - 0.5 * value, 0), `${about}, uniform`); // prettier-ignore
        }),
      );
    }
  });
}

function close(actual: number, expected: number, about: string): void {
  assert.ok(Math.abs(actual - expected) < TOLERANCE * Math.max(1, Math.abs(expected)), `${about}: ${actual}, finite difference ${expected}`); // prettier-ignore
}

test('an operand that is repeated between its axes is refused with its shapes; the other one has its gradient', () => {
  for (const [large, small] of REFUSED_BROADCASTS) {
    const [a, b] = [large, small].map((shape) => ({ shape, numbers: new Float32Array(elements(shape)).fill(2) }));
    const refusal = `no gradient for an operand [${small}] that is repeated to [${large}] between its axes; reshape it first`;
    for (const kernel of ['add', 'sub', 'mul', 'div'] as const) {
      const both: RuleCase = { about: '', operands: [a, b], result: (k, [x, y]) => k[kernel](x, y) };
      for (const loss of [(tape: Tape, y: Value) => tape.sum(y), (tape: Tape, y: Value) => tape.sum(tape.mul(y, y))]) {
        assert.throws(() => gradientsOf(both, loss), ({ message }: Error) => message.includes(refusal)); // prettier-ignore
      }
      const alone: RuleCase = { about: '', operands: [a], result: (k, [x]) => k[kernel](x, k.tensor(b.numbers, small)) };
      const [gradient] = gradientsOf(alone, (tape, y) => tape.sum(y));
      assert.ok(gradient.every((value) => value === { add: 1, sub: 1, mul: 2, div: 0.5 }[kernel]));
    }
  }
});

/** Calls `use` with a value that depends on a parameter. */
function withTracked(shape: number[], use: (tape: Tape, x: Value, k: Kernels) => void): void {
  const { kernels: k, scope } = backend();
  const random = new RandomStream(4);
  const parameter = new Parameter(
    'p',
    shape,
    Float32Array.from({ length: elements(shape) }, () => random.normal()),
  );
  scope(() => {
    const tape = new Tape(k);
    use(tape, tape.scale(tape.read(parameter), 2), k);
  });
  parameter.dispose();
}

for (const [kernel, calls] of Object.entries(REFUSED_KERNELS)) {
  test(`${kernel} has no rule: it throws where a gradient would be lost, and computes where none is`, () => {
    for (const [shape, call] of calls) {
      const lost = new RegExp(`^Error: loss: no gradient flows through ${kernel}; use it on values that depend on no parameter`);
      withTracked(shape, (tape, x) => assert.throws(() => call(tape, x), lost));
      withTracked(shape, (tape, x, k) => {
        const numbers = (value: unknown) => [value].flat().map((one) => Array.from(backend().toHost(one as Value)));
        const free = k.scale(x, 1); // the same numbers, unknown to the tape
        assert.deepEqual(numbers(call(tape, free)), numbers(call(k, free)));
      });
    }
  });
}

test('results that do not change with their operand are constants: nothing flows back', () => {
  for (const [kernel, compute] of Object.entries(CONSTANT_KERNELS)) {
    withTracked([2, 3], (tape, x) => {
      const y = compute(tape, x);
      if (y.dtype === 'int32') return assert.equal(kernel, 'argMax');
      const loss = tape.sum(y);
      assert.throws(() => tape.gradients(loss), /loss: it depends on no parameter that may change/, kernel);
    });
  }
});

test('every kernel of the tape has a case: a rule, a refusal, or a constant result', () => {
  const variables = ['read', 'assign', 'momentumStep', 'adamStep'];
  const own = ['constructor', 'gradients', 'factors', 'note', 'refuse', 'checkLoss'];
  const cases = [RULE_CASES, REFUSED_KERNELS, CONSTANT_KERNELS].flatMap((list) => Object.keys(list));
  assert.deepEqual(Object.getOwnPropertyNames(Tape.prototype).sort(), [...cases, ...variables, ...own].sort());
  const parts = ['crossEntropyGradient']; // the second result of a kernel
  assert.deepEqual(Object.keys(rules).filter((name) => !parts.includes(name)).sort(), Object.keys(RULE_CASES).sort()); // prettier-ignore
});
