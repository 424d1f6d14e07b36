import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseOptions, tuningTable } from '../../../src/benchmark';
import { ended, smallTuning } from './fixtures';

const tuning = smallTuning({ firstTasks: 2, limit: 200 });

test('the table has a row a point with mean and interval, says which was chosen and that validation data decided', () => {
  const runs = ended(tuning, [
    [0.4, 0.4],
    [0.6, 0.7],
    [0.5, 0.5],
    [0.5, 'Naive: training has diverged'],
  ]);
  const table = tuningTable(chooseOptions(tuning, runs));
  assert.match(table, /^Naive, class-incremental\nsplit-mnist, .*the first 2 of 5 tasks, 5 epochs, 200 training images a task/);
  assert.match(table, /measured on validation data/);
  assert.match(table, /lr +ACC \(validation\)/);
  assert.match(table, /^ *0\.01 +0\.6500 ± 0\.6353 +chosen$/m);
  assert.match(table, /^ *0\.1 +diverged, 1 of 2$/m);
  assert.equal(table.match(/chosen/g)!.length, 1);
});

test('a choice at the edge of the grid is said to be one', () => {
  const best = (index: number) =>
    tuningTable(
      chooseOptions(
        tuning,
        ended(
          tuning,
          [0, 1, 2, 3].map((i) => (i === index ? [0.9, 0.9] : [0.5, 0.5])),
        ),
      ),
    );
  assert.match(best(0), /^Chosen at the edge of the grid: lr 0\.003 of 0\.003 to 0\.1$/m);
  assert.match(best(3), /^Chosen at the edge of the grid: lr 0\.1 of 0\.003 to 0\.1$/m);
  assert.doesNotMatch(best(1), /edge/);
  const fixed = smallTuning({ methods: ['si'], lr: 0.5 });
  const same = tuningTable(
    chooseOptions(
      fixed,
      ended(
        fixed,
        [0.5, 0.6, 0.5].map((acc) => [acc, acc]),
      ),
    ),
  );
  assert.doesNotMatch(same, /edge/);
});

test('where nothing is chosen the table says why', () => {
  const table = tuningTable(chooseOptions(tuning, ended(tuning, Array(4).fill([0.5, 0.5])).slice(2)));
  assert.match(table, /^ *0\.003 +not finished$/m);
  assert.match(table, /^No options chosen: 2 of 8 runs are not finished$/m);
  assert.match(tuningTable(chooseOptions(tuning, [])), /No options chosen: 8 of 8 runs/);
});
