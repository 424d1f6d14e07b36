import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { answer } from '../../../src/benchmark/results/run';
import type { ResultsRequest } from '../../../src/benchmark/results/arguments';
import { collectResults, openStore, readResults, writeResults } from '../../../src/experiments';
import type { FinalRun } from '../../../src/experiments';
import { failedRun } from '../../../src/experiments/failedRun';
import { mergeRuns } from '../../../src/experiments/store/merge';
import { planned, result } from '../../experiments/fixtures';

let folder: string;
let store: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'results-'));
  store = join(folder, 'runs');
});
afterEach(() => rmSync(folder, { recursive: true }));

const keep = (runs: FinalRun[], place = store) => mergeRuns(openStore(place), runs);
const done = (seed: number, name = 'naive') => result({}, planned({ seed, method: { name } }));
/** A result of as many tasks as a failed run of the same spec has. */
const whole = (seed: number) => ({
  ...done(seed),
  matrix: Array.from({ length: 5 }, () => Array<number>(5).fill(0.5)),
  taskNames: undefined,
});

type Asked = { [K in ResultsRequest['command']]: Omit<Extract<ResultsRequest, { command: K }>, 'store' | 'filter'> };

/** What is said, what is warned of, and the exit status. */
function ask(request: Asked[ResultsRequest['command']], filter = {}, place: string | undefined = store) {
  const said: string[] = [];
  const warned: string[] = [];
  const outputs = { say: (text: string) => void said.push(text), warn: (text: string) => void warned.push(text) };
  const status = answer({ ...request, store: place, filter } as ResultsRequest, outputs);
  return { said: said.join('\n'), warned: warned.join('\n'), status };
}

test('list has a line a run; compare a row a configuration; both take filters', () => {
  keep([done(1), done(2), done(1, 'er')]);
  const list = ask({ command: 'list' });
  assert.equal(list.said.split('\n').length, 5);
  const line = `^${done(1).id} +task-incremental +Naive +1 +split-mnist +0\\.6500 +-0\\.4000 +0\\.4000 +12 s +– +finished`;
  assert.match(list.said, new RegExp(line, 'm'));
  assert.deepEqual([list.status, list.warned], [0, '']);
  assert.equal(ask({ command: 'list' }, { seeds: [2] }).said.split('\n').length, 3);
  assert.match(ask({ command: 'compare' }).said, /seeds 1, 2[^]*^ER +0\.6500 [^]*^Naive +0\.6500 ± 0\.0000/m);
});

test('compare says how the rows differ from a baseline, and how all rank, in a stream and over streams', () => {
  const names = ['naive', 'er', 'ewc'];
  const stream = (batchSize: number) => ({ ...planned().spec.stream, batchSize });
  const on = (batchSize: number) =>
    names.flatMap((name) => [1, 2, 3].map((seed) => result({}, planned({ seed, method: { name }, stream: stream(batchSize) }))));
  keep([...on(5), ...on(10), ...on(20)]);
  const { said, status } = ask({ command: 'compare', baseline: 'naive' });
  assert.equal(status, 0);
  assert.equal(said.split('ACC less that of Naive').length, 4);
  assert.equal(said.split('Mean ranks by ACC over 3 seeds: ').length, 4);
  assert.match(said, /Mean ranks by ACC over 3 streams: .*2\.00[^]*Not told apart: .*$/);
  assert.match(ask({ command: 'compare', metric: 'fm' }).said, /Mean ranks by FM/);
  assert.throws(() => ask({ command: 'compare', baseline: 'gem' }), /no row of a table can be 'gem'/);
  const page = join(folder, 'runs.html');
  ask({ command: 'report', file: page, baseline: 'er', metric: 'bwt' });
  assert.match(readFileSync(page, 'utf8'), /<h3>BWT less that of ER<\/h3>/);
});

test('failed runs are loud: in lists and tables, with the reason, and in the exit status', () => {
  keep([done(1), failedRun(planned({ seed: 2 }), 'task 1: the loss exploded to 1e5')]);
  const list = ask({ command: 'list' });
  assert.match(list.said, / +2 .* – .* diverged +diverged: task 1: the loss exploded to 1e5$/m);
  assert.deepEqual([list.status, list.warned], [1, '1 of 2 runs gave no result']);
  const compare = ask({ command: 'compare' });
  assert.match(compare.said, /^Naive \(1 of 2 seeds\) [^]*No result: Naive, seed 2 \(diverged/m);
  assert.equal(compare.status, 1);
  assert.equal(ask({ command: 'compare' }, { statuses: ['finished'] }).status, 0);
});

test('a damaged file is told and counts in the exit status', () => {
  keep([done(1), done(2)]);
  writeFileSync(join(store, `${done(1).id}.json`), '{"format":"continual-learning run","formatVersion":1,');
  const { said, warned, status } = ask({ command: 'list' });
  assert.equal(status, 1);
  assert.match(warned, /it is not whole; it was moved to damaged/);
  assert.equal(said.split('\n').length, 3);
});

test('export writes CSV or a results file, which is a view of the store; report writes a page', () => {
  keep([whole(1), failedRun(planned({ seed: 2 }), 'why')]);
  const [csv, json, page] = ['runs.csv', 'results.json', 'runs.html'].map((name) => join(folder, name));
  assert.match(ask({ command: 'export', file: csv }).said, /runs\.csv: 2 runs/);
  assert.match(readFileSync(csv, 'utf8'), /^id,study,label,[^]*,1 of 2,finished,[^]*,1 of 2,failed,why/);
  ask({ command: 'export', file: json });
  const { experiments, failed } = readResults(json);
  assert.deepEqual([experiments.length, failed!.length], [1, 1]);
  ask({ command: 'report', file: page });
  assert.match(readFileSync(page, 'utf8').slice(0, 100), /^<!DOCTYPE html>/);
  assert.throws(
    () => ask({ command: 'export', file: join(folder, 'runs.xlsx') }),
    /'.*runs\.xlsx' has an ending that cannot be written/,
  );
  assert.throws(() => ask({ command: 'report', file: join(folder, 'runs.pdf') }), /another ending; end it in \.html/);
  assert.throws(() => ask({ command: 'export', file: join(folder, 'no', 'runs.csv') }), /its folder does not exist/);
});

test('merge takes stores and results files, and tells runs with other numbers', () => {
  keep([done(1)], store);
  keep([done(2), { ...done(1), matrix: [[0.1]], taskNames: ['digits 0, 1'] }], join(folder, 'other'));
  writeResults(join(folder, 'results.json'), collectResults([done(3), failedRun(planned({ seed: 4 }), 'why')]));
  const from = [join(folder, 'other'), join(folder, 'results.json')];
  const { said, warned, status } = ask({ command: 'merge', from });
  assert.match(said, /other: 1 added, 0 known\n.*results\.json: 2 added, 0 known/);
  assert.match(warned, new RegExp(`run ${done(1).id} has other numbers than in .*, where it stays as it was`));
  assert.equal(status, 1);
  assert.equal(openStore(store).ids().length, 4);
  assert.throws(
    () => ask({ command: 'merge', from: [join(folder, 'nothing')] }),
    /it does not exist; name a store or a results file/,
  );
});

test('show gives one run by the beginning of its id', () => {
  keep([done(1), done(2)]);
  const { id } = done(1);
  assert.deepEqual(JSON.parse(ask({ command: 'show', id: id.slice(0, 8) }).said), done(1));
  assert.throws(() => ask({ command: 'show', id: 'zz' }), /run zz: there is none/);
  assert.throws(() => ask({ command: 'show', id: '' }), /2 ids begin like this/);
});

test('a store that is not there, an empty one, and a choice that fits nothing are errors, and make nothing', () => {
  assert.throws(() => ask({ command: 'list' }), /runs: it does not exist; npm run benchmark makes it/);
  assert.ok(!existsSync(store));
  keep([]);
  assert.throws(
    () => ask({ command: 'list' }),
    /it holds no runs; npm run benchmark makes some; name another store with --store/,
  );
  keep([done(1)]);
  assert.throws(
    () => ask({ command: 'list' }, { methods: ['gem'] }),
    /none of its 1 runs fits; npm run results -- list, without a filter, shows them all/,
  );
  assert.deepEqual(readdirSync(folder), ['runs']);
});
