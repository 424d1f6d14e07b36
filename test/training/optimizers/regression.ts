import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parameter } from '../../../src/autodiff';
import { backend, newRecording } from '../../../src/backend';
import type { Kernels, Value } from '../../../src/backend';
import { clipped } from '../../../src/training/clip';
import type { Optimizer } from '../../../src/training/optimizers';
import { LearningRates, learningRates } from '../../../src/training/schedule';

/** Written by `trajectories.py`. */
interface Fixture {
  torch: string;
  problem: Record<'x' | 'y' | 'weight' | 'bias', number[]>;
  runs: ({ optimizer: string; options: { lr: number }; steps: Record<string, Record<'weight' | 'bias', number[]>> } & Changed)[];
}

/** What changes the gradients or the learning rate on the way. */
interface Changed {
  clipNorm?: number | null;
  restarts?: { first: number; factor: number; minLr: number } | null;
}

const FILE = join(__dirname, '..', '..', '..', '..', 'test', 'training', 'optimizers', 'trajectories.json');
const { problem, runs, torch } = JSON.parse(readFileSync(FILE, 'utf8')) as Fixture;
const ROWS = problem.x.length / 3;

/** The trajectories of one of PyTorch's optimisers, each with a name for a test. */
export function trajectories(optimizer: string) {
  return runs
    .filter((run) => run.optimizer === optimizer)
    .map(({ optimizer: _, steps, ...how }) => ({ name: `PyTorch ${torch} ${JSON.stringify(how)}`, ...how, steps }));
}

/** A linear regression: the sum over outputs and the mean over rows of ½·(x·W + b − y)². */
export class Regression {
  readonly weight = new Parameter('weight', [3, 2], Float32Array.from(problem.weight));
  readonly bias = new Parameter('bias', [2], Float32Array.from(problem.bias));

  private rates: LearningRates | undefined;
  private done = 0;

  constructor(
    readonly optimizer: Optimizer,
    private readonly how: Changed & { options?: { lr: number } } = {},
  ) {
    if (!how.restarts) return;
    const { minLr, ...warmRestarts } = how.restarts;
    const schedule = { name: 'cosine', every: 'step', minLr, warmRestarts } as const;
    this.rates = new LearningRates(learningRates('test', schedule, how.options!.lr, 100), 1);
  }

  /** What a recorded step gets: which learning rate it has. */
  inputs(count: number): Record<string, Int32Array> {
    const places = this.rates?.places(this.done, count).map(([place]) => place);
    this.done += count;
    return places ? { rate: Int32Array.from(places) } : {};
  }

  /** One step in kernels. */
  readonly step = (k: Kernels, { rate }: { rate?: Value } = {}) => {
    const x = k.tensor(Float32Array.from(problem.x), [ROWS, 3]);
    const y = k.tensor(Float32Array.from(problem.y), [ROWS, 2]);
    const error = k.sub(k.biasAdd(k.matMul(x, k.read(this.weight)), k.read(this.bias)), y); // [rows, 2]
    const delta = k.scale(error, 1 / ROWS);
    const gradients = new Map([
      [this.weight, k.matMul(x, delta, true)],
      [this.bias, k.columnSums(delta)],
    ]);
    this.optimizer.step(k, clipped(k, gradients, this.how.clipNorm ?? undefined), rate && this.rates!.at(k, rate));
    return k.scale(k.sum(k.mul(error, error)), 0.5 / ROWS);
  };

  /** Steps one after the other, each operation at once. */
  opByOp(count: number): void {
    const { kernels, scope } = backend();
    for (let i = 0; i < count; i++) {
      const { rate } = this.inputs(1);
      scope(() => void this.step(kernels, rate && { rate: kernels.tensor(rate, [1]) }));
    }
  }

  /** The weights after some steps, in the order of PyTorch. */
  weights(): number[] {
    return [...this.weight.data(), ...this.bias.data()];
  }

  dispose(): void {
    for (const parameter of [this.weight, this.bias]) parameter.dispose();
    this.optimizer.dispose();
    this.rates?.dispose();
  }
}

/** Follows a trajectory of 100 steps: op by op, and where the backend has graphs, recorded with many steps a call. */
export function follow(make: () => Optimizer, { steps, ...how }: ReturnType<typeof trajectories>[number]): void {
  const marks = Object.keys(steps).map(Number);
  assert.equal(Math.max(...marks), 100);
  const direct = new Regression(make(), how);
  marks.forEach((mark, i) => {
    direct.opByOp(mark - (marks[i - 1] ?? 0));
    near(direct.weights(), steps[mark], `step ${mark}, op by op`);
  });
  direct.dispose();
  const recorded = new Regression(make(), how);
  const recording = newRecording(true);
  if (recording) {
    const program = recording.program(how.restarts ? { rate: 1 } : {}, recorded.step);
    marks.forEach((mark, i) => {
      const count = mark - (marks[i - 1] ?? 0);
      recording.run(program, count, recorded.inputs(count));
      near(recorded.weights(), steps[mark], `step ${mark}, recorded`);
    });
    recording.close();
  }
  recorded.dispose();
}

function near(actual: number[], { weight, bias }: Record<'weight' | 'bias', number[]>, where: string): void {
  const expected = [...weight, ...bias];
  const gaps = actual.map((value, i) => Math.abs(value - expected[i]));
  assert.ok(gaps.length === 8 && Math.max(...gaps) < TOLERANCE, `${where}: off by ${Math.max(...gaps)}`);
}

/** Rounding of 32-bit floats over 100 steps of weights up to 3. */
const TOLERANCE = 2e-6;
