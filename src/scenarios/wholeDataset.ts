import type { Dataset } from '../data/dataset';
import type { PixelMap } from '../data/pixels';
import type { ScenarioName } from '../data/task';
import type { TaskPlan } from './stream';
import { taskInputs } from './taskInputs';

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
