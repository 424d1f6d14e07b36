import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Dataset } from '../../src/data/dataset';
import { datasetFromArrays } from '../../src/data/fromArrays';
import type { TaskLoader } from '../../src/data/loader';
import type { ScenarioName } from '../../src/data/task';
import { TrainingInterrupted } from '../../src/training';
import { DomainMLP, MultiHeadMLP, ProgressiveNeuralNet, SingleHeadMLP, type Model } from '../../src/models';
import { permutedScenario } from '../../src/scenarios/permuted';
import { splitScenario } from '../../src/scenarios/split';
import type { TaskStream } from '../../src/scenarios/stream';
import { RandomStream } from '../../src/utils/random';
import type { HostBatch } from '../models/fixtures';

const SIDE = 4;

/** Six classes of 4×4 images that are easy to tell apart: each class lights up pixels of its own, with noise. */
export function easyDataset(perClass = 40): Dataset {
  const random = new RandomStream(5, 'easy');
  const patterns = Array.from({ length: 6 }, () => Array.from({ length: SIDE * SIDE }, () => random.uniform()));
  const set = (count: number) => {
    const labels = Array.from({ length: 6 * count }, (_, i) => i % 6);
    const images = labels.map((label) => patterns[label].map((p) => Math.min(1, Math.max(0, p + 0.1 * random.normal()))));
    return { images, labels };
  };
  return datasetFromArrays({ name: 'easy', train: set(perClass), test: set(20), width: SIDE, height: SIDE });
}

const dataset = easyDataset();

/** Three tasks of easy data: two classes each, or (domain-incremental) all six with permuted pixels. 80 or 240 images a task. */
export function easyStream(scenario: ScenarioName, batchSize = 16): TaskStream {
  if (scenario === 'domain-incremental') return permutedScenario(dataset, { nTasks: 3, batchSize: 3 * batchSize, seed: 7 });
  return splitScenario(dataset, { scenario, nTasks: 3, batchSize, seed: 7 });
}

/** A stream on which naive training forgets: as `easyStream`, but with permuted pixels where the task id is known, too. */
export function lifeStream(scenario: ScenarioName): TaskStream {
  if (scenario !== 'task-incremental') return easyStream(scenario);
  return permutedScenario(dataset, { scenario, nTasks: 3, batchSize: 48, seed: 7 });
}

/** A small network of the named architecture for easy data. */
export function smallModel(architecture: string, seed = 7): Model {
  const options = { inputSize: SIDE * SIDE, hidden: [16, 12], seed };
  if (architecture === 'MultiHeadMLP') return new MultiHeadMLP(options);
  if (architecture === 'SingleHeadMLP') return new SingleHeadMLP(options);
  if (architecture === 'ProgressiveNeuralNet') return new ProgressiveNeuralNet(options);
  return new DomainMLP({ ...options, nClasses: 6 });
}

/** All samples of a loader as one batch. */
export function wholeTask(loader: TaskLoader): HostBatch {
  const { images, labels } = loader.hostData();
  return {
    n: labels.length,
    inputs: images,
    labels,
    task: loader.task.scenario === 'task-incremental' ? loader.task.id : undefined,
  };
}

/** A signal that interrupts at every second look, so that training goes on a little with each call. */
export class Stutter {
  looks = 0;
  get aborted(): boolean {
    return ++this.looks % 2 === 0;
  }
}

/** Calls `train` again after every interruption until it ends by itself; says how often it was interrupted. */
export async function untilDone<T>(train: () => Promise<T>): Promise<{ result: T; interruptions: number }> {
  for (let interruptions = 0; ; interruptions++) {
    try {
      return { result: await train(), interruptions };
    } catch (error) {
      if (!(error instanceof TrainingInterrupted) || interruptions > 1000) throw error;
    }
  }
}

/** The inner product of two flat vectors, in double precision. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Frees what nobody holds any more, on the device as well: what earlier tests left must not go away in the middle of a count. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5)); // the callbacks of a FinalizationRegistry are tasks of their own
  }
}
