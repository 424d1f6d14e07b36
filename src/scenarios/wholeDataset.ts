import type { Dataset } from '../data/dataset';
import type { PixelMap } from '../data/pixels';
import type { ScenarioName } from '../data/task';
import { checkBoolean, problem } from '../utils/errors';
import { buildStream, partsOf, trainingParts, type CommonSettings, type TaskPlan, type TaskStream } from './stream';
import type { ClassPart } from './subsets';
import { taskInputs } from './taskInputs';

/** Options of streams in which every task holds the whole data set, changed in its own way. */
export interface WholeDatasetOptions {
  /**
   * Whether each task draws the samples of `limitPerTask` by itself, as Lopez-Paz & Ranzato 2017. Default: false, all tasks use the
   * same images. Where no limit leaves any out, all do in either case, and it is one stream with one fingerprint.
   */
  ownSamples?: boolean;
}

/** The defaults of `WholeDatasetOptions`; absent, so that specs of runs from before they came stay what they were. */
export const WHOLE_DATASET_DEFAULTS: { ownSamples: boolean | undefined } = { ownSamples: undefined };

/** The scenarios of permuted and rotated streams. */
export const WHOLE_DATASET_SCENARIOS: readonly ScenarioName[] = ['domain-incremental', 'task-incremental', 'class-incremental'];

/**
 * A task that holds every class of the data set, as in permuted, rotated and domain streams: under the class's own label, or, class-
 * incremental, as new classes with labels `id`·classes + class, each named after class and task, e.g. `3 (permutation 2)`.
 */
export function wholeDatasetPlan(
  dataset: Dataset,
  scenario: ScenarioName,
  id: number,
  name: string,
  pixelMap?: PixelMap,
): TaskPlan {
  const { classNames } = dataset;
  const members = classNames.map((_, k) => k);
  const arrive = scenario === 'class-incremental';
  const classes = arrive ? members.map((k) => id * members.length + k) : members;
  const names = arrive ? classNames.map((each) => `${each} (${name})`) : classNames;
  const task = { id, name, scenario, classes, classNames: names, ...taskInputs(dataset, pixelMap) };
  return { task, members, labelOf: Int32Array.from(classes), ...(pixelMap && { pixelMap }) };
}

/**
 * The stream of these tasks.
 *
 * @param kind `permuted` or `rotated`
 * @param details see `buildStream`
 * @throws where samples of a task's own would let validation images of one task be trained on in another
 */
export function wholeDatasetStream(
  kind: string,
  dataset: Dataset,
  plans: TaskPlan[],
  settings: CommonSettings & typeof WHOLE_DATASET_DEFAULTS,
  details: Record<string, unknown>,
): TaskStream {
  const { ownSamples, validationFraction } = settings;
  if (ownSamples !== undefined) checkBoolean(`${kind} scenario`, 'ownSamples', ownSamples);
  if (!ownSamples) return buildStream(kind, dataset, plans, settings, details);
  if (validationFraction !== 0) {
    const reason = 'with ownSamples a validation image of one task could be trained on in another';
    throw problem(`${kind} scenario`, reason, 'leave ownSamples or validationFraction out');
  }
  const parts = partsOf(dataset);
  const whole = sizeOfParts(parts('train', plans[0])); // all tasks have all samples
  if ((settings.limitPerTask ?? Infinity) >= whole) return buildStream(kind, dataset, plans, settings, details);
  const own = plans.map((plan) => ({
    ...plan,
    chosen: trainingParts(dataset, parts('train', plan), settings, `subset/task ${plan.task.id}`),
  }));
  return buildStream(kind, dataset, own, settings, { ...details, ownSamples });
}

function sizeOfParts(parts: readonly ClassPart[]): number {
  return parts.reduce((sum, { positions }) => sum + positions.length, 0);
}
