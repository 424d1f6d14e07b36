import { isOptimizerOption } from '../../experiments/spec';
import type { JsonOptions } from '../../experiments/spec';
import { findMethod } from '../../methods';

/**
 * The points of a method's grid, each value of an option with each of the others; the first option changes slowest.
 *
 * @param fixed options of the trainer that are given, e.g. `{ lr: 0.01 }`: they stand in every point and are not searched
 * @returns none where the method has no grid, one where all of it is given
 */
export function gridPoints(method: string, fixed: JsonOptions = {}): JsonOptions[] {
  const searched = Object.entries(findMethod(method).grid ?? {}).filter(([name]) => fixed[name] === undefined);
  if (searched.length === 0) return [];
  return searched.reduce<JsonOptions[]>(
    (points, [name, values]) => points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [fixed],
  );
}

/** Options in words, those of the method before the trainer's: `lambda 10, lr 0.01`. */
export function optionsInWords(options: JsonOptions): string {
  return optionNames([options])
    .map((name) => `${name} ${String(options[name])}`)
    .join(', ');
}

/** The names of options in several points, those of the method before the trainer's. */
export function optionNames(points: readonly JsonOptions[]): string[] {
  const names = [...new Set(points.flatMap((point) => Object.keys(point)))];
  return [...names.filter((name) => !isOptimizerOption(name)), ...names.filter(isOptimizerOption)];
}
