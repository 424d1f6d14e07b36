import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseOptions, presetOf } from '../../../src/benchmark';
import { ended, smallTuning } from './fixtures';

test('a preset tells the options and how they were chosen: score, runs, seeds, settings, version, date, command', () => {
  const tuning = smallTuning({ firstTasks: 3, limit: 200, epochs: 2 });
  const runs = ended(tuning, [
    [0.4, 0.4],
    [0.6, 0.7],
    [0.5, 0.5],
    ['Naive: training has diverged', 0.5],
  ]);
  const preset = presetOf(chooseOptions(tuning, runs), 'tune naive', ['split-fashion-mnist'])!;
  assert.deepEqual(JSON.parse(JSON.stringify(preset)), preset);
  const { method, stream, scenario, alsoFor, options, seeds, epochs, command } = preset;
  assert.deepEqual(
    [method, stream, scenario, alsoFor, options, seeds, epochs, command],
    ['naive', 'split-mnist', 'class-incremental', ['split-fashion-mnist'], { lr: 0.01 }, [101, 102], 2, 'tune naive'],
  );
  assert.ok(Math.abs(preset.score.mean - 0.65) < 1e-12);
  assert.deepEqual(
    preset.runs,
    tuning.points[1].runs.map(({ id }) => id),
  );
  assert.deepEqual(
    preset.tried.map(({ mean }) => mean && Math.round(mean * 100)),
    [40, 65, 50, null],
  );
  const { firstTasks, limitPerTask, validationFraction, nTasks } = preset.settings;
  assert.deepEqual([firstTasks, limitPerTask, validationFraction, nTasks], [3, 200, 0.1, 5]);
  assert.match(preset.version, /^\d+\.\d+\.\d+/);
  assert.ok(Math.abs(Date.parse(preset.date) - Date.now()) < 60_000);
});

test('where nothing was chosen there is no preset', () => {
  assert.equal(presetOf(chooseOptions(smallTuning(), []), 'tune naive'), undefined);
});
