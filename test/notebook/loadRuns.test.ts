import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadRuns, mergeRuns, metricBarsFigure, openStore, toDataFrame } from '../../src';
import { failedRun } from '../../src/experiments/failedRun';
import { planned, result } from '../experiments/fixtures';

const folder = mkdtempSync(join(tmpdir(), 'load-runs-'));
after(() => rmSync(folder, { recursive: true }));
const store = openStore(join(folder, 'runs'));
const matrix = Array.from({ length: 5 }, () => Array<number>(5).fill(0.5));
const done = (seed: number, name = 'naive') => result({ matrix, taskNames: undefined }, planned({ seed, method: { name } }));
mergeRuns(store, [done(1), done(2), failedRun(planned({ seed: 3 }), 'the loss exploded to 1e5'), done(1, 'er')]);

test('runs come as rows, failed ones among them, and as a data frame', () => {
  const rows = loadRuns(store.folder);
  assert.equal(rows.length, 4);
  const naive = loadRuns(store, { methods: ['naive'] });
  assert.deepEqual(naive.map(({ seed, status, seeds }) => [seed, status, seeds]).sort(), [
    [1, 'finished', '2 of 3'],
    [2, 'finished', '2 of 3'],
    [3, 'diverged', '2 of 3'],
  ]);
  const frame = toDataFrame(naive);
  assert.equal(frame.shape[0], 3);
  assert.ok(frame.columns.includes('ACC') && frame.columns.includes('reason'));
});

test('the runs themselves fit the figures', () => {
  assert.match(JSON.stringify(metricBarsFigure(store.select({ methods: ['naive'] }))), /\(2 of 3(<br>| )seeds\)/);
});

test('a store that is not there, an empty one, and a choice that fits nothing are told', () => {
  assert.throws(() => loadRuns(join(folder, 'no')), /loadRuns: there is no store .*no/);
  mergeRuns(openStore(join(folder, 'empty')), []);
  assert.throws(() => loadRuns(join(folder, 'empty')), /holds no runs/);
  assert.throws(() => loadRuns(store, { methods: ['gem'] }), /none of its 4 runs fits/);
  assert.throws(() => loadRuns(store, { method: ['gem'] } as object), /select: unknown option 'method'/);
});
