import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend, type Value } from '../../src/backend';
import type { TaskLoader } from '../../src/data/loader';
import type { ScenarioName } from '../../src/data/task';
import { GEM, solveBoundedQP } from '../../src/methods';
import type { TrainingBatch } from '../../src/training';
import { ProgressiveNeuralNet, type Model } from '../../src/models';
import type { Factors, Gradients, Parameter } from '../../src/autodiff';
import { GemMemory } from '../../src/methods/parts/gemMemory';
import { hostGradients } from '../models/fixtures';
import { dot, easyStream, smallModel, wholeTask } from './fixtures';

before(async () => {
  await initBackend();
});

/** The entries of all parameters one after the other; parameters without a gradient count as 0. */
function flat(model: Model, gradients: ReadonlyMap<Parameter, ArrayLike<number>>): Float64Array {
  return Float64Array.from(
    model.parameters().flatMap((parameter) => Array.from(gradients.get(parameter) ?? new Float64Array(parameter.data().length))),
  );
}

/** One step seen from outside: the gradient before and after GEM, and every past task's, formed explicitly. */
interface Step {
  g: Float64Array;
  projected: Float64Array;
  past: Float64Array[];
}

/** GEM that notes its steps. Its memories hold the whole tasks, so the past gradients can be formed from the loaders. */
class Watched extends GEM {
  readonly steps: Step[] = [];
  constructor(
    model: Model,
    private readonly loaders: readonly TaskLoader[],
    margin: number,
    private readonly byRows: boolean,
  ) {
    super(model, { memoryPerTask: 1000, margin, epochs: 2, lr: 0.05, seed: 1 });
  }
  protected override adjustGradients(gradients: Gradients, batch: TrainingBatch, factors: Factors): Gradients {
    const onHost = (values: ReadonlyMap<Parameter, Value>) =>
      flat(this.model, new Map([...values].map(([parameter, value]) => [parameter, Float32Array.from(backend().toHost(value))])));
    const g = onHost(gradients);
    const past = this.learntTasks.map((id) => flat(this.model, hostGradients(this.model, wholeTask(this.loaders[id])).gradients));
    (this as unknown as { violatedLately: number }).violatedLately = Number(this.byRows);
    const adjusted = super.adjustGradients(gradients, batch, factors);
    this.steps.push({ g, projected: onHost(adjusted), past });
    return adjusted;
  }
}

/** `byRows`: whether violations are looked for in the past gradients themselves or in products of factors. */
async function watch(scenario: ScenarioName, architecture: string, margin: number, byRows = false): Promise<Watched> {
  const stream = easyStream(scenario);
  const trainer = new Watched(smallModel(architecture), stream.trainLoaders, margin, byRows);
  await trainer.runSequence(stream);
  return trainer;
}

const isViolated = ({ g, past }: Step) => past.some((row) => dot(row, g) < 0);
const SETTINGS = [
  ['class-incremental', 'SingleHeadMLP'],
  ['task-incremental', 'MultiHeadMLP'],
  ['domain-incremental', 'DomainMLP'],
] as const;

for (const [scenario, architecture] of SETTINGS) {
  for (const [margin, byRows] of [
    [0, false],
    [0, true],
    [0.5, false],
    [0.5, true],
  ] as const) {
    test(`${scenario}, margin ${margin}, ${byRows ? 'rows' : 'factors'}: every step is the explicit g + Gᵀv, unchanged without violation, feasible with`, async () => {
      const trainer = await watch(scenario, architecture, margin, byRows);
      let [violated, untouched] = [0, 0];
      for (const step of trainer.steps) {
        const { g, projected, past } = step;
        const size = Math.sqrt(dot(g, g));
        const clear = past.every((row) => Math.abs(dot(row, g)) > 1e-5 * size * Math.sqrt(dot(row, row)));
        if (!clear) continue; // a product so near 0 that rounding decides
        if (!isViolated(step)) {
          assert.deepEqual(projected, g);
          untouched += +(past.length > 0);
          continue;
        }
        violated++;
        const v = solveBoundedQP(
          past.map((a) => past.map((b) => dot(a, b))),
          past.map((row) => dot(row, g)),
          margin,
        );
        const expected = g.map((value, j) => value + past.reduce((sum, row, i) => sum + v[i] * row[j], 0));
        const scale = Math.sqrt(dot(expected, expected)) + size;
        projected.forEach((value, j) =>
          assert.ok(Math.abs(value - expected[j]) < 2e-4 * scale, `entry ${j}: ${value}, ${expected[j]}`),
        );
        for (const row of past)
          assert.ok(dot(projected, row) >= -2e-4 * scale * Math.sqrt(dot(row, row)), 'it contradicts a past task');
      }
      assert.ok(violated >= 3, `only ${violated} violations: the test shows nothing`);
      if (scenario !== 'class-incremental') assert.ok(untouched >= 1, 'no step without violation was seen');
    });
  }
}

test('steps and projections are counted', async () => {
  const trainer = await watch('domain-incremental', 'DomainMLP', 0);
  const later = trainer.steps.filter(({ past }) => past.length > 0);
  assert.equal(trainer.projections.steps, later.length);
  assert.ok(
    Math.abs(trainer.projections.projected - later.filter(isViolated).length) <= 1,
    'but for a product that rounding decides',
  );
});

test('the first task trains without a constraint', async () => {
  const trainer = await watch('class-incremental', 'SingleHeadMLP', 0.5);
  for (const { g, projected, past } of trainer.steps.slice(0, 10)) {
    assert.equal(past.length, 0);
    assert.deepEqual(projected, g);
  }
});

test('the memory holds memoryPerTask samples a task, or the whole task where it has fewer', async () => {
  const model = smallModel('SingleHeadMLP');
  const stream = easyStream('class-incremental');
  const sizes = async (memoryPerTask: number) => {
    const asked: number[] = [];
    const trainer = new GEM(model, { memoryPerTask, epochs: 1, seed: 1 });
    for (const loader of stream.trainLoaders.slice(0, 1)) {
      const { hostData } = loader;
      await trainer.trainTask(loader);
      loader.hostData = (samples) => {
        asked.push(new Set(samples).size);
        return hostData.call(loader, samples);
      };
      await trainer.consolidate(loader);
      loader.hostData = hostData;
    }
    return asked;
  };
  assert.deepEqual([await sizes(30), await sizes(300)], [[30], [80]]);
});

test('a model that cannot take rows of several tasks, and options out of range, are refused at once', () => {
  assert.throws(
    () => new GEM(new ProgressiveNeuralNet()),
    /GEM: it learns from rows of several tasks at once, which ProgressiveNeuralNet cannot take; use/,
  );
  assert.throws(
    () => new GEM(smallModel('DomainMLP'), { memoryPerTask: 0 }),
    /GEM: memoryPerTask must be a whole number of at least 1/,
  );
  assert.throws(() => new GEM(smallModel('DomainMLP'), { margin: -0.1 }), /GEM: margin must be a number of at least 0/);
});

test('tasks with different numbers of samples have the gradients they have alone', async () => {
  const model = smallModel('DomainMLP');
  const { trainLoaders } = easyStream('domain-incremental');
  model.prepareTask(trainLoaders[0].task);
  const parts = [30, 12].map((count, i) => trainLoaders[i].hostData(Int32Array.from({ length: count }, (_, sample) => sample)));
  const { kernels: k, toHost } = backend();
  const rowsOf = (...chosen: number[]) => {
    const memory = new GemMemory(model.inputSize);
    chosen.forEach((i) => memory.add(i, parts[i]));
    const rows = memory.rows(k, memory.gradients(k, model, false), model.parameters()).map((row) => Array.from(toHost(row!)));
    memory.dispose();
    return rows;
  };
  const [both, first, second] = [rowsOf(0, 1), rowsOf(0), rowsOf(1)];
  both.forEach((row, i) =>
    [...first[i], ...second[i]].forEach((value, j) => assert.ok(Math.abs(row[j] - value) < 1e-6, `parameter ${i}, entry ${j}`)),
  );
});
