import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Parameter } from '../../src/autodiff';
import type { Gradients } from '../../src/autodiff';
import { backend, initBackend } from '../../src/backend';
import { NaiveTrainer } from '../../src/methods';
import type { StepGradients } from '../../src/training';
import { clipped } from '../../src/training/clip';
import { easyStream, smallModel } from '../methods/fixtures';

// Run on native by the test runner and on wasm by `test/backend/eager/wasm.test.ts`. PyTorch's own numbers: see optimizers/.
before(async () => {
  await initBackend();
});

/** Gradients of two parameters, clipped. */
function clip(first: number[], second: number[], most: number | undefined): number[][] {
  const { kernels: k, scope, toHost, dispose } = backend();
  const values = scope(() => {
    const gradients: Gradients = new Map(
      [first, second].map((numbers, i) => [
        new Parameter(`p${i}`, [numbers.length]),
        k.tensor(Float32Array.from(numbers), [numbers.length]),
      ]),
    );
    return [...clipped(k, gradients, most).values()];
  });
  const numbers = values.map((value) => Array.from(toHost(value)));
  dispose(...values);
  return numbers;
}

test('a gradient of norm 13 over two parameters is scaled to 6.5 by one factor', () => {
  const [a, b] = clip([3, 0, -4], [12], 6.5);
  [...a, ...b].forEach((value, i) => assert.ok(Math.abs(value - [1.5, 0, -2, 6][i]) < 2e-6, `${i}: ${value}`));
});

test('a gradient that is short enough stays as it is, bit for bit, and so does one of 0', () => {
  const numbers = [0.1, 0.2, 1 / 3].map(Math.fround);
  for (const most of [undefined, 1e10, 1, 0.41]) assert.deepEqual(clip(numbers, [0], most), [numbers, [0]]);
  assert.deepEqual(clip([0, 0], [0], 1e-20), [[0, 0], [0]]);
});

test('a gradient that is far too long keeps its direction to the precision of floats', () => {
  const [a, b] = clip([3e9, 0, -4e9], [12e9], 1e-3);
  [...a, ...b].forEach((value, i) => assert.ok(Math.abs(value * 13e3 - [3, 0, -4, 12][i]) < 2e-6, `${i}: ${value}`));
});

/** Makes gradients long, as a penalty would. */
class Long extends NaiveTrainer {
  static override readonly recordable: boolean = true;
  protected override adjustGradients(gradients: Gradients): Gradients {
    return new Map([...gradients].map(([parameter, gradient]) => [parameter, this.k.scale(gradient, 1e4)]));
  }
}

/** Looks at what it is told after each step. */
class Watching extends Long {
  static override readonly recordable = false;
  readonly norms: number[] = [];
  protected override afterStep({ adjusted }: StepGradients): void {
    this.norms.push(Math.hypot(...[...adjusted.values()].flatMap((value) => Array.from(backend().toHost(value)))));
  }
}

test('the trainer clips what the method made of the gradients: a step of plain SGD is lr·clipNorm long', async () => {
  for (const execution of ['op-by-op', 'recorded'] as const) {
    const model = smallModel('DomainMLP');
    const trainer = new Long(model, { epochs: 1, lr: 0.5, momentum: 0, clipNorm: 0.01 });
    const weights = () => model.parameters().flatMap((parameter) => Array.from(parameter.data()));
    const lengths: number[] = [];
    let last = weights();
    const measure = () => {
      const now = weights();
      lengths.push(Math.hypot(...now.map((value, i) => value - last[i])));
      last = now;
    };
    await trainer.trainTask(easyStream('domain-incremental').trainLoaders[0], { execution, probes: { every: 1, measure } });
    assert.equal(lengths[0], 0);
    for (const length of lengths.slice(1)) assert.ok(Math.abs(length - 0.005) < 1e-6, `${execution}: ${length}`);
    assert.equal(lengths.length, 6);
    trainer.dispose();
    model.dispose();
  }
});

test('a method is told after the step what it made of the gradients, not what was left of it', async () => {
  const trainer = new Watching(smallModel('DomainMLP'), { epochs: 1, clipNorm: 0.01 });
  await trainer.trainTask(easyStream('domain-incremental').trainLoaders[0]);
  assert.equal(trainer.norms.length, 5);
  assert.ok(Math.min(...trainer.norms) > 100, `${trainer.norms}`);
});
