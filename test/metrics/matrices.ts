import fc from 'fast-check';
import type { AccuracyMatrix } from '../../src/metrics/accuracyMatrix';

/** A share in [0, 1]; hundredths, so that failing examples are readable. */
export const share = fc.integer({ min: 0, max: 100 }).map((hundredths) => hundredths / 100);

/** Complete accuracy matrices of 2 to 6 tasks. */
export const completeMatrix: fc.Arbitrary<number[][]> = fc.integer({ min: 2, max: 6 }).chain((nTasks) => square(nTasks, share));

/** Accuracy matrices of 1 to 6 tasks in which any cell may be missing. */
export const anyMatrix: fc.Arbitrary<AccuracyMatrix> = fc
  .integer({ min: 1, max: 6 })
  .chain((nTasks) => square(nTasks, fc.option(share, { freq: 8 })));

function square<T>(nTasks: number, cell: fc.Arbitrary<T>): fc.Arbitrary<T[][]> {
  const size = { minLength: nTasks, maxLength: nTasks };
  return fc.array(fc.array(cell, size), size);
}

/** Equal up to rounding. */
export const near = (a: number | null, b: number | null): boolean => a !== null && b !== null && Math.abs(a - b) < 1e-12;
