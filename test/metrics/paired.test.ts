import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareWithBaseline, holm, pairedTTest, wilcoxonSignedRank } from '../../src/metrics/paired';
import { closeTo, SCIPY } from './scipy';

test('paired t-test, interval and exact Wilcoxon test are those of SciPy', () => {
  for (const { differences, p, low, high, wilcoxon } of SCIPY.paired) {
    closeTo(pairedTTest(differences), p, 1e-10, 't-test');
    closeTo(wilcoxonSignedRank(differences), wilcoxon, 1e-12, 'Wilcoxon');
    const base = Object.fromEntries(differences.map((_, seed) => [seed, 0.5]));
    const raised = Object.fromEntries(differences.map((difference, seed) => [seed, 0.5 + difference]));
    const [{ difference }] = compareWithBaseline({ base, raised }, 'base');
    closeTo(difference.low, low, 1e-9, 'low');
    closeTo(difference.high, high, 1e-9, 'high');
  }
});

test('a paired comparison by hand: differences 1, 2, 3 have t = 2√3 and p = 0.0742; Wilcoxon gives 2 of 8', () => {
  const scores = { naive: { 1: 1, 2: 1, 3: 1 }, er: { 1: 2, 2: 3, 3: 4 } };
  const [er] = compareWithBaseline(scores, 'naive');
  assert.deepEqual([er.name, er.difference.mean, er.difference.std, er.difference.n], ['er', 2, 1, 3]);
  closeTo(er.p, 0.0741799, 1e-7);
  assert.equal(er.pWilcoxon, 0.25);
  closeTo(er.difference.low, 2 - 4.302653 / Math.sqrt(3), 1e-6);
  assert.deepEqual([er.pHolm, er.pWilcoxonHolm, er.leftOut], [er.p, er.pWilcoxon, []]);
});

test('pairs are found by the name of the block, not by position; blocks of one side are left out and named', () => {
  const scores = { naive: { 1: 0.1, 2: 0.2, 3: 0.3 }, er: { 4: 0.9, 3: 0.31, 2: 0.22 } };
  const [er] = compareWithBaseline(scores, 'naive');
  closeTo(er.difference.mean, 0.015, 1e-12);
  assert.deepEqual([er.difference.n, er.leftOut.sort()], [2, ['1', '4']]);
});

test('several methods are corrected by Holm together; a single pair has a difference and no p-value', () => {
  const scores = { a: { 1: 1, 2: 2, 3: 4 }, b: { 1: 2, 2: 3.5, 3: 5 }, c: { 1: 3, 2: 4, 3: 6.1 }, d: { 1: 2 } };
  const [b, c, d] = compareWithBaseline(scores, 'a');
  assert.ok(c.p! < b.p!);
  closeTo(c.pHolm, 2 * c.p!, 1e-12);
  closeTo(b.pHolm, b.p!, 1e-12);
  assert.deepEqual(
    [d.difference.mean, d.difference.low, d.p, d.pHolm, d.pWilcoxon, d.pWilcoxonHolm],
    [1, null, null, null, null, null],
  );
});

test('a wider level gives a wider interval and the same p-value', () => {
  const scores = { a: { 1: 1, 2: 2, 3: 4 }, b: { 1: 2, 2: 3.5, 3: 5 } };
  const [narrow] = compareWithBaseline(scores, 'a', { level: 0.9 });
  const [wide] = compareWithBaseline(scores, 'a', { level: 0.99 });
  assert.ok(wide.difference.high! > narrow.difference.high!);
  assert.equal(wide.p, narrow.p);
});

test("Holm's correction is that of statsmodels, and by hand", () => {
  for (const { p, corrected } of SCIPY.holm) holm(p).forEach((own, i) => closeTo(own, corrected[i], 1e-14));
  assert.deepEqual(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
  assert.deepEqual(holm([0.9, 0.8]), [1, 1]);
  assert.deepEqual(holm([]), []);
  for (const wrong of [-0.1, 1.1, Number.NaN, '0.1']) assert.throws(() => holm([0.5, wrong as number]), /holm: p-value 1 is/);
});

test('differences that are all the same: p is 0, and 1 where they are 0; rounding does not make a difference of them', () => {
  assert.equal(pairedTTest([0.1, 0.1, 0.1]), 0);
  assert.equal(pairedTTest([0, 0]), 1);
  assert.equal(pairedTTest([0.95 - 0.93, 0.92 - 0.9, 0.5 - 0.48]), 0);
  assert.equal(wilcoxonSignedRank([0, 0, 0]), 1);
  assert.throws(() => pairedTTest([1]), /there is one difference/);
});

test('Wilcoxon: five pairs give 0.0625 at best, six come below 0.05; zeros are left out', () => {
  assert.equal(wilcoxonSignedRank([1, 2, 3, 4, 5]), 0.0625);
  assert.equal(wilcoxonSignedRank([1, 2, 3, 4, 5, 6]), 0.03125);
  assert.equal(wilcoxonSignedRank([0, 1, 2, 3, 4, 5]), 0.0625);
  assert.ok(wilcoxonSignedRank(Array.from({ length: 500 }, (_, i) => i - 200)) < 1e-3);
  assert.throws(() => wilcoxonSignedRank(Array<number>(501).fill(1)), /at most 500/);
});

test('property: with ties and zeros, Wilcoxon counts what trying all signs counts', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 }), (differences) => {
      closeTo(wilcoxonSignedRank(differences), byAllSigns(differences.filter((x) => x !== 0)), 1e-12);
    }),
    { numRuns: 300 },
  );
});

/** The share of all choices of signs whose sum of positive ranks is as far from the middle. */
function byAllSigns(differences: number[]): number {
  const sizes = differences.map(Math.abs);
  const ranks = sizes.map((size) => {
    const places = [...sizes].sort((a, b) => a - b).flatMap((other, i) => (other === size ? [i + 1] : []));
    return places.reduce((sum, place) => sum + place, 0) / places.length;
  });
  const middle = ranks.reduce((sum, rank) => sum + rank, 0) / 2;
  const distance = (isPositive: (i: number) => boolean) =>
    Math.abs(ranks.reduce((sum, rank, i) => sum + (isPositive(i) ? rank : 0), 0) - middle);
  const observed = distance((i) => differences[i] > 0);
  const all = Array.from({ length: 2 ** differences.length }, (_, signs) => distance((i) => ((signs >> i) & 1) === 1));
  return all.filter((other) => other >= observed - 1e-9).length / all.length;
}

test('scores that cannot be compared are refused in words', () => {
  const wrong: [unknown, string, RegExp][] = [
    [{ a: { 1: 1 }, b: { 1: 2 } }, 'c', /the baseline 'c' has no scores; methods: a, b/],
    [{ a: { 1: 1 } }, 'a', /scores of 1 methods; pass those of two/],
    [{ a: { 1: 1 }, b: { 2: 2 } }, 'a', /no seed \(block\) that all of them have: b, a; run them with the same seeds/],
    [{ a: { 1: 1 }, b: { 1: '2' } }, 'a', /the score of 'b' at 1 must be a number, got '2'/],
    [{ a: { 1: 1 }, b: [1] }, 'a', /the scores of 'b' are \[1\]/],
    [[1], 'a', /the scores are \[1\]/],
    [{ a: { 1: 1 }, b: { 1: 2 } }, 'toString', /the baseline 'toString' has no scores/],
  ];
  for (const [scores, baseline, message] of wrong) assert.throws(() => compareWithBaseline(scores as never, baseline), message);
  assert.throws(() => compareWithBaseline({ a: { 1: 1 }, b: { 1: 2 } }, 'a', { levle: 1 } as never), /unknown option 'levle'/);
});
