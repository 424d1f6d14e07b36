import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { failedRun } from '../../../src/experiments/failedRun';
import { DamagedFile, readRunFile, runFileText } from '../../../src/experiments/store/runFile';
import { planned, result } from '../fixtures';

const run = result({ losses: [{ task: 0, firstStep: 0, steps: 2, every: 1, losses: [0.7, 0.6] }] });
const text = runFileText(run);

test('a run is read as it was written, finished or failed; its matrix has named axes in the file', () => {
  assert.deepEqual(readRunFile('x', text), run);
  const failed = failedRun(planned(), 'task 1: the loss exploded to 1e5');
  assert.deepEqual(readRunFile('x', runFileText(failed)), failed);
  assert.ok(failed.diverged);
  const { matrix } = (JSON.parse(text) as { run: { matrix: Record<string, unknown> } }).run;
  assert.deepEqual(matrix, {
    dims: ['evaluated', 'trained'],
    coords: {
      evaluated: { dims: ['evaluated'], data: ['digits 0, 1', 'digits 2, 3'] },
      trained: { dims: ['trained'], data: ['digits 0, 1', 'digits 2, 3'] },
    },
    data: run.matrix,
  });
});

test('a file cut anywhere, or with any character changed, is damaged, never another run', () => {
  const spoil = fc.oneof(
    fc.nat(text.length - 1).map((end) => text.slice(0, end)),
    fc
      .tuple(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
      .filter(([at, sign]) => text[at] !== sign)
      .map(([at, sign]) => text.slice(0, at) + sign + text.slice(at + 1)),
  );
  fc.assert(
    fc.property(spoil, (spoiled) => {
      assert.throws(
        () => readRunFile('x', spoiled),
        (error: Error) => error instanceof DamagedFile || /has version \d+, this library reads up to 1/.test(error.message),
      );
    }),
    { numRuns: 500 },
  );
});

test('a file whose checksum is right and whose content is no run is damaged, too', () => {
  for (const content of [
    { ...run, seed: '1' },
    { ...run, matrix: [[2]] },
    { ...run, metrics: null },
    { ...failedRun(planned(), 'why'), spec: 3 },
    { ...failedRun(planned(), 'why'), label: 3 },
    { ...failedRun(planned(), 'why'), matrix: [] },
  ]) {
    assert.throws(() => readRunFile('x', runFileText(content as never)), DamagedFile, JSON.stringify(content).slice(0, 60));
  }
});

test('a file of a later version is not taken for a damaged one', () => {
  const later = text.replace('"formatVersion":1', '"formatVersion":2');
  assert.throws(
    () => readRunFile('x', later),
    (error: Error) => !(error instanceof DamagedFile) && /x: it has version 2, this library reads up to 1/.test(error.message),
  );
});
