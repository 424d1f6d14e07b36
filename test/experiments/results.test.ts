import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { studyTable, transferTable, zeroShotTable } from '../../src/benchmark';
import { collectResults, writeResults } from '../../src/experiments';
import { result } from '../benchmark/fixtures';

test('a results file says what is needed to repeat it, and leaves no half-written file beside it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'results-'));
  const file = join(folder, 'results.json');
  writeResults(file, collectResults([result()]));
  const read = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(readdirSync(folder), ['results.json']);
  rmSync(folder, { recursive: true });
  assert.deepEqual(Object.keys(read), ['versions', 'machine', 'backend', 'experiments']);
  assert.equal(read.versions.node, process.versions.node);
  assert.ok(read.machine.cores >= 1);
  assert.equal(read.backend, 'test');
  assert.deepEqual(read.experiments, [JSON.parse(JSON.stringify(result()))]);
});

test('the table of a study has a row a method with ACC, BWT, FM and runtime', () => {
  const table = studyTable('task-incremental', [
    result(),
    result({ label: 'ER', metrics: { ...result().metrics, acc: 0.9876 } }),
  ]);
  assert.match(table, /Method +ACC +BWT +FM +Runtime/);
  assert.match(table, /Naive +0\.6500 +-0\.4000 +0\.4000 +12 s/);
  assert.match(table, /ER +0\.9876/);
  assert.match(table, /synthetic data.*1 epoch,.*seed 1/);
});

test('several seeds are shown as mean ± half the 95 % interval', () => {
  const runs = [0.5, 0.7].map((acc, seed) => result({ seed, metrics: { ...result().metrics, acc } }));
  assert.match(studyTable('task-incremental', runs), /0\.6000 ± 1\.2706/); // t(0.975, 1) = 12.706, std/√2 = 0.1
});

test('the transfer tables show zero-shot accuracy by task and both starts side by side', () => {
  const curve = { steps: [0, 1], accuracy: [0.5, 0.6] };
  const transferReport = {
    tasks: [{ task: 1, taskName: 'digits 2, 3', zeroShot: 0.5, transfer: curve, scratch: curve, lca: 0.55, lcaScratch: 0.45 }],
    zeroShot: 0.5,
    lca: 0.55,
    lcaScratch: 0.45,
    afterSteps: [[1, 0.6, 0.4]] as [number, number, number][],
  };
  const results = [result({ study: 'forward-transfer', transferReport })];
  assert.match(
    transferTable(results),
    /Naive +after earlier tasks +0\.5000 +0\.5500 +0\.6000\n +from scratch +– +0\.4500 +0\.4000/,
  );
  assert.match(zeroShotTable(results), /digits 2, 3\n.*\nNaive +0\.5000/);
});
