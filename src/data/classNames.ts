import { checkList, checkText, problem, shown } from '../utils/errors';

/** Names of classes as a user gives them: texts, all different. */
export function checkedNames(subject: string, given: unknown): readonly string[] {
  checkList(subject, 'classNames', given);
  given.forEach((name, k) => {
    checkText(subject, `the name of class ${k}`, name);
    const first = given.indexOf(name);
    if (first !== k) throw problem(subject, `classes ${first} and ${k} have the same name, ${shown(name)}`, 'give each its own');
  });
  return [...(given as string[])];
}

/** Names '0', '1', …, where the labels leave no gap: a date or a code taken for a label would make millions of classes. */
export function numberedClasses(subject: string, labels: ArrayLike<number>): string[] {
  const used = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  const gap = used.findIndex((label, k) => label !== k);
  if (gap < 0) return used.map(String);
  const list = used.length > 10 ? `${used.slice(0, 9).join(', ')}, … ${used.at(-1)}` : used.join(', ');
  const remedy =
    used.at(-1)! - used[0] === used.length - 1
      ? `number the classes from 0 (here: label − ${used[0]})`
      : 'number the classes from 0 without gaps, or give classNames with a name for every number';
  throw problem(subject, `training labels are ${list}, but no sample has label ${gap}`, remedy);
}
