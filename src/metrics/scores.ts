import { checkNumber, isPlainObject, problem, shown } from '../utils/errors';

/**
 * One number for each method and block, by their names; a block is what all methods had to do alike, a seed or a stream:
 * `{ naive: { 1: 0.42, 2: 0.44 }, er: { 1: 0.91, 2: 0.90 } }`.
 */
export type MethodScores = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Throws unless these are scores of at least two methods. */
export function checkScores(subject: string, scores: MethodScores): void {
  if (!isPlainObject(scores)) throw problem(subject, `the scores are ${shown(scores)}`, 'pass { method: { seed: number } }');
  const methods = Object.entries(scores);
  if (methods.length < 2) {
    throw problem(subject, `there are scores of ${methods.length} methods`, 'pass those of two methods or more');
  }
  for (const [name, own] of methods) {
    if (!isPlainObject(own)) throw problem(subject, `the scores of ${shown(name)} are ${shown(own)}`, 'pass { seed: number }');
    for (const [block, value] of Object.entries(own)) checkNumber(subject, `the score of ${shown(name)} at ${block}`, value);
  }
}

/**
 * The blocks that all methods have, and those that only some have.
 *
 * @throws when all have none in common
 */
export function commonBlocks(subject: string, scores: MethodScores): { blocks: string[]; leftOut: string[] } {
  const all = [...new Set(Object.values(scores).flatMap((own) => Object.keys(own)))];
  const blocks = all.filter((block) => Object.values(scores).every((own) => Object.hasOwn(own, block)));
  if (blocks.length > 0) return { blocks, leftOut: all.filter((block) => !blocks.includes(block)) };
  const names = Object.keys(scores).join(', ');
  throw problem(subject, `there is no seed (block) that all of them have: ${names}`, 'run them with the same seeds');
}

/** A number without its rounding error, so that 0.95 − 0.93 and 0.92 − 0.90 count as equal. */
export function sameUnit(value: number): number {
  return Math.round(value * 1e12) / 1e12;
}
