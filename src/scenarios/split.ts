import { checkDataset, type Dataset } from '../data/dataset';
import type { ScenarioName } from '../data/task';
import { checkNumber, problem, shown, withDefaults } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { classGroupPlan } from './classGroup';
import {
  buildStream,
  checkCommon,
  checkScenario,
  streamDefaults,
  type CommonSettings,
  type StreamOptions,
  type TaskStream,
} from './stream';

/** Options of `splitScenario`. */
export interface SplitOptions extends StreamOptions {
  /**
   * What is known at test time. `'task-incremental'` (default) and `'domain-incremental'`: each task serves labels 0, 1, …
   * of its own classes, with and without the task id at test; `'class-incremental'`: labels run through all tasks.
   */
  scenario?: ScenarioName;
  /** Classes per task. Default: all classes of the data set shared out evenly, 2 for MNIST and 5 tasks. */
  classesPerTask?: number;
  /** Classes of the first task, where it is a larger base: 4 and then 2 in each further task. Default: as many as the others. */
  baseClasses?: number;
  /** The order in which classes are dealt out to tasks, or `'random'` to draw it from the seed. Default: ascending. */
  classOrder?: readonly number[] | 'random';
}

/** Every option of `splitScenario` with its default. */
export type SplitSettings = CommonSettings & {
  scenario: ScenarioName;
  classesPerTask: number | undefined;
  baseClasses: number | undefined;
  classOrder: readonly number[] | 'random' | undefined;
};

/** The defaults of `SplitOptions`. */
export function splitDefaults(): SplitSettings {
  const own = { classesPerTask: undefined, baseClasses: undefined, classOrder: undefined };
  return { ...streamDefaults(), scenario: 'task-incremental', ...own };
}

/**
 * Deals the classes of a data set out to tasks, as Split-MNIST does (Zenke et al. 2017; the scenarios: van de Ven &
 * Tolias 2019). With 10 classes and 5 tasks the tasks hold classes 0–1, 2–3, 4–5, 6–7, 8–9.
 *
 * In class-incremental streams the label is the position of the class in the class order (with the default order: the class
 * itself), so that labels appear as 0, 1, 2, … and a growing head has its outputs in label order.
 *
 * @throws for unknown options, classes that cannot be shared out, a wrong class order, or an impossible limit
 */
export function splitScenario(dataset: Dataset, options?: SplitOptions): TaskStream {
  const subject = 'split scenario';
  checkDataset(subject, dataset);
  const settings = withDefaults<SplitSettings>(subject, options, splitDefaults());
  const { scenario } = settings;
  checkCommon(subject, settings);
  checkScenario(subject, scenario, ['task-incremental', 'domain-incremental', 'class-incremental']);
  const { groups, classOrder, perTask } = classGroups(subject, dataset, settings);
  let seen = 0;
  const plans = groups.map((members, id) => {
    const first = scenario === 'class-incremental' ? seen : 0;
    seen += members.length;
    return classGroupPlan(dataset, scenario, id, members, first);
  });
  const { baseClasses } = settings;
  return buildStream('split', dataset, plans, settings, {
    classOrder,
    classesPerTask: perTask,
    ...(baseClasses !== undefined && { baseClasses }),
  });
}

/** The classes of each task. */
export function classGroups(
  subject: string,
  dataset: Dataset,
  settings: SplitSettings,
): { groups: number[][]; classOrder: number[]; perTask: number } {
  const perTask = classesPerTask(subject, dataset, settings);
  const base = settings.baseClasses ?? perTask;
  const classOrder = orderOf(subject, dataset, settings, base + perTask * (settings.nTasks! - 1));
  const start = (id: number) => (id === 0 ? 0 : base + (id - 1) * perTask);
  const groups = Array.from({ length: settings.nTasks! }, (_, id) => classOrder.slice(start(id), start(id + 1)));
  return { groups, classOrder, perTask };
}

function classesPerTask(subject: string, dataset: Dataset, settings: SplitSettings): number {
  const { nTasks, scenario, classesPerTask: given, baseClasses: base } = settings;
  const classes = dataset.classNames.length;
  if (base !== undefined) checkBase(subject, settings, classes);
  const perTask = given ?? (base === undefined ? classes / nTasks! : nTasks === 1 ? base : (classes - base) / (nTasks! - 1));
  if (!Number.isInteger(perTask) || perTask < 1 || (base ?? perTask) + perTask * (nTasks! - 1) > classes) {
    const reason =
      given === undefined
        ? `${classes} classes cannot be shared out evenly to ${nTasks} tasks${base === undefined ? '' : `, the first of ${base}`}`
        : `${nTasks} tasks of ${given} classes${base === undefined ? '' : `, the first of ${base},`} do not fit into ${classes} classes`;
    throw problem(subject, reason, 'change nTasks, or give classesPerTask (a whole number) and leave some classes out');
  }
  if (perTask < 2 && scenario !== 'class-incremental') {
    throw problem(subject, 'a task of one class has nothing to tell apart', "use fewer tasks, or scenario 'class-incremental'");
  }
  return perTask;
}

/** Tasks that share their outputs have one size. */
function checkBase(subject: string, { scenario, baseClasses, classesPerTask: given }: SplitSettings, classes: number): void {
  checkNumber(subject, 'baseClasses', baseClasses, {
    min: scenario === 'class-incremental' ? 1 : 2,
    max: classes,
    integer: true,
  });
  if (scenario !== 'domain-incremental' || baseClasses === given) return;
  const reason =
    'tasks of a domain-incremental stream share their outputs, so the first cannot have more classes than the others';
  throw problem(subject, reason, "leave baseClasses out, or use scenario 'task-incremental' or 'class-incremental'");
}

function orderOf(subject: string, dataset: Dataset, { classOrder, seed }: SplitSettings, needed: number): number[] {
  const classes = dataset.classNames.length;
  if (classOrder === undefined) return Array.from({ length: needed }, (_, k) => k);
  if (classOrder === 'random') return Array.from(new RandomStream(seed!, 'class-order').permutation(classes)).slice(0, needed);
  const order = Array.isArray(classOrder) ? (classOrder as readonly number[]) : [];
  const valid = order.every((label) => Number.isInteger(label) && label >= 0 && label < classes);
  if (!valid || new Set(order).size !== order.length || order.length < needed) {
    throw problem(
      subject,
      `classOrder must list ${needed} different classes between 0 and ${classes - 1}, got ${shown(classOrder)}`,
      "correct it, or use 'random'",
    );
  }
  return order.slice(0, needed);
}
