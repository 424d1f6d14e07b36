import { checkNumber } from '../utils/errors';
import type { Published } from './protocol';

/** Percentage points beyond the published interval that still count as reached. */
export const TOLERANCE = 1;

/** What is to be said of a line; `no result`: all of its runs failed. */
export type Verdict = 'reproduced' | 'not reached' | 'no figure published' | 'not run' | 'no result';

/**
 * Whether our mean lies within the published interval, widened by one percentage point on each side: |ours − published| ≤ ± + 1.
 * Where no ± was published, the interval is the figure itself.
 *
 * @param ours mean over the seeds in percent; undefined where nothing was run
 */
export function verdictOf(published: Pick<Published, 'value' | 'spread'> | undefined, ours: number | undefined): Verdict {
  if (ours === undefined) return 'not run';
  checkNumber('verdictOf', 'ours (percent)', ours, { min: -100, max: 100 });
  if (published === undefined) return 'no figure published';
  const allowed = (published.spread ?? 0) + TOLERANCE;
  return Math.abs(ours - published.value) <= allowed + 1e-9 ? 'reproduced' : 'not reached'; // 1e-9: decimals are no binary numbers
}
