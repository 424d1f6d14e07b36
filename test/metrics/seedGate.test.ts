import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { passesGate } from '../../src/metrics/gate';
import { CLMetrics } from '../../src/metrics/metrics';
import { passesGateOverSeeds, type SeedGateOptions } from '../../src/metrics/seedGate';
import type { SeededRun } from '../../src/metrics/seedPairs';
import { completeMatrix } from './matrices';
import { closeTo } from './scipy';

/** A run that learns task 1 to 0.95 and ends with `kept` of it, and `last` on task 2. */
const run = (seed: number, kept: number, last = 0.95): SeededRun => ({ seed, matrix: [[0.95, kept], [0.5, last]] }); // prettier-ignore
const runs = (...kept: number[]) => kept.map((value, seed) => run(seed, value));
const check = (name: string, challenger: SeededRun[], champion: SeededRun[], options?: SeedGateOptions) =>
  passesGateOverSeeds(challenger, champion, options).checks.find((one) => one.name === name)!;

test('a challenger that equals the champion in each seed passes: the differences have no spread', () => {
  const verdict = passesGateOverSeeds(runs(0.94, 0.93, 0.945), runs(0.94, 0.93, 0.945));
  assert.deepEqual([verdict.passed, verdict.rule, verdict.level, verdict.seeds], [true, 'interval', 0.95, [0, 1, 2]]);
  assert.deepEqual(verdict.limits, { maxFm: 0.05, accTolerance: 0.02, bwtTolerance: 0.03 });
  assert.deepEqual([verdict.reasons, verdict.leftOut], [[], []]);
});

test('ACC by hand: differences 0.01, 0, −0.01 have the interval 0 ± 0.0248, which the tolerance must cover', () => {
  const [challenger, champion] = [runs(0.92, 0.9, 0.88), runs(0.9, 0.9, 0.9)]; // ACC differs by half of that
  const limits = { maxFm: 1, bwtTolerance: 1 };
  const acc = check('ACC', challenger, champion, { ...limits, accTolerance: 0.025 });
  const half = (4.302653 * 0.01) / Math.sqrt(3); // 0.02484
  closeTo(acc.value, 0.925, 1e-12);
  closeTo(acc.low!, 0.925 - half, 1e-6);
  closeTo(acc.high!, 0.925 + half, 1e-6);
  closeTo(acc.limit, 0.9, 1e-12);
  assert.equal(acc.passed, true);
  const strict = check('ACC', challenger, champion, { ...limits, accTolerance: 0.024 });
  assert.deepEqual([strict.passed, strict.undecided], [false, true]);
  assert.match(
    strict.text,
    /^ACC 0\.9250 \[0\.9002, 0\.9498\] cannot be told from the limit 0\.9010 \(champion 0\.9250 less 0\.0240\)$/,
  );
});

test('what the point gate lets through is held back where the seeds scatter', () => {
  const [challenger, champion] = [runs(0.99, 0.85, 0.99), runs(0.94, 0.94, 0.94)];
  assert.equal(passesGateOverSeeds(challenger, champion, { rule: 'point' }).passed, true);
  const verdict = passesGateOverSeeds(challenger, champion);
  assert.equal(verdict.passed, false);
  assert.deepEqual(verdict.checks.map(({ undecided }) => undecided), [true, true, true]); // prettier-ignore
  assert.equal(verdict.reasons.length, 3);
});

test('seeds are paired: what all seeds of both sides share does not widen the interval', () => {
  const champion = runs(0.6, 0.75, 0.9);
  const challenger = runs(0.605, 0.755, 0.905);
  const limits = { maxFm: 1 };
  assert.equal(passesGateOverSeeds(challenger, champion, limits).passed, true);
  // The same runs in another order: still found by their seed. With the seeds mixed up, nothing can be told.
  assert.equal(passesGateOverSeeds([...challenger].reverse(), champion, limits).passed, true);
  const mixed = challenger.map((one, i) => ({ ...one, seed: (i + 1) % 3 }));
  assert.equal(passesGateOverSeeds(mixed, champion, limits).passed, false);
});

test('a limit that the whole interval breaks is broken, not undecided', () => {
  const verdict = passesGateOverSeeds(runs(0.5, 0.51, 0.5), runs(0.94, 0.94, 0.94));
  assert.deepEqual(verdict.checks.map(({ passed, undecided }) => [passed, undecided]), Array(3).fill([false, undefined])); // prettier-ignore
  assert.match(verdict.reasons[0], /^FM 0\.4467 \[0\.\d{4}, 0\.\d{4}\] is above the limit 0\.0500$/);
  assert.match(verdict.reasons[1], /^ACC .* is below 0\.9250 \(champion 0\.9450 less 0\.0200\)$/);
});

test('FM: the upper end of the interval over the seeds has to keep to the limit', () => {
  const challenger = runs(0.92, 0.91, 0.9); // FM 0.03, 0.04, 0.05: 0.04 ± 0.0248
  const limits = { accTolerance: 1, bwtTolerance: 1 };
  assert.equal(check('FM', challenger, challenger, { ...limits, maxFm: 0.065 }).passed, true);
  assert.equal(check('FM', challenger, challenger, { ...limits, maxFm: 0.064 }).undecided, true);
  assert.equal(check('FM', challenger, challenger, { ...limits, maxFm: 0.015 }).undecided, undefined);
  assert.equal(check('FM', challenger, challenger, { ...limits, maxFm: 0.064, level: 0.9 }).passed, true);
});

test('the point rule with one seed is the original gate, check by check', () => {
  fc.assert(
    fc.property(completeMatrix, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (matrix, shares) => {
      const other = matrix.map((row) => row.map(() => shares.next().value as number));
      const original = passesGate(matrix, other);
      const { passed, reasons, checks } = passesGateOverSeeds([{ seed: 1, matrix }], [{ seed: 1, matrix: other }], {
        rule: 'point',
      });
      assert.deepEqual({ passed, reasons, checks }, original);
    }),
    { numRuns: 200 },
  );
});

test('property: what passes by interval passes by point, and a stricter level never lets more through', () => {
  const shares = fc.array(fc.integer({ min: 85, max: 95 }), { minLength: 3, maxLength: 6 });
  let passes = 0;
  fc.assert(
    fc.property(shares, shares, (a, b) => {
      const n = Math.min(a.length, b.length);
      const side = (values: number[]) => runs(...values.slice(0, n).map((value) => value / 100));
      const passed = (options: SeedGateOptions) => passesGateOverSeeds(side(a), side(b), { maxFm: 0.12, ...options }).passed;
      const strict = passed({ level: 0.95, accTolerance: 0.08, bwtTolerance: 0.15 });
      passes += Number(strict);
      const loose = { accTolerance: 0.08, bwtTolerance: 0.15 };
      return !strict || (passed({ ...loose, rule: 'point' }) && passed({ ...loose, level: 0.8 }));
    }),
  );
  assert.ok(passes > 0, 'none passed, so nothing was tested');
});

test('one seed has no interval: it cannot be judged, and the point rule is named', () => {
  assert.throws(
    () => passesGateOverSeeds(runs(0.9), runs(0.9)),
    /one seed \(0\), and one seed has no interval; run both .* 'point'/,
  );
});

const failed = (seed: number): SeededRun => ({ seed, matrix: [[null, null], [null, null]], failed: 'diverged: loss 1e9' }); // prettier-ignore

test('failed and missing seeds are an error that counts them, and are left out by name only where that is asked for', () => {
  const champion = runs(0.94, 0.94, 0.94, 0.95);
  const challenger = [...runs(0.94, 0.94), failed(2)];
  const message =
    /2 of 4 seeds have results on both sides: seed 2: the challenger's run failed \(diverged: loss 1e9\); seed 3: the challenger has no run of it; run them again, or .*allowMissing/;
  assert.throws(() => passesGateOverSeeds(challenger, champion), message);
  const verdict = passesGateOverSeeds(challenger, champion, { allowMissing: true });
  assert.deepEqual([verdict.passed, verdict.seeds], [true, [0, 1]]);
  assert.deepEqual(verdict.leftOut, [
    { seed: 2, reason: "the challenger's run failed (diverged: loss 1e9)" },
    { seed: 3, reason: 'the challenger has no run of it' },
  ]);
  assert.throws(
    () => passesGateOverSeeds(challenger, champion, { seeds: [0, 1, 9] }),
    /2 of 3 .* seed 9: the challenger has no run of it, the champion has no run/,
  );
  assert.deepEqual(passesGateOverSeeds(challenger, champion, { seeds: [1, 0] }).seeds, [0, 1]);
});

test('without a common seed nothing can be judged, allowed or not', () => {
  const other = runs(0.9, 0.9).map((one) => ({ ...one, seed: one.seed + 10 }));
  for (const allowMissing of [false, true]) {
    assert.throws(
      () => passesGateOverSeeds(runs(0.9, 0.9), other, { allowMissing }),
      /there is no seed that both have|0 of 4 seeds have results on both sides/,
    );
  }
});

test('each pair has to be measured on the same stream; seeds may have streams of their own', () => {
  const named = (fingerprints: string[]) => fingerprints.map((fingerprint, seed) => ({ ...run(seed, 0.94), fingerprint }));
  assert.equal(passesGateOverSeeds(named(['a', 'b']), named(['a', 'b'])).passed, true);
  assert.throws(
    () => passesGateOverSeeds(named(['a', 'b']), named(['a', 'c'])),
    /seed 1: the challenger's stream has the fingerprint 'b'/,
  );
  const longer: SeededRun[] = [0, 1].map((seed) => ({ seed, matrix: [[0.9]] }));
  assert.throws(() => passesGateOverSeeds(runs(0.9, 0.9), longer), /measured on 2 tasks, the champion on 1/);
  const mixed = [run(0, 0.9), { seed: 1, matrix: [[0.9]] }];
  assert.throws(() => passesGateOverSeeds(mixed, mixed), /the seeds have 2 and 1 tasks/);
});

test('what was not measured does not pass, and the reason names seed, side and cell', () => {
  const gap: SeededRun[] = [run(0, 0.94), { seed: 1, matrix: [[null, 0.94], [null, 0.95]] }]; // prettier-ignore
  const verdict = passesGateOverSeeds(runs(0.94, 0.94), gap);
  assert.deepEqual(verdict.checks.map(({ passed }) => passed), [true, true, false]); // prettier-ignore
  assert.match(verdict.reasons[0], /^seed 1: BWT of the champion: not measured: accuracy on task 1 after task 1/);
  assert.equal(verdict.checks[2].limit, null);
  assert.match(passesGateOverSeeds(gap, gap).reasons[0], /^seed 1: FM of the challenger/);
});

test('damaged and doubled runs, wrong options and what is no list are refused by side and seed', () => {
  const good = runs(0.9, 0.9);
  const wrong: [unknown, RegExp][] = [
    [[], /challenger: there are no runs; pass one a seed/],
    ['runs', /challenger: the runs are 'runs'/],
    [[null], /challenger, run 0: it is null/],
    [[{ matrix: [[1]] }], /challenger, run 0: seed must be a/],
    [[run(0, 0.9), run(0, 0.8)], /challenger: there are two runs of seed 0/],
    [[{ seed: 0, matrix: [[2]] }], /challenger, seed 0: /],
    [
      [{ ...run(0, 0.9), metrics: { ...new CLMetrics(run(0, 0.9).matrix), acc: 0.99 } }],
      /challenger, seed 0: its ACC is 0\.99, but its matrix says 0\.925/,
    ],
    [[{ ...run(0, 0.9), failed: true }], /challenger, seed 0: failed must be text/],
  ];
  for (const [runs_, message] of wrong) assert.throws(() => passesGateOverSeeds(runs_ as never, good), message);
  assert.throws(() => passesGateOverSeeds(good, [] as never), /champion: there are no runs/);
  const options: [object, RegExp][] = [
    [{ maxFM: 0.1 }, /unknown option 'maxFM'/],
    [{ maxFm: 5 }, /maxFm \(a share of accuracy\) must be .* got 5/],
    [{ rule: 'mean' }, /rule .*interval.*point/],
    [{ level: 95 }, /level must be a number between 0\.5 and 0\.9999, got 95/],
    [{ allowMissing: 'no' }, /allowMissing/],
    [{ seeds: [] }, /seeds/],
    [{ seeds: [1.5] }, /seeds\[0\]/],
  ];
  for (const [given, message] of options) assert.throws(() => passesGateOverSeeds(good, good, given as never), message);
});
