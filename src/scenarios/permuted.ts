import { createHash } from 'node:crypto';
import type { Dataset } from '../data/dataset';
import type { ScenarioName } from '../data/task';
import { withDefaults } from '../utils/errors';
import { RandomStream } from '../utils/random';
import {
  buildStream,
  checkCommon,
  checkScenario,
  streamDefaults,
  type CommonSettings,
  type StreamOptions,
  type TaskStream,
} from './stream';
import { wholeDatasetPlan } from './wholeDataset';

/** Options of `permutedScenario`. */
export interface PermutedOptions extends StreamOptions {
  /** Whether the task id is known at test time: `'domain-incremental'` (default, no) or `'task-incremental'`. */
  scenario?: ScenarioName;
}

/** Every option of `permutedScenario` with its default. */
export type PermutedSettings = CommonSettings & { scenario: ScenarioName };

/** The defaults of `PermutedOptions`. */
export function permutedDefaults(): PermutedSettings {
  return { ...streamDefaults(), scenario: 'domain-incremental' };
}

/**
 * All classes in every task, the pixels in another fixed random order in each: Permuted-MNIST (Goodfellow et al. 2013;
 * Kirkpatrick et al. 2017). The first task keeps the images as they are (to a fully connected network its order is as good
 * as any; van de Ven's code does so only for figures). Each permutation is drawn once, from a stream of its own, and its
 * hash is in `settings`. With a limit, all tasks use the same images, so validation images are never trained on in another
 * task's pixel order.
 *
 * @throws for unknown options, class-incremental, or an impossible limit
 */
export function permutedScenario(dataset: Dataset, options?: PermutedOptions): TaskStream {
  const subject = 'permuted scenario';
  const settings = withDefaults<PermutedSettings>(subject, options, permutedDefaults());
  checkCommon(subject, settings);
  checkScenario(subject, settings.scenario, ['domain-incremental', 'task-incremental']);
  const pixels = dataset.width * dataset.height;
  const orders = Array.from({ length: settings.nTasks! }, (_, id) =>
    id === 0 ? undefined : pixelOrder(settings.seed!, id, pixels),
  );
  const plans = orders.map((order, id) => ({
    ...wholeDatasetPlan(dataset, settings.scenario, id, order ? `permutation ${id}` : 'original pixels'),
    pixelMap: order && ({ kind: 'permutation', order } as const),
  }));
  return buildStream('permuted', dataset, plans, settings, {
    permutations: orders.map((order) => (order ? hashOf(order) : 'identity')),
  });
}

function pixelOrder(seed: number, id: number, pixels: number): Int32Array {
  return new RandomStream(seed, `permutation/task ${id}`).permutation(pixels);
}

function hashOf(order: Int32Array): string {
  return createHash('sha1').update(order.join(',')).digest('hex').slice(0, 12);
}
