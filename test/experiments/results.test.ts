import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { collectResults, readResults, writeResults } from '../../src/experiments';
import { planned, result } from './fixtures';

const folder = mkdtempSync(join(tmpdir(), 'results-'));
after(() => rmSync(folder, { recursive: true }));

test('a results file explains itself and says what is needed to repeat it', () => {
  const own = join(folder, 'own');
  execFileSync('mkdir', [own]);
  const file = join(own, 'results.json');
  writeResults(file, collectResults([result()], { command: 'benchmark --quick', planned: 2 }));
  const read = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(readdirSync(own), ['results.json']);
  assert.match(
    read.explained.matrix,
    /rows i are the tasks evaluated, columns j the task trained last.*share of right answers, 0 to 1/,
  );
  for (const unit of ['seconds', 'peakMb', 'parameters', 'samples', 'metrics', 'id']) assert.ok(read.explained[unit], unit);
  assert.deepEqual([read.formatVersion, read.command, read.planned], [2, 'benchmark --quick', 2]);
  assert.ok(Math.abs(Date.parse(read.date) - Date.now()) < 60_000);
  assert.equal(read.versions.node, process.versions.node);
  assert.ok(read.versions['continual-learning'] && read.machine.cores >= 1);
  assert.equal(read.backend, 'test');
  assert.deepEqual(read.experiments, [JSON.parse(JSON.stringify(result()))]);
  assert.ok(!JSON.stringify(read).includes('capacity'));
});

test('what is written is read again as it was', () => {
  const file = join(folder, 'again.json');
  const results = collectResults([result(), result({}, planned({ seed: 2 }))]);
  writeResults(file, results);
  assert.deepEqual(readResults(file), JSON.parse(JSON.stringify(results)));
});

test('a file that is missing, damaged, foreign, newer or changed is refused with the place', () => {
  const file = join(folder, 'wrong.json');
  const whole = JSON.stringify(collectResults([result()]));
  const changed = (change: (content: { experiments: Record<string, unknown>[] } & Record<string, unknown>) => void) => {
    const content = JSON.parse(whole);
    change(content);
    return JSON.stringify(content);
  };
  const cases: [string, RegExp][] = [
    [whole.slice(0, -40), /wrong\.json: it is no JSON or damaged: .*; name a whole results file/],
    ['', /it is no JSON or damaged/],
    ['[]', /it is no results file: versions and experiments are missing/],
    ['{"name": "x"}', /it is no results file/],
    [changed((content) => (content.formatVersion = 3)), /it has version 3, this library reads up to 2/],
    [changed((content) => (content.experiments[0] = null as never)), /experiment 0: it is null/],
    [changed(({ experiments }) => delete experiments[0].id), /experiment 0: id is undefined, not the id of a run/],
    [changed(({ experiments }) => (experiments[0].seconds = '12')), /experiment 0: seconds is '12', not a number/],
    [changed(({ experiments }) => (experiments[0].spec = {})), /experiment 0: spec.stream is undefined, not an object/],
    [
      changed(({ experiments }) => (experiments[0].id = '../../../escaped')),
      /experiment 0: id is '..\/..\/..\/escaped', not the id/,
    ],
    [changed(({ experiments }) => (experiments[0].taskNames = ['one'])), /experiment 0: got 1 task names for 2 tasks/],
    [changed(({ experiments }) => (experiments[0].made = {})), /experiment 0: made.date is undefined, not text/],
    [changed((content) => (content.machine = null)), /machine is null, not an object/],
    [`${whole.slice(0, 30)}\n\n${whole.slice(31)}`, /^[^\n]*it is no JSON or damaged[^\n]*$/],
    [changed(({ experiments }) => (experiments[0].metrics = { acc: '0.9' })), /metrics.acc is '0.9', not a number or null/],
    [changed(({ experiments }) => (experiments[0].matrix = [[0.9, 2]])), /experiment 0: row 0 has 2 cells/],
    [changed(({ experiments }) => (experiments[0].matrix = [[93]])), /accuracy on task 0 after task 0 is 93/],
  ];
  for (const [content, message] of cases) {
    writeFileSync(file, content);
    assert.throws(() => readResults(file), message);
  }
  assert.throws(() => readResults(join(folder, 'none.json')), /cannot be read: ENOENT/);
});

test('what cannot be written leaves the old file and tells why', () => {
  assert.throws(() => writeResults(join(folder, 'no', 'results.json'), collectResults([])), /its folder does not exist/);
  assert.throws(() => collectResults([], { comand: 'x' } as object), /unknown option 'comand'/);
});

test('a results file has a line a run, and the same content whatever the form', () => {
  const file = join(folder, 'lines.json');
  const results = { ...collectResults([result(), result({ seed: 2 })]), command: undefined };
  writeResults(file, results);
  const text = readFileSync(file, 'utf8');
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(results)));
  assert.equal(text.split('\n').filter((line) => line.includes('"matrix":[') || line.includes('"matrix":{')).length, 2);
  assert.ok(text.split('\n').length < 20, text);
});
