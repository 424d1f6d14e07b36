import { checkDataset, type Dataset } from '../data/dataset';
import type { ScenarioName } from '../data/task';
import { checkList, checkText, problem, shown, withDefaults } from '../utils/errors';
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

/** The classes of one task, by name or by number; with a name of its own for the task, or named after its classes. */
export type ClassGroup = readonly (string | number)[] | { readonly name: string; readonly classes: readonly (string | number)[] };

/** Options of `classScenario`. */
export interface ClassOptions extends Omit<StreamOptions, 'nTasks'> {
  /**
   * What is known at test time. `'class-incremental'` (default): labels run through all tasks; `'task-incremental'`: each task
   * serves labels 0, 1, … of its own classes; `'domain-incremental'`: the same without the task id, for groups of one size.
   */
  scenario?: ScenarioName;
}

type Settings = Omit<CommonSettings, 'nTasks'> & { scenario: ScenarioName };
type Group = { name: string | undefined; members: number[] };

/**
 * Deals classes out to tasks as a list says; groups may be of unequal size, and classes may be left out. See `splitScenario`
 * for groups of one size.
 *
 * @example
 * classScenario(dataset, [['cat', 'dog', 'horse'], { name: 'vehicles', classes: ['car', 'bus'] }])
 *
 * @throws for unknown options, unknown or repeated classes, groups too small for the scenario, or an impossible limit
 */
export function classScenario(dataset: Dataset, groups: readonly ClassGroup[], options?: ClassOptions): TaskStream {
  const subject = 'class scenario';
  checkDataset(subject, dataset);
  const { nTasks: _nTasks, ...defaults } = streamDefaults();
  const given = withDefaults<Settings>(subject, options, { ...defaults, scenario: 'class-incremental' });
  const resolved = resolveGroups(subject, dataset, groups);
  const settings = { ...given, nTasks: resolved.length };
  checkCommon(subject, settings);
  checkScenario(subject, settings.scenario, ['class-incremental', 'task-incremental', 'domain-incremental']);
  checkSizes(subject, settings.scenario, resolved);
  let seen = 0;
  const plans = resolved.map(({ name, members }, id) => {
    const first = settings.scenario === 'class-incremental' ? seen : 0;
    seen += members.length;
    return classGroupPlan(dataset, settings.scenario, id, members, first, name);
  });
  return buildStream('classes', dataset, plans, settings, { groups: resolved.map(({ members }) => members) });
}

function resolveGroups(subject: string, dataset: Dataset, groups: unknown): Group[] {
  checkList(subject, 'groups', groups);
  const taken = new Map<number, number>();
  const resolved = groups.map((group, id) => {
    const { name, classes } = partsOf(`${subject}, group ${id}`, group);
    const members = classes.map((each) => classNumber(subject, dataset, each));
    for (const member of members) {
      if (taken.has(member)) {
        const reason = `class ${shown(dataset.classNames[member])} is in group ${taken.get(member)} and in group ${id}`;
        throw problem(subject, reason, 'put each class into one group');
      }
      taken.set(member, id);
    }
    return { name, members };
  });
  return resolved;
}

function partsOf(subject: string, group: unknown): { name: string | undefined; classes: readonly unknown[] } {
  if (Array.isArray(group)) {
    checkList(subject, 'the list of classes', group);
    return { name: undefined, classes: group };
  }
  const known = { name: undefined as unknown, classes: undefined as unknown };
  if (group === undefined) throw problem(subject, 'is undefined', 'give a list of classes');
  const { name, classes } = withDefaults(subject, group as Partial<typeof known>, known);
  checkText(subject, 'name', name);
  checkList(subject, 'classes', classes);
  return { name, classes };
}

function classNumber(subject: string, { name, classNames }: Dataset, each: unknown): number {
  const number = typeof each === 'string' ? classNames.indexOf(each) : each;
  if (Number.isInteger(number) && (number as number) >= 0 && (number as number) < classNames.length) return number as number;
  const few = classNames.slice(0, 20).map(shown).join(', ');
  const remedy = `use numbers from 0 to ${classNames.length - 1}, or names: ${few}${classNames.length > 20 ? ', …' : ''}`;
  throw problem(subject, `data set '${name}' has no class ${shown(each)}`, remedy);
}

function checkSizes(subject: string, scenario: ScenarioName, groups: readonly Group[]): void {
  if (scenario === 'class-incremental') return;
  const single = groups.findIndex(({ members }) => members.length < 2);
  if (single >= 0) {
    const remedy = "give it another class, or use scenario 'class-incremental'";
    throw problem(subject, `group ${single} has one class, so there is nothing to tell apart`, remedy);
  }
  const sizes = groups.map(({ members }) => members.length);
  if (scenario === 'task-incremental' || new Set(sizes).size === 1) return;
  const reason = `groups hold ${sizes.join(', ')} classes, but tasks of a domain-incremental stream share their outputs`;
  throw problem(subject, reason, "give groups of one size, or use scenario 'task-incremental' or 'class-incremental'");
}
