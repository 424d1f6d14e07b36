import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runExperiment } from '../../../../src/experiments';
import { answerOf, readAnswer, readTold } from '../../../../src/experiments/executors/queue/answer';
import { planned, result } from '../../fixtures';

const there = <T>(value: T) => JSON.parse(JSON.stringify(value)) as T;

test('a result comes back as it was, and under the names that the asker gave it', async () => {
  const run = planned({ measure: { learningCurves: true } });
  const made = await runExperiment(run);
  const answer = there(answerOf(made));
  assert.ok(!('spec' in answer) && !('label' in answer));
  assert.deepEqual(readAnswer({ ...run, label: 'mine' }, answer), there({ ...made, label: 'mine' }));
});

test('what is no result of the run is refused', () => {
  const run = planned();
  const good = there(answerOf(result({}, run)));
  assert.equal(readAnswer(run, good).metrics.acc, 0.65);
  const cases: [unknown, RegExp][] = [
    [undefined, /it is undefined/],
    [{ ...good, id: 'f'.repeat(16) }, /it is that of run f{16}, not of/],
    [{ ...good, seed: 7 }, /it is that of run/],
    [{ ...good, method: 'er' }, /it is that of run/],
    [{ ...good, matrix: [[2]] }, /matrix|accuracy/i],
    [{ ...good, metrics: { acc: 'high' } }, /metrics\.acc/],
    [{ ...good, taskNames: [1] }, /taskNames\[0\]/],
    [{ ...good, losses: 'none' }, /losses/],
    [{ ...good, made: { date: 1 } }, /made/],
    [{ ...good, device: '\u001b[2J' }, /control characters/],
    [JSON.parse(JSON.stringify(good).replace('{', '{"__proto__": {"x": 1}, ')), /'__proto__' is no name/],
  ];
  for (const [answer, message] of cases) assert.throws(() => readAnswer(run, answer), message, String(message));
});

test('a result that is too large is refused before it is sent', () => {
  const names = Array.from({ length: 2500 }, () => 'x'.repeat(9_000));
  assert.throws(() => answerOf(result({ taskNames: names })), /result: it has \d+ characters; at most 20000000/);
});

test('progress is taken as numbers only; what cannot be understood is no progress', () => {
  const progress = { task: 0, nTasks: 2, epoch: 1, epochs: 1, step: 3, steps: 9, loss: 0.5, stepsPerSecond: 7, secondsLeft: 1 };
  assert.deepEqual(readTold({ progress: { ...progress, taskName: 'a\nb', matrix: 'huge' } }), {
    progress: { ...progress, taskName: 'a' },
  });
  assert.deepEqual(readTold({ again: 'it\u0007 crashed' }), { again: 'it  crashed' });
  for (const wrong of [
    null,
    7,
    'text',
    {},
    { progress },
    { progress: { ...progress, taskName: 'a', loss: null } },
    { again: 1 },
  ]) {
    assert.equal(readTold(wrong), undefined);
  }
});
