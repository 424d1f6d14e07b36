import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { chooseSide, stuckNotes } from '../../../src/benchmark/gate/side';
import { collectResults, writeResults } from '../../../src/experiments';
import { failedRun } from '../../../src/experiments/failedRun';
import { planned } from '../../experiments/fixtures';
import { several } from './sides';

const folder = mkdtempSync(join(tmpdir(), 'gate-side-'));
after(() => rmSync(folder, { recursive: true }));
const quiet = { note: () => undefined, warn: () => undefined };

test('a side is the runs of one configuration with its failed seeds; filters hold together', () => {
  const place = join(folder, 'runs.json');
  const failed = failedRun(planned({ seed: 5, method: { name: 'er' } }), 'why');
  writeResults(place, collectResults([...several('er', 0.9, 0.8), ...several('naive', 0.5), failed]));
  const { report, runs } = chooseSide(
    'challenger',
    { place, filters: [{ streams: ['split-mnist'] }, { methods: ['er'] }] },
    quiet,
  );
  assert.deepEqual([report.label, report.seeds, report.failedSeeds, runs.length], ['ER', [1, 2], [5], 3]);
  const wrong = { place, filters: [{ methods: ['naive'] }, { methods: ['er'] }] };
  assert.throws(
    () => chooseSide('champion', wrong, quiet),
    /none of its 4 runs fits as the champion; it holds ER on .*, Naive on/,
  );
  assert.throws(
    () => chooseSide('champion', { place, filters: [{ method: 'er' } as object] }, quiet),
    /gate: champion: unknown option 'method'/,
  );
});

test('long lists of configurations are cut', () => {
  const place = join(folder, 'many.json');
  const some = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((epochs) =>
    several('er', 0.9).map((run) => ({ ...run, id: `${epochs}${run.id.slice(1)}`, spec: { ...run.spec, epochs } })),
  );
  writeResults(place, collectResults(some));
  assert.throws(
    () => chooseSide('challenger', { place, filters: [] }, quiet),
    /runs of 8 configurations fit .*epochs 6\) on [^,]*, 2 more; choose one/,
  );
});

test('runs at chance are told by seed', () => {
  const [run] = several('er', 0.9);
  const side = { report: {} as never, runs: [{ ...run, stuckAtChance: 'since task 1' }] };
  assert.deepEqual(stuckNotes('champion', side), ['champion, seed 1: stuck at chance (since task 1); it counts']);
});
