import { problem, shown } from '../../utils/errors';
import { checkedNames } from '../classNames';
import type { Domains } from '../dataset';
import { numberIn, sortedNames } from './cells';
import type { Table } from './source';

/** Most classes of a label column; one of more is a number or a code. */
const MAX_CLASSES = 1000;

/** Names of classes that are given: every label of the table must be one of them. */
export function givenClasses(
  subject: string,
  table: Table,
  column: string,
  labels: readonly string[],
  given: unknown,
): readonly string[] {
  const names = checkedNames(subject, given);
  checkKnown(subject, table, column, labels, names, 'is not one of the class names');
  return names;
}

/** The classes of the training rows, ascending. */
export function trainedClasses(
  subject: string,
  table: Table,
  column: string,
  labels: readonly string[],
  train: readonly number[],
): readonly string[] {
  const names = sortedNames(train.map((row) => labels[row]));
  const place = `column ${shown(column)}`;
  if (names.length < 2)
    throw problem(subject, `${place} is ${shown(names[0])} in all training rows`, 'two classes are the least');
  if (names.length > MAX_CLASSES) {
    const reason = `${place} holds ${names.length} different values, more than ${MAX_CLASSES} classes`;
    throw problem(subject, reason, 'name a column of classes as label, or group its values');
  }
  checkKnown(subject, table, column, labels, names, 'occurs in test rows only');
  return names;
}

function checkKnown(
  subject: string,
  table: Table,
  column: string,
  labels: readonly string[],
  names: readonly string[],
  reason: string,
): void {
  const known = new Set(names);
  const unknown = labels.findIndex((name) => !known.has(name));
  if (unknown < 0) return;
  const place = `${subject}: ${table.place(unknown, column)}`;
  throw problem(place, `the class ${shown(labels[unknown])} ${reason}`, `classes are ${names.slice(0, 20).join(', ')}`);
}

/** Domains in the order to learn them: numbers ascending, names as they first appear in the table. */
export function domainsOf(domains: readonly string[], train: readonly number[], test: readonly number[]): Domains {
  const appeared = [...new Set(domains)];
  const names = appeared.every((name) => numberIn(name) !== undefined) ? sortedNames(appeared) : appeared;
  const position = new Map(names.map((name, i) => [name, i]));
  const of = (rows: readonly number[]) => Int32Array.from(rows, (row) => position.get(domains[row])!);
  return { names, train: of(train), test: of(test) };
}
