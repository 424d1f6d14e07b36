import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { existing, runsIn } from '../../../src/benchmark/results/places';
import { collectResults, openStore, writeResults } from '../../../src/experiments';
import { mergeRuns } from '../../../src/experiments/store/merge';
import { failedRun } from '../../../src/experiments/failedRun';
import { planned, result } from '../../experiments/fixtures';

const folder = mkdtempSync(join(tmpdir(), 'places-'));
after(() => rmSync(folder, { recursive: true }));
const none = (text: string) => assert.fail(text);
const runs = [result({}, planned()), failedRun(planned({ seed: 2 }), 'why')];

test('a store and a results file give the same runs, failed ones too; one of a benchmark that did not end is told', () => {
  const [store, file] = [join(folder, 'runs'), join(folder, 'results.json')];
  mergeRuns(openStore(store), runs);
  writeResults(file, collectResults(runs, { planned: 5 }));
  const notes: string[] = [];
  const ids = (found: Iterable<{ id: string }>) => [...found].map(({ id }) => id).sort();
  const inFile = runsIn(file, none, (text) => notes.push(text));
  assert.deepEqual(ids(runsIn(store, none, none)), ids(inFile));
  assert.deepEqual(notes, [`${file}: it holds 2 of 5 planned runs; the benchmark did not end`]);
});

test('what is not there is an error, and is not made', () => {
  const place = join(folder, 'nothing');
  assert.throws(() => runsIn(place, none), /nothing: it does not exist; name a store or a results file/);
  assert.throws(() => existing(place, none), /nothing: it does not exist; npm run benchmark makes it/);
  assert.ok(!existsSync(place));
});
