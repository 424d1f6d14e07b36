import type { Dataset } from '../data/dataset';
import type { ScenarioName } from '../data/task';
import type { TaskPlan } from './stream';
import { taskInputs } from './taskInputs';

/** Longest task name that is made of class names; figures and tables have to carry it. */
const LONGEST = 40;

/**
 * A task that holds some classes of the data set.
 *
 * @param members the classes, in the order of their labels
 * @param first label of the first of them: 0, or in class-incremental streams the number of classes of the tasks before
 * @param name of the task. Default: made of the names of the classes
 */
export function classGroupPlan(
  dataset: Dataset,
  scenario: ScenarioName,
  id: number,
  members: readonly number[],
  first: number,
  name?: string,
): TaskPlan {
  const labelOf = new Int32Array(dataset.classNames.length).fill(-1);
  members.forEach((member, i) => (labelOf[member] = first + i));
  const classNames = members.map((member) => dataset.classNames[member]);
  const task = {
    id,
    name: name ?? groupName(classNames, dataset.classKind),
    scenario,
    classes: members.map((_, i) => first + i),
    classNames,
    ...taskInputs(dataset),
  };
  return { task, members, labelOf };
}

/** `Pullover, Dress`; `digits 0, 1`, where names are mere numbers; `maple, oak, … (20 classes)`, where they are too many. */
function groupName(classNames: readonly string[], kind = 'classes'): string {
  const whole = classNames.join(', ');
  const some = whole.length <= LONGEST ? whole : `${classNames.slice(0, 2).join(', ')}, … (${classNames.length} classes)`;
  return classNames.every((name) => /^\d+$/.test(name)) ? `${kind} ${some}` : some;
}
