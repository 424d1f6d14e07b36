import { checkDataset, type Dataset } from '../data/dataset';
import { checkNumber, problem, shown, withDefaults } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { classGroupPlan } from './classGroup';
import {
  buildStream,
  checkCommon,
  partsOf,
  streamDefaults,
  trainingParts,
  type CommonSettings,
  type StreamOptions,
  type TaskPlan,
  type TaskStream,
} from './stream';
import type { ClassPart } from './subsets';

/** Options of `repetitionScenario`. */
export interface RepetitionOptions extends StreamOptions {
  /** Number of tasks. Default: 10. */
  nTasks?: number;
  /** Classes per task. Default: 2. */
  classesPerTask?: number;
  /** Share of each task's classes that came before, from 0 to 1, rounded to whole classes; the first task has none. Default: 0.5. */
  repetition?: number;
}

/** Every option of `repetitionScenario` with its default. */
export type RepetitionSettings = CommonSettings & { classesPerTask: number; repetition: number };

/** The defaults of `RepetitionOptions`. */
export function repetitionDefaults(): RepetitionSettings {
  return { ...streamDefaults(), nTasks: 10, classesPerTask: 2, repetition: 0.5 };
}

/**
 * Class-incremental learning with repetition: each task brings some classes for the first time and some that came before, drawn from
 * the seed; when all have come, tasks hold repeated classes only. The training samples of a class are dealt out evenly to the tasks it
 * comes in, so each is seen in one task. Test data of a task is that of its classes; labels count the classes as they first come.
 *
 * Source: Cossu et al. 2022, "Is class-incremental enough for continual learning?"; Hemati et al. 2023, "Class-incremental learning
 * with repetition". There the classes of a task are drawn at random; here the number of new ones is fixed.
 *
 * @throws for unknown options, when not every class comes, or a class has fewer samples than tasks it comes in
 */
export function repetitionScenario(dataset: Dataset, options?: RepetitionOptions): TaskStream {
  const subject = 'repetition scenario';
  checkDataset(subject, dataset);
  const settings = withDefaults<RepetitionSettings>(subject, options, repetitionDefaults());
  const { nTasks, classesPerTask, repetition, seed } = settings;
  const classes = dataset.classNames.length;
  checkCommon(subject, settings);
  checkNumber(subject, 'classesPerTask', classesPerTask, { min: 1, max: classes, integer: true });
  checkNumber(subject, 'repetition', repetition, { min: 0, max: 1 });
  const groups = drawGroups(classes, nTasks!, classesPerTask, repetition, seed!);
  const order = [...new Set(groups.flat())];
  if (order.length < classes) {
    const reason = `${nTasks} tasks of ${classesPerTask} classes with repetition ${repetition} bring only ${order.length} of ${classes} classes`;
    throw problem(subject, reason, 'use more tasks, more classes per task, or less repetition');
  }
  const plans = groups.map((members, id) => planOf(dataset, order, members, id));
  dealOut(dataset, plans, settings);
  return buildStream('repetition', dataset, plans, settings, { groups, repetition });
}

/** The classes of each task. New ones come in ascending order, repeated ones are drawn from those that came. */
function drawGroups(classes: number, nTasks: number, perTask: number, repetition: number, seed: number): number[][] {
  const repeated = Math.round(repetition * perTask);
  let seen = 0;
  return Array.from({ length: nTasks }, (_, id) => {
    const wanted = id === 0 ? perTask : Math.max(perTask - repeated, perTask - seen);
    const fresh = Math.min(wanted, classes - seen);
    const again = Array.from(new RandomStream(seed, `repetition/task ${id}`).choice(Math.max(1, seen), perTask - fresh));
    const group = [...again, ...Array.from({ length: fresh }, (_each, k) => seen + k)];
    seen += fresh;
    return group.sort((a, b) => a - b);
  });
}

function planOf(dataset: Dataset, order: readonly number[], members: number[], id: number): TaskPlan {
  const whole = classGroupPlan(dataset, 'class-incremental', id, order, 0);
  const own = classGroupPlan(dataset, 'class-incremental', id, members, 0);
  const task = { ...own.task, name: `step ${id + 1}: ${own.task.name}`, classes: members.map((member) => whole.labelOf[member]) };
  return { task, members, labelOf: whole.labelOf };
}

/** Each class's samples in as many even parts as there are tasks it comes in. */
function dealOut(dataset: Dataset, plans: TaskPlan[], settings: RepetitionSettings): void {
  const find = partsOf(dataset);
  const chosen = plans.map((): ClassPart[] => []);
  const all = [...new Set(plans.flatMap(({ members }) => members))];
  for (const member of all) {
    const homes = plans.flatMap(({ members }, id) => (members.includes(member) ? [id] : []));
    // A limit holds for a task: of a class, its share of it as often as the class comes.
    const limit = settings.limitPerTask && Math.floor(settings.limitPerTask / settings.classesPerTask) * homes.length;
    const parts = find('train', { ...plans[homes[0]], members: [member] });
    const [{ label, positions }] = trainingParts(dataset, parts, { ...settings, limitPerTask: limit });
    if (positions.length < homes.length) {
      const reason = `class ${shown(dataset.classNames[member])} has ${positions.length} samples for ${homes.length} tasks`;
      throw problem('repetition scenario', reason, 'use fewer tasks, less imbalance, or more samples');
    }
    const order = new RandomStream(settings.seed!, `repetition/class ${member}`).permutation(positions.length);
    homes.forEach(
      (id, turn) =>
      chosen[id].push({ label, positions: order.filter((_, k) => k % homes.length === turn).map((at) => positions[at]).sort() }), // prettier-ignore
    );
  }
  plans.forEach((plan, id) => (plan.chosen = chosen[id]));
}
