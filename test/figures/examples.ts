import * as figures from '../../src/figures';
import type { Figure, Run, SweepRun } from '../../src/figures';
import { passesGate, passesGateOverSeeds, rankMethods, type AccuracyMatrix, type AccuracyMoment } from '../../src/metrics';
import { RandomStream } from '../../src/utils/random';

/** A matrix of a stream in which `decay` of the accuracy goes with every later task, and some noise. */
function exampleMatrix(nTasks: number, decay: number, random: RandomStream, zeroShot = 0.5): AccuracyMatrix {
  return Array.from({ length: nTasks }, (_, i) =>
    Array.from({ length: nTasks }, (_, j) => {
      const noise = 0.02 * random.uniform();
      return j < i ? zeroShot - noise : Math.max(0.1, 0.99 - noise - decay * (j - i));
    }),
  );
}

const DECAYS = { naive: 0.16, ewc: 0.12, 'ewc-online': 0.1, er: 0.03, gem: 0.05, pnn: 0, joint: 0.005, mine: 0.08 };

/** Three seeds of every built-in method and of one of a user's own, with times and memory. */
export function exampleRuns(nTasks = 5, methods = Object.keys(DECAYS), seeds = 3): Run[] {
  const random = new RandomStream(7, 'examples');
  return methods.flatMap((method, m) =>
    Array.from({ length: seeds }, (_, seed) => ({
      method,
      seed,
      matrix: exampleMatrix(nTasks, DECAYS[method as keyof typeof DECAYS] * (0.8 + 0.4 * random.uniform()), random),
      seconds: 8 + 6 * m + random.uniform(),
      peakMb: 300 + 60 * m,
    })),
  );
}

/** A λ-sweep of EWC with 0 and four decades, two seeds. */
export function exampleSweep(values: number[]): SweepRun[] {
  const random = new RandomStream(8, 'examples');
  return values.flatMap((value, k) =>
    ['ewc', 'ewc-online'].flatMap((method) =>
      [0, 1].map((seed) => ({ method, seed, value, matrix: exampleMatrix(5, 0.16 / (1 + k) + 0.02 * random.uniform(), random) })),
    ),
  );
}

/** `count` images of a ring, drawn as 28 × 28 pixel rows in [0, 1]. */
function exampleImages(count: number, radius: number): number[][] {
  return Array.from({ length: count }, (_, n) =>
    Array.from({ length: 784 }, (_, p) => {
      const distance = Math.hypot((p % 28) - 13.5, (Math.floor(p / 28) - 13.5) * (1 + n / 8));
      return Math.max(0, 1 - Math.abs(distance - radius) / 2);
    }),
  );
}

const curve = (method: string, seed: number, lift: number) => ({
  method,
  seed,
  steps: [0, 1, 10, 50, 100],
  accuracies: [0.5, 0.52 + lift, 0.7 + lift, 0.9 + lift / 2, 0.95 + lift / 4 + seed / 100],
});

/** Three tasks of 40 steps, measured every fifth: each falls when the next one begins, and comes half-way back. */
function exampleMoments(): AccuracyMoment[] {
  const after = (task: number, trained: number, step: number) => {
    if (task > trained) return null;
    if (task === trained) return 0.98 - 0.88 * Math.exp(-step / 8);
    return 0.75 - (step === 5 ? 0.5 : step === 0 ? 0 : 4 / (step + 4));
  };
  return [0, 1, 2].flatMap((task) =>
    [0, 5, 10, 15, 20, 25, 30, 35, 40].map((step) => ({
      task,
      step,
      accuracies: [0, 1, 2].map((each) => after(each, task, step)),
    })),
  );
}

/** The output of every builder, by name, on data with several seeds, a gap, and names that need escaping. */
export function exampleFigures(): Record<string, Figure> {
  const runs = exampleRuns();
  const few = exampleRuns(5, ['naive', 'ewc', 'er', 'gem', 'pnn']);
  const partly = exampleMatrix(5, 0.12, new RandomStream(1, 'examples'), 0.1).map((row, i) =>
    row.map((cell, j) => (j === 4 || (i === 4 && j < 2) ? null : cell)),
  );
  const taskNames = ['digits 0, 1', 'digits 2, 3', 'digits 4, 5', 'digits 6, 7', 'digits 8, 9'];
  const lambdas = [...few, ...few.filter((run) => run.method === 'ewc').map((run) => ({ ...run, label: 'EWC λ < 100' }))];
  return {
    accuracyMatrix: figures.accuracyMatrixFigure(few[0].matrix, { title: 'Naive on Split-MNIST' }),
    accuracyMatrixWithGaps: figures.accuracyMatrixFigure(partly, { taskNames }),
    accuracyMatrixBeforeTraining: figures.accuracyMatrixFigure([
      [null, null],
      [null, null],
    ]),
    accuracyCurves: figures.accuracyCurvesFigure(few, { taskNames }),
    accuracyCurvesOfManyTasks: figures.accuracyCurvesFigure(exampleRuns(11, ['naive', 'er'], 1)),
    metricBars: figures.metricBarsFigure(runs),
    metricBarsOfVariants: figures.metricBarsFigure(lambdas),
    forgetting: figures.forgettingFigure(lambdas, { taskNames }),
    forwardTransfer: figures.forwardTransferFigure(exampleRuns(5, ['naive', 'pnn']), {
      baseline: [0.5, 0.48, 0.5, 0.51, 0.5],
      taskNames,
    }),
    learningCurves: figures.learningCurvesFigure(
      [0, 1].flatMap((seed) => [curve('naive', seed, 0.03), curve('pnn', seed, 0.01), curve('from-scratch', seed, 0)]),
    ),
    parameterGrowth: figures.parameterGrowthFigure(
      [1, 2, 3, 4, 5].map((k) => ({ total: 269322 * k, frozen: 269322 * (k - 1), trainable: 269322 })),
    ),
    costAccuracy: figures.costAccuracyFigure(runs),
    criticalDifference: figures.criticalDifferenceFigure(rankMethods(figures.scoresOf(exampleRuns(5, undefined, 12)))),
    gate: figures.gateFigure(passesGate(few[9].matrix, few[6].matrix, { maxFm: 0.25 })),
    gateOverSeeds: figures.gateFigure(passesGateOverSeeds(few.slice(9, 12), few.slice(6, 9), { maxFm: 0.25 })),
    gateNotMeasured: figures.gateFigure(passesGate(partly, few[0].matrix)),
    imageGrid: figures.imageGridFigure(
      [4, 6, 8, 10, 12].map((radius, k) => ({
        label: `task ${k + 1}`,
        images: exampleImages(10, radius),
        captions: '0123456789'.split(''),
      })),
    ),
    compatibility: figures.compatibilityFigure([
      ...['MLP', 'MultiHeadMLP', 'SingleHeadMLP', 'ProgressiveNeuralNet'].flatMap((row, r) =>
        ['task-incremental', 'domain-incremental', 'class-incremental'].map((column, c) => ({
          row,
          column,
          fits: (r + c) % 3 === 0 ? true : (r + c) % 3 === 1 ? ('partly' as const) : false,
          reason: 'the task id is hidden at test time, so nobody can tell which head is to answer',
        })),
      ),
      { row: 'DomainMLP', column: 'domain-incremental', fits: true, reason: 'one head serves all domains' },
    ]),
    confusion: figures.confusionFigure(
      Array.from({ length: 10 }, (_, i) => Array.from({ length: 10 }, (_, j) => (j >= 8 ? 40 : i === j ? 20 : 0))),
      {
        classNames: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle <boot>'],
      },
    ),
    insideTasks: figures.insideTasksFigure(exampleMoments(), { taskNames: taskNames.slice(0, 3) }),
    stream: figures.streamFigure({
      classNames: ['cat', 'dog', 'a <horse>', 'car', 'bus'],
      taskNames: ['base: cats and dogs', 'a horse', 'again & new'],
      counts: [
        [500, 0, 20],
        [500, 0, 0],
        [0, 250, 20],
        [0, 0, 250],
        [0, 0, 250],
      ],
    }),
    sweep: figures.sweepFigure(exampleSweep([0.1, 1, 10, 100, 1000]), { parameter: 'λ' }),
    sweepWithZero: figures.sweepFigure(exampleSweep([0, 0.4, 10, 100, 1000]), { parameter: 'λ' }),
  };
}
