import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { passesGate } from '../../src/metrics/gate';
import { CLMetrics } from '../../src/metrics/metrics';
import { completeMatrix } from './matrices';

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
  const noReference = passesGate(champion, [[0.9]]);
  assert.deepEqual(
    noReference.checks.map((check) => check.passed),
    [true, true, false],
  );
  assert.match(noReference.reasons[0], /BWT of the champion: needs at least two tasks/);
});

test('an unknown option is refused, and so is a negative or missing number', () => {
  assert.throws(() => passesGate(champion, champion, { maxFM: 0.1 } as object), /unknown option 'maxFM'.*maxFm/);
  assert.throws(() => passesGate(champion, champion, { maxFm: -1 }), /maxFm must be a number of at least 0/);
  assert.throws(() => passesGate(champion, champion, { accTolerance: Number.NaN }), /accTolerance/);
});

test('metrics and matrices can be given alike', () => {
  assert.deepEqual(passesGate(new CLMetrics(champion), champion), passesGate(champion, new CLMetrics(champion)));
});

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
    fc.property(raised, completeMatrix, ([matrix, gains], other) => {
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
