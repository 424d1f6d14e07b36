import type { Dataset } from '../data/dataset';
import type { ScenarioName } from '../data/task';
import type { TaskPlan } from './stream';

/** A task that holds every class of the data set under its own label, as in permuted and rotated streams. */
export function wholeDatasetPlan(dataset: Dataset, scenario: ScenarioName, id: number, name: string): TaskPlan {
  const classes = dataset.classNames.map((_, k) => k);
  const task = { id, name, scenario, classes, classNames: dataset.classNames, inputSize: dataset.width * dataset.height };
  return { task, members: classes, labelOf: Int32Array.from(classes) };
}
