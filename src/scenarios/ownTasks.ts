import type { SampleArrays } from '../data/assemble';
import { checkedNames } from '../data/classNames';
import { datasetFromDomains, type DomainDatasetOptions } from '../data/fromDomains';
import { toLabels } from '../data/labels';
import type { ScenarioName } from '../data/task';
import { checkList, isPlainObject, problem, shown, withDefaults } from '../utils/errors';
import { classGroupPlan } from './classGroup';
import { buildStream, checkCommon, checkScenario, streamDefaults, type StreamOptions, type TaskStream } from './stream';

/** One task of a user's own arrays; see `taskScenario`. */
export interface TaskArrays {
  /** For people; each task has its own. */
  name: string;
  /** Training inputs and labels. */
  train: SampleArrays;
  /** Test inputs and labels, of the classes that its training data holds. */
  test: SampleArrays;
  /** Task-incremental only: one name per class of this task. Default: the numbers of its labels. */
  classNames?: readonly string[];
}

/** Options of `taskScenario`. */
export interface OwnTasksOptions extends Omit<StreamOptions, 'nTasks'> {
  /**
   * `'task-incremental'` (default): each task has labels 0, 1, … of its own, and the task id is known at test time.
   * `'class-incremental'`: labels mean one class each in all tasks, and a class may come again.
   */
  scenario?: ScenarioName;
  /** Class-incremental only: one name per class, by label. Default: the numbers. */
  classNames?: readonly string[];
  /** Name, shape, mean and std of the inputs, as for `datasetFromDomains`; default name: `tasks`. */
  data?: Omit<DomainDatasetOptions, 'classNames'>;
}

/**
 * A stream of your own tasks from arrays, in the order of the list. (Where all tasks have the same classes and only the inputs
 * change, use `domainScenario`; to cut one data set into groups of classes, `classScenario`.)
 *
 * Class-incremental: served labels count the classes as they first come, so that a growing head has its outputs in label order.
 *
 * @example
 * taskScenario([{ name: 'animals', train: { inputs, labels }, test: … }, { name: 'cars', train: …, test: … }])
 *
 * @throws where arrays do not fit, a test label is of no training sample of its task, or options are unknown
 */
export function taskScenario(tasks: readonly TaskArrays[], options?: OwnTasksOptions): TaskStream {
  const subject = 'task scenario';
  checkList(subject, 'the first argument', tasks);
  const { nTasks: _, ...defaults } = streamDefaults();
  const given = withDefaults<OwnTasksOptions>(subject, options, {
    ...defaults,
    scenario: 'task-incremental',
    classNames: undefined,
    data: {},
  });
  const { scenario, classNames, data, ...common } = given as Required<OwnTasksOptions>;
  const settings = { ...common, nTasks: tasks.length };
  checkCommon(subject, settings);
  checkScenario(subject, scenario, ['task-incremental', 'class-incremental'], remedyFor(scenario));
  if (!isPlainObject(data)) throw problem(subject, `data is ${shown(data)}`, 'pass an object, e.g. { shape: [28, 28, 1] }');
  const own = tasks.map((task, id) => readTask(`${subject}, task ${id}`, task, scenario));
  const numbered = scenario === 'task-incremental' ? besideEachOther(own) : inOneList(subject, own, classNames);
  const dataset = datasetFromDomains(
    own.map(({ name, train, test }, id) => ({
      name,
      train: { ...train.given, labels: train.labels.map((label) => numbered.classOf(id, label)) },
      test: { ...test.given, labels: test.labels.map((label) => numbered.classOf(id, label)) },
    })),
    { name: 'tasks', ...data, classNames: numbered.names },
  );
  const order = [...new Set(own.flatMap(({ labels }, id) => labels.map((label) => numbered.classOf(id, label))))];
  const plans = own.map(({ name, labels, classNames: names }, id) => {
    const members = labels.map((label) => numbered.classOf(id, label));
    if (scenario === 'task-incremental') {
      const plan = classGroupPlan(dataset, scenario, id, members, 0, name);
      return { ...plan, task: { ...plan.task, classNames: names }, domain: id };
    }
    const { labelOf } = classGroupPlan(dataset, scenario, id, order, 0);
    const sorted = [...members].sort((a, b) => labelOf[a] - labelOf[b]);
    const plan = classGroupPlan(dataset, scenario, id, sorted, 0, name);
    return { ...plan, task: { ...plan.task, classes: sorted.map((member) => labelOf[member]) }, labelOf, domain: id };
  });
  return buildStream('tasks', dataset, plans, settings, { tasks: own.map(({ name }) => name) });
}

function remedyFor(scenario: unknown): string | undefined {
  return scenario === 'domain-incremental' ? 'use domainScenario, which takes such a list too' : undefined;
}

interface Part {
  given: SampleArrays;
  labels: Int32Array;
}

interface Own {
  name: string;
  train: Part;
  test: Part;
  /** Labels of its training data, ascending. */
  labels: number[];
  classNames: string[];
}

function readTask(subject: string, task: unknown, scenario: ScenarioName): Own {
  if (!isPlainObject(task)) throw problem(subject, `it is ${shown(task)}`, 'give { name, train, test }');
  const known: Partial<TaskArrays> = { name: undefined, train: undefined, test: undefined, classNames: undefined };
  const { name, classNames, ...parts } = withDefaults<Partial<TaskArrays>>(subject, task, known);
  const [train, test] = (['train', 'test'] as const).map((split): Part => {
    const given = parts[split];
    if (!isPlainObject(given)) throw problem(`${subject}, ${split}`, `it is ${shown(given)}`, 'give { inputs, labels }');
    return { given: given as unknown as SampleArrays, labels: toLabels(`${subject}, ${split}`, given.labels) };
  });
  const labels = [...new Set(train.labels)].sort((a, b) => a - b);
  const strange = test.labels.find((label) => !labels.includes(label));
  if (strange !== undefined) {
    throw problem(subject, `test label ${strange} is of no training sample`, 'give training samples of it, or leave it out');
  }
  return { name: name as string, train, test, labels, classNames: namesOfTask(subject, labels, classNames, scenario) };
}

/** The names of a task's own classes. */
function namesOfTask(subject: string, labels: number[], given: unknown, scenario: ScenarioName): string[] {
  if (given !== undefined && scenario !== 'task-incremental') {
    throw problem(subject, 'classNames of one task are given, but classes run through all tasks', 'give them as an option');
  }
  if (scenario !== 'task-incremental') return [];
  if (labels.some((label, k) => label !== k)) {
    const reason = `labels of a task-incremental task are 0, 1, …; this one has ${labels.slice(0, 10).join(', ')}`;
    throw problem(subject, reason, "number its classes from 0, or use scenario 'class-incremental'");
  }
  if (labels.length < 2) throw problem(subject, 'it has one class, so there is nothing to tell apart', 'give it another class');
  const names = given === undefined ? labels.map(String) : [...checkedNames(subject, given)];
  if (names.length === labels.length) return names;
  throw problem(subject, `${names.length} class names for ${labels.length} classes`, 'give one per class');
}

/** How labels of tasks become classes of one data set. */
interface Numbering {
  classOf(task: number, label: number): number;
  names: string[];
}

/** Label 0 of each task is another class. */
function besideEachOther(own: readonly Own[]): Numbering {
  const starts: number[] = [];
  let next = 0;
  for (const { labels } of own) {
    starts.push(next);
    next += labels.length;
  }
  return {
    classOf: (task, label) => starts[task] + label,
    names: own.flatMap(({ name, classNames }) => classNames.map((each) => `${name}: ${each}`)),
  };
}

/** A label is one class, whichever task it comes in. */
function inOneList(subject: string, own: readonly Own[], given: readonly string[] | undefined): Numbering {
  const used = [...new Set(own.flatMap(({ labels }) => labels))].sort((a, b) => a - b);
  const gap = used.findIndex((label, k) => label !== k);
  if (gap >= 0) {
    const reason = `labels of all tasks together are ${used.slice(0, 10).join(', ')}, but none has label ${gap}`;
    throw problem(subject, reason, 'number the classes from 0 without gaps');
  }
  const names = given === undefined ? used.map(String) : [...checkedNames(subject, given)];
  if (names.length !== used.length) {
    throw problem(subject, `${names.length} class names for ${used.length} classes`, 'give one per class');
  }
  return { classOf: (_task, label) => label, names };
}
