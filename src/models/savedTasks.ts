import { elements } from '../backend';
import type { FeatureColumn } from '../data/dataset';
import { featureCount } from '../data/table/columns';
import { isPlainObject, shown } from '../utils/errors';

const isWhole = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
const isText = (value: unknown) => typeof value === 'string';
const isPositive = (value: unknown) => Number.isFinite(value) && (value as number) > 0;
const isEachOnce = (list: readonly unknown[]) => new Set(list).size === list.length;
const listOf = (list: unknown, fits: (value: unknown) => boolean): list is unknown[] => Array.isArray(list) && list.every(fits);

/**
 * Throws unless saved tasks are what a model can answer by: without them it would call classes by wrong names, or standardise
 * inputs wrongly.
 *
 * @param damaged makes the error
 * @param inputSize numbers per input
 */
export function checkSavedTasks(damaged: (reason: string) => Error, inputSize: number, tasks: unknown): void {
  if (!Array.isArray(tasks)) throw damaged(`tasks is ${shown(tasks)}, no list`);
  const ids = new Set<unknown>();
  for (const task of tasks as unknown[]) {
    if (!isPlainObject(task)) throw damaged(`a task is ${shown(task)}, no object`);
    const { id, name, classes, classNames, inputs } = task;
    if (!isWhole(id) || ids.has(id)) throw damaged(`the id of a task is ${shown(id)}, no whole number of its own`);
    ids.add(id);
    if (!isText(name)) throw damaged(`task ${id} has no name`);
    const named = listOf(classes, isWhole) && listOf(classNames, isText) && classes.length === classNames.length;
    if (!named || classes.length === 0 || !isEachOnce(classes))
      throw damaged(`the classes of task ${id} and their names do not fit together`);
    if (inputs !== undefined && !describes(inputs, inputSize)) throw damaged(`what the inputs of task ${id} are is damaged`);
  }
}

/** Whether it says of inputs of this size what they are; see `InputDescription`. */
function describes(inputs: unknown, inputSize: number): boolean {
  if (!isPlainObject(inputs)) return false;
  const { shape, mean, std, columns } = inputs;
  if (!listOf(shape, isWhole) || ![1, 3].includes(shape.length) || elements(shape as number[]) !== inputSize) return false;
  const each = shape.at(-1); // channels, or features
  const standardised = listOf(mean, Number.isFinite) && listOf(std, isPositive) && mean.length === each && std.length === each;
  if (columns === undefined) return standardised;
  return (
    standardised && listOf(columns, isColumn) && shape.length === 1 && featureCount(columns as FeatureColumn[]) === inputSize
  );
}

function isColumn(column: unknown): boolean {
  if (!isPlainObject(column) || !isText(column.name)) return false;
  const { kind, categories } = column;
  return kind === 'number' || kind === 'boolean' || (kind === 'category' && listOf(categories, isText) && isEachOnce(categories));
}
