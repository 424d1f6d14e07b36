import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Fixture {
  versions: Record<string, string>;
  tTail: { t: number; degrees: number; p: number }[];
  chiSquaredTail: { x: number; degrees: number; p: number }[];
  paired: { differences: number[]; p: number; low: number; high: number; wilcoxon: number }[];
  friedman: { table: number[][]; statistic: number; p: number }[];
  holm: { p: number[]; corrected: number[] }[];
  nemenyi: { methods: number; q: number }[];
}

/** What SciPy computed; `fromScipy.py` writes it. */
export const SCIPY = JSON.parse(
  readFileSync(join(__dirname, '..', '..', '..', 'test', 'metrics', 'fromScipy.json'), 'utf8'),
) as Fixture;

/** Throws unless two numbers differ by no more than `most`. */
export function closeTo(actual: number | null, expected: number, most: number, message = ''): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= most, `${message}: ${actual} instead of ${expected}`);
}
