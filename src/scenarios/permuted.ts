import { createHash } from 'node:crypto';
import { checkDataset, isImage, sizeOf, type Dataset } from '../data/dataset';
import { pixelPermutation } from '../data/pixels';
import type { ScenarioName } from '../data/task';
import { problem, withDefaults } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { checkCommon, checkScenario, streamDefaults, type CommonSettings, type StreamOptions, type TaskStream } from './stream';
import {
  WHOLE_DATASET_DEFAULTS,
  WHOLE_DATASET_SCENARIOS,
  wholeDatasetPlan,
  wholeDatasetStream,
  type WholeDatasetOptions,
} from './wholeDataset';

/** Options of `permutedScenario`. */
export interface PermutedOptions extends StreamOptions, WholeDatasetOptions {
  /**
   * What is known at test time. `'domain-incremental'` (default) and `'task-incremental'`: the same classes in every task, without and
   * with the task id; `'class-incremental'`: each class in each permutation is one of its own, so that 10 tasks of 10 classes bring 100
   * (van de Ven & Tolias 2019).
   */
  scenario?: ScenarioName;
}

/** Every option of `permutedScenario` with its default. */
export type PermutedSettings = CommonSettings & typeof WHOLE_DATASET_DEFAULTS & { scenario: ScenarioName };

/** The defaults of `PermutedOptions`. */
export function permutedDefaults(): PermutedSettings {
  return { ...streamDefaults(), ...WHOLE_DATASET_DEFAULTS, scenario: 'domain-incremental' };
}

/**
 * All classes in every task, the pixels in another fixed random order in each: Permuted-MNIST (Goodfellow et al. 2013;
 * Kirkpatrick et al. 2017). The first task keeps the images as they are (to a fully connected network its order is as good
 * as any; van de Ven's code does so only for figures). Each permutation is drawn from a stream of its own whenever it is needed,
 * so hundreds of tasks take no more memory than a few; its hash is in `settings`. With a limit, all tasks use the same images, so validation images are never trained on in another
 * task's pixel order.
 *
 * Of images with channels whole pixels change places; of other inputs, features do. No two tasks have the same order.
 *
 * @throws for unknown options, an unknown scenario, an impossible limit, or more tasks than there are orders
 */
export function permutedScenario(dataset: Dataset, options?: PermutedOptions): TaskStream {
  const subject = 'permuted scenario';
  checkDataset(subject, dataset);
  const settings = withDefaults<PermutedSettings>(subject, options, permutedDefaults());
  checkCommon(subject, settings);
  checkScenario(subject, settings.scenario, WHOLE_DATASET_SCENARIOS);
  const channels = isImage(dataset.shape) ? dataset.shape[2] : 1;
  const places = sizeOf(dataset.shape) / channels;
  checkEnough(subject, settings.nTasks!, places, isImage(dataset.shape) ? 'pixels' : 'features');
  const orders = drawOrders(settings.seed!, settings.nTasks!, places);
  const unchanged = isImage(dataset.shape) ? 'original pixels' : 'original features';
  const mixed = isImage(dataset.shape) && orders.length > 1; // then what is of use for images is of none for the first task either
  const plans = orders.map(({ draw }, id) => {
    const map = id === 0 ? undefined : pixelPermutation(draw, channels);
    const plan = wholeDatasetPlan(dataset, settings.scenario, id, map ? `permutation ${id}` : unchanged, map);
    return mixed ? { ...plan, task: { ...plan.task, pixels: 'permuted' as const } } : plan;
  });
  return wholeDatasetStream('permuted', dataset, plans, settings, {
    permutations: orders.map(({ hash }, id) => (id === 0 ? 'identity' : hash)),
  });
}

/** n places have n! orders. */
function checkEnough(subject: string, nTasks: number, places: number, what: string): void {
  let orders = 1;
  for (let n = 2; n <= places && orders < nTasks; n++) orders *= n;
  if (orders >= nTasks) return;
  throw problem(
    subject,
    `${places} ${what} have only ${orders} different orders, too few for ${nTasks} tasks`,
    `use nTasks: ${orders} or less`,
  );
}

/** The order of one task: how to draw it, and its hash. */
interface Order {
  draw: () => Int32Array;
  hash: string;
}

/**
 * One order a task, all different: with few places a stream of random numbers soon repeats one, which is then drawn again. Only
 * hashes are kept; how often a task's stream was drawn from says which of its orders is meant.
 */
function drawOrders(seed: number, nTasks: number, places: number): Order[] {
  const identity = () => Int32Array.from({ length: places }, (_, i) => i);
  const orders: Order[] = [{ draw: identity, hash: hashOf(identity()) }];
  const known = new Set([wholeHash(identity())]);
  for (let id = 1; id < nTasks; id++) {
    const name = `permutation/task ${id}`;
    const random = new RandomStream(seed, name);
    let [order, draws] = [random.permutation(places), 1];
    for (; known.has(wholeHash(order)); draws++) order = random.permutation(places);
    known.add(wholeHash(order));
    orders.push({ draw: () => drawn(new RandomStream(seed, name), places, draws), hash: hashOf(order) });
  }
  return orders;
}

function drawn(random: RandomStream, places: number, draws: number): Int32Array {
  let order = random.permutation(places);
  for (let k = 1; k < draws; k++) order = random.permutation(places);
  return order;
}

/** Twelve digits, for people. */
function hashOf(order: Int32Array): string {
  return wholeHash(order).slice(0, 12);
}

function wholeHash(order: Int32Array): string {
  return createHash('sha1').update(order.join(',')).digest('hex');
}
