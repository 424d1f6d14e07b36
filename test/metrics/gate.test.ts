import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { passesGate } from '../../src/metrics/gate';
import { CLMetrics } from '../../src/metrics/metrics';
import type { Measured } from '../../src/metrics/measured';
import { CLMetricsTracker } from '../../src/metrics/tracker';
import { completeMatrix, share } from './matrices';

const champion = [
  [0.95, 0.92],
  [0.5, 0.96],
]; // ACC 0.94, BWT −0.03, FM 0.03

test('a challenger within all limits passes, and every check says its value and limit', () => {
  const verdict = passesGate(
    [
      [0.95, 0.91],
      [0.5, 0.95],
    ],
    champion,
  );
  assert.equal(verdict.passed, true);
  assert.deepEqual(verdict.reasons, []);
  assert.deepEqual(
    verdict.checks.map((check) => check.name),
    ['FM', 'ACC', 'BWT'],
  );
  assert.match(verdict.checks[1].text, /ACC 0\.9300 reaches 0\.9200 \(champion 0\.9400 less 0\.0200\)/);
});

test('each limit alone stops a challenger, with its reason', () => {
  const tooForgetful = passesGate(
    [
      [1, 0.94],
      [0.5, 1],
    ],
    champion,
    { bwtTolerance: 1 },
  );
  assert.deepEqual(
    tooForgetful.checks.map((check) => check.passed),
    [false, true, true],
  );
  assert.match(tooForgetful.reasons[0], /FM 0\.0600 is above the limit 0\.0500/);

  const tooWeak = passesGate(
    [
      [0.9, 0.9],
      [0.5, 0.9],
    ],
    champion,
  );
  assert.deepEqual(
    tooWeak.checks.map((check) => check.passed),
    [true, false, true],
  );
  assert.match(tooWeak.reasons[0], /ACC 0\.9000 is below 0\.9200/);

  const worseBackwards = passesGate(
    [
      [1, 0.93],
      [0.5, 1],
    ],
    champion,
    { maxFm: 1 },
  );
  assert.deepEqual(
    worseBackwards.checks.map((check) => check.passed),
    [true, true, false],
  );
  assert.match(worseBackwards.reasons[0], /BWT -0\.0700 is below -0\.0600/);
});

test('a value exactly on the limit passes, whatever the rounding', () => {
  assert.equal(
    passesGate(
      [
        [0.95, 0.92],
        [0.5, 0.92],
      ],
      champion,
    ).checks[1].passed,
    true,
  );
  assert.equal(
    passesGate(
      [
        [1, 0.95],
        [0, 1],
      ],
      [
        [1, 0.98],
        [0, 1],
      ],
    ).passed,
    true,
  );
});

test('what was not measured does not pass, and the reason names the model and the cell', () => {
  const gap = passesGate(
    [
      [0.95, null],
      [null, 0.95],
    ],
    champion,
  );
  assert.equal(gap.passed, false);
  assert.equal(gap.reasons.length, 3);
  assert.match(gap.reasons[1], /ACC of the challenger: not measured: accuracy on task 1 after task 2/);
  const noReference = passesGate(champion, [
    [null, 0.9],
    [null, 0.9],
  ]);
  assert.deepEqual(
    noReference.checks.map((check) => check.passed),
    [true, true, false],
  );
  assert.match(noReference.reasons[0], /BWT of the champion: not measured: accuracy on task 1 after task 1/);
  assert.match(passesGate([[0.9]], [[0.9]]).reasons[0], /FM of the challenger: needs at least two tasks/);
});

test('an unknown option is refused, and so is a negative or missing number', () => {
  assert.throws(() => passesGate(champion, champion, { maxFM: 0.1 } as object), /unknown option 'maxFM'.*maxFm/);
  assert.throws(
    () => passesGate(champion, champion, { maxFm: -1 }),
    /maxFm \(a share of accuracy\) must be a number between 0 and 1, got -1/,
  );
  assert.throws(() => passesGate(champion, champion, { accTolerance: Number.NaN }), /accTolerance/);
  assert.throws(() => passesGate(champion, champion, { maxFm: 5 }), /got 5/, 'per cent');
  assert.throws(() => passesGate(champion, champion, 0.05 as never), /options must be an object of named values, got 0\.05/);
});

test('matrices, metrics, trackers and any of them as saved JSON can be given alike', () => {
  const tracker = new CLMetricsTracker(2);
  champion.forEach((row, task) => row.forEach((accuracy, after) => tracker.record(task, after, accuracy)));
  const metrics = new CLMetrics(champion);
  const saved = [tracker, metrics, { method: 'er', matrix: champion, metrics, fingerprint: 'abc' }].map(
    (each) => JSON.parse(JSON.stringify(each)) as Measured,
  );
  const expected = passesGate(champion, champion);
  for (const given of [tracker, metrics, ...saved]) {
    assert.deepEqual(passesGate(given, champion), expected);
    assert.deepEqual(passesGate(champion, given), expected);
  }
});

test('saved metrics with nothing measured fail with reasons, not with NaN', () => {
  const saved = JSON.parse(JSON.stringify(new CLMetricsTracker(2).compute())) as Measured;
  const { passed, reasons } = passesGate(saved, saved);
  assert.equal(passed, false);
  for (const reason of reasons) assert.match(reason, /not measured: accuracy on task \d after task \d/);
});

test('different streams are not compared: other numbers of tasks, fingerprints or task names', () => {
  const five = Array.from({ length: 5 }, () => Array<number>(5).fill(0.85));
  assert.throws(
    () => passesGate(champion, five),
    /challenger was measured on 2 tasks, the champion on 5; measure both on the same/,
  );
  const of = (fingerprint?: string, names?: string[]) => new CLMetrics(champion, names, fingerprint);
  assert.throws(() => passesGate(of('aaa'), of('bbb')), /challenger's stream has the fingerprint 'aaa', the champion's 'bbb'/);
  assert.throws(() => passesGate(of(undefined, ['x', 'y']), of(undefined, ['x', 'z'])), /tasks are \['x', 'y'\], the champion's/);
  assert.throws(() => passesGate(of('aaa', ['x', 'y']), of(undefined, ['x', 'z'])), /tasks are/);
  const same = [of('aaa', ['x', 'y']), of('aaa', ['first', 'second'])] as const;
  for (const [a, b] of [same, [of('aaa'), of()], [of('aaa'), champion]] as const) assert.ok(passesGate(a, b).passed);
});

test('what is neither matrix nor holds one is refused by side and value', () => {
  for (const wrong of [undefined, null, 5, 'er', {}, [], new Map()]) {
    assert.throws(() => passesGate(wrong as never, champion), /passesGate: challenger: /);
    assert.throws(() => passesGate(champion, wrong as never), /passesGate: champion: /);
  }
});

test('property: damaged input gives an error that names the side, or the verdict of its matrix; never another one', () => {
  const junk = fc.oneof(
    fc.constantFrom(undefined, null, NaN, Infinity, -1, 2, '', '0.9', 'x', true, {}, [], [[]], [0.5], new Date(0), 10n),
    fc.double(),
  );
  const saved = fc.constantFrom<() => object>(
    () => JSON.parse(JSON.stringify(new CLMetrics(champion, ['a', 'b'], 'abc'))) as object,
    () => ({ nTasks: 2, matrix: structuredClone(champion) }),
    () => structuredClone(champion),
  );
  const outcomes = { refused: 0, judged: 0 };
  fc.assert(
    fc.property(saved, fc.nat(), junk, fc.boolean(), (make, position, value, asChallenger) => {
      const given = make() as Record<string, unknown>;
      const places = placesIn(given);
      const [holder, key] = places[position % places.length];
      if (value === undefined) delete holder[key];
      else holder[key] = value;
      try {
        const verdict = asChallenger ? passesGate(given as never, champion) : passesGate(champion, given as never);
        const matrix = (Array.isArray(given) ? given : given.matrix) as number[][];
        assert.deepEqual(verdict, asChallenger ? passesGate(matrix, champion) : passesGate(champion, matrix));
        assert.ok(verdict.checks.every((check) => !/NaN|undefined/.test(check.text)));
        outcomes.judged++;
      } catch (error) {
        assert.match((error as Error).message, /^passesGate: /);
        assert.equal((error as Error).name, 'Error');
        outcomes.refused++;
      }
    }),
    { numRuns: 3000 },
  );
  assert.ok(outcomes.refused > 500 && outcomes.judged > 50, JSON.stringify(outcomes));
});

/** Every place in a value that can be changed: an object and one of its keys. */
function placesIn(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [[holder, key] as [typeof holder, string], ...placesIn(holder[key])]);
}

test('property: raising the challenger in the last column never turns pass into fail', () => {
  // In hundredths of what the challenger can still gain; the limits are wide enough for both verdicts to occur.
  const raised = completeMatrix.chain((matrix) =>
    fc.tuple(
      fc.constant(matrix),
      fc.array(fc.integer({ min: 0, max: 100 }), { minLength: matrix.length, maxLength: matrix.length }),
    ),
  );
  let passes = 0;
  fc.assert(
    fc.property(raised, fc.infiniteStream(share), ([matrix, gains], shares) => {
      const other = matrix.map((row) => row.map(() => shares.next().value as number));
      const limits = { maxFm: 0.5, accTolerance: 0.2, bwtTolerance: 0.3 };
      const better = matrix.map((row, i) => [...row.slice(0, -1), row.at(-1)! + ((1 - row.at(-1)!) * gains[i]) / 100]);
      const before = passesGate(matrix, other, limits).checks;
      const after = passesGate(better, other, limits).checks;
      passes += before.filter((check) => check.passed).length;
      // The last cell of the last task is a diagonal cell too, but it enters neither FM nor BWT.
      return before.every((check, i) => !check.passed || after[i].passed);
    }),
  );
  assert.ok(passes > 0, 'no example passed a check, so nothing was tested');
});

test('property: every model passes the gate against itself when its forgetting is within the limit', () => {
  fc.assert(fc.property(completeMatrix, (matrix) => passesGate(matrix, matrix, { maxFm: 1 }).passed));
});
