import { checkNumber, isPlainObject, problem, shown } from '../utils/errors';
import type { Published } from './protocol';

/** Percentage points beyond the published interval that still count as reached. */
export const TOLERANCE = 1;

/**
 * What is to be said of a line. `reproduced, as naive`: reached, but so would a method that does nothing; `no result`: all of its runs
 * failed.
 */
export type Verdict = 'reproduced' | 'reproduced, as naive' | 'not reached' | 'no figure published' | 'not run' | 'no result';

/**
 * Whether our mean lies within the published interval, widened by one percentage point on each side: |ours − published| ≤ ± + 1.
 * Where no ± was published, the interval is the figure itself.
 *
 * @param published the figure in percent; undefined where none was found
 * @param ours mean over the seeds in percent; undefined where nothing was run
 * @param naive what was published for naive training in the same table, in percent; where that lies within the interval too, a line
 *   that is reached cannot tell a working method from none and is `reproduced, as naive`. Default: not known
 */
export function verdictOf(
  published: Pick<Published, 'value' | 'spread'> | undefined,
  ours: number | undefined,
  naive?: number,
): Verdict {
  if (published !== undefined) checkFigure(published);
  if (naive !== undefined) checkPercent('naive (percent)', naive);
  if (ours === undefined) return 'not run';
  checkPercent('ours (percent)', ours);
  if (published === undefined) return 'no figure published';
  if (!reaches(published, ours)) return 'not reached';
  return naive !== undefined && reaches(published, naive) ? 'reproduced, as naive' : 'reproduced';
}

function reaches({ value, spread = 0 }: Pick<Published, 'value' | 'spread'>, mean: number): boolean {
  return Math.abs(mean - value) <= spread + TOLERANCE + 1e-9; // 1e-9: decimals are no binary numbers
}

function checkFigure(published: Pick<Published, 'value' | 'spread'>): void {
  if (!isPlainObject(published))
    throw problem('verdictOf', `the published figure is ${shown(published)}`, 'pass { value, spread }, in percent');
  checkPercent('published value (percent)', published.value);
  if (published.spread !== undefined) checkNumber('verdictOf', 'published spread', published.spread, { min: 0, max: 100 });
}

function checkPercent(name: string, value: unknown): void {
  checkNumber('verdictOf', name, value, { min: -100, max: 100 });
}
