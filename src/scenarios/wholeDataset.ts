import type { Dataset } from '../data/dataset';
import type { PixelMap } from '../data/pixels';
import type { ScenarioName } from '../data/task';
import { checkBoolean, problem } from '../utils/errors';
import { buildStream, partsOf, trainingParts, type CommonSettings, type TaskPlan, type TaskStream } from './stream';
import { taskInputs } from './taskInputs';

/** Options of streams in which every task holds the whole data set, changed in its own way. */
export interface WholeDatasetOptions {
  /**
   * Whether each task draws the samples of `limitPerTask` by itself, as Lopez-Paz & Ranzato 2017. Default: false, all tasks use the
   * same images.
   */
  ownSamples?: boolean;
}

/** The defaults of `WholeDatasetOptions`; absent, so that specs of runs from before they came stay what they were. */
export const WHOLE_DATASET_DEFAULTS: { ownSamples: boolean | undefined } = { ownSamples: undefined };

/** A task that holds every class of the data set under its own label, as in permuted, rotated and domain streams. */
export function wholeDatasetPlan(
  dataset: Dataset,
  scenario: ScenarioName,
  id: number,
  name: string,
  pixelMap?: PixelMap,
): TaskPlan {
  const { classNames } = dataset;
  const classes = classNames.map((_, k) => k);
  const task = { id, name, scenario, classes, classNames, ...taskInputs(dataset, pixelMap) };
  return { task, members: classes, labelOf: Int32Array.from(classes), ...(pixelMap && { pixelMap }) };
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
  const own = plans.map((plan) => ({
    ...plan,
    chosen: trainingParts(dataset, parts('train', plan), settings, `subset/task ${plan.task.id}`),
  }));
  return buildStream(kind, dataset, own, settings, { ...details, ownSamples });
}
