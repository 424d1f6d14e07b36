import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ResultsFile } from '../../src/benchmark/resultsFile';
import { collectResults, readResults, writeResults } from '../../src/experiments';
import { failedRun } from '../../src/experiments/failedRun';
import { planned, result } from '../experiments/fixtures';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'results-file-'));
  file = join(folder, 'results.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const options = { overwrite: false, command: 'benchmark' };
const [small, large] = [planned(), planned({ epochs: 3 })];
const [smallResult, largeResult] = [result({}, small), result({}, large)];
const seedsIn = (path: string) => readResults(path).experiments.map(({ spec }) => spec.epochs);

test('without an old file every result goes into the file at once, with command and number of planned runs', () => {
  const results = new ResultsFile(file, [small, large], options);
  assert.equal(results.whereabouts, undefined);
  results.write([smallResult]);
  assert.deepEqual([readResults(file).planned, readResults(file).command, seedsIn(file)], [2, 'benchmark', [1]]);
  results.write([smallResult, largeResult]);
  results.close();
  assert.deepEqual(seedsIn(file), [1, 3]);
  assert.equal(results.whereabouts, file);
  assert.deepEqual(readdirSync(folder), ['results.json']);
});

test('a smaller benchmark does not replace a larger one, unless it is told to', () => {
  writeResults(file, collectResults([largeResult]));
  assert.throws(
    () => new ResultsFile(file, [small], options),
    /--json: .*results\.json holds a larger benchmark \(1 run of 20\d\d-.*\) than this one; name another file, or add --overwrite/,
  );
  const results = new ResultsFile(file, [small], { ...options, overwrite: true });
  results.write([smallResult]);
  results.close();
  assert.deepEqual(seedsIn(file), [1]);
});

test('a larger one that does not come to its end leaves the old file, and its results in a file beside it', () => {
  writeResults(file, collectResults([largeResult]));
  const results = new ResultsFile(file, [small, large], options);
  results.write([smallResult]);
  results.close();
  assert.deepEqual([seedsIn(file), seedsIn(join(folder, 'results.partial.json'))], [[3], [1]]);
  assert.match(results.whereabouts!, /results\.partial\.json \(.*results\.json keeps the larger benchmark it held\)/);

  const again = new ResultsFile(file, [small, large], options);
  assert.match(again.note!, /results\.partial\.json, left by a benchmark that did not end, will be replaced/);
  again.write([smallResult]);
  again.write([smallResult, largeResult]);
  again.close();
  assert.deepEqual(seedsIn(file), [1, 3]);
  assert.ok(!existsSync(join(folder, 'results.partial.json')));
});

test('the same benchmark again replaces its own file', () => {
  writeResults(file, collectResults([largeResult]));
  const results = new ResultsFile(file, [large], options);
  results.write([largeResult]);
  results.close();
  assert.equal(readResults(file).command, 'benchmark');
});

test('whatever else is there is not replaced; an empty file is', () => {
  writeFileSync(file, '{"name": "my-project"}');
  assert.throws(
    () => new ResultsFile(file, [small], options),
    /--json: the file is there and cannot be taken for old results \(.*no results file/,
  );
  assert.equal(readFileSync(file, 'utf8'), '{"name": "my-project"}');
  writeFileSync(file, '');
  new ResultsFile(file, [small], options).close();
});

test('a file that another benchmark writes is refused, also when something was refused before', () => {
  const first = new ResultsFile(file, [small], options);
  assert.throws(() => new ResultsFile(file, [small], options), /is writing it; wait for it, name another file/);
  first.close();
  assert.throws(() => new ResultsFile(join(folder, 'no', 'results.json'), [small], options), /its folder does not exist/);
  new ResultsFile(file, [small], options).close();
});

test('other runs are not replaced, unless they are kept elsewhere or it is told to', () => {
  writeResults(file, collectResults([smallResult]));
  const make = (more: object) => new ResultsFile(file, [large], { ...options, ...more });
  assert.throws(
    () => make({}),
    /--json: .*results\.json holds other runs: 1 of its 1 results are neither part of this benchmark nor in the store; name another/,
  );
  assert.throws(() => make({ isKept: () => false }), /holds other runs/);
  make({ isKept: (id: string) => id === small.id }).close();
  make({ overwrite: true }).close();
  new ResultsFile(file, [small, large], options).close();
  assert.deepEqual(seedsIn(file), [1]);
});

test('failed runs are in the file with their reasons, and are read again', () => {
  const results = new ResultsFile(file, [small, large], options);
  results.write([smallResult, failedRun(large, 'the loss exploded')]);
  results.close();
  const { experiments, failed, planned: count } = readResults(file);
  assert.deepEqual([experiments.length, failed!.length, failed![0].failed, count], [1, 1, 'the loss exploded', 2]);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"failed":"the loss exploded"', '"failed":3'));
  assert.throws(() => readResults(file), /failed run 0: failed is 3, not text/);
});

test('what a benchmark that was killed left half written is gone after the next; names may be as long as names can be', () => {
  const long = join(folder, `${'x'.repeat(245)}.json`);
  for (const place of [file, long]) {
    const first = new ResultsFile(place, [small], options);
    const { through } = first as unknown as { through: string };
    first.close();
    writeFileSync(through, '{"format"');
    const results = new ResultsFile(place, [small], options);
    assert.ok(!existsSync(through));
    results.write([smallResult]);
    results.close();
  }
  assert.deepEqual(readdirSync(folder), ['results.json', basename(long)]);
});
