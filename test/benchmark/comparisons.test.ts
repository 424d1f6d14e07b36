import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparisonsText, differencesOf, rankingOf, rankingOver } from '../../src/benchmark/comparisons';
import { rowsOf, tablesOf } from '../../src/benchmark/rows';
import { failedRun } from '../../src/experiments/failedRun';
import { compareWithBaseline, rankMethods } from '../../src/metrics';
import { planned, SMALL } from '../experiments/fixtures';
import { done, several } from './gate/sides';

const acc = (kept: number) => (kept + 0.95) / 2;
const KEPT = { naive: [0.2, 0.3, 0.25, 0.2], er: [0.9, 0.91, 0.88, 0.9], gem: [0.8, 0.82, 0.79, 0.81] };
const runs = Object.entries(KEPT).flatMap(([name, kept]) => several(name, ...kept));
const scores = Object.fromEntries(
  Object.entries(KEPT).map(([name, kept]) => [name, Object.fromEntries(kept.map((value, i) => [i + 1, acc(value)]))]),
);

test('the rows of a table are compared with the baseline, named by method or label, seed by seed', () => {
  const { title, head, cells, notes } = differencesOf(rowsOf(runs), 'naive', 'acc');
  const expected = compareWithBaseline(scores, 'naive');
  assert.equal(title, 'ACC less that of Naive');
  assert.equal(head.length, cells[0].length);
  assert.deepEqual(
    cells.map(([name, difference, , n]) => [name, difference, n]),
    [
      ['ER', expected[0].difference.mean.toFixed(4), '4'],
      ['GEM', expected[1].difference.mean.toFixed(4), '4'],
    ],
  );
  assert.deepEqual(cells[1].slice(4), ['< 0.001', '0.250']); // 2 × 2/2⁴
  assert.equal(notes.length, 1);
  assert.deepEqual(differencesOf(rowsOf(runs), 'Naive', 'acc').cells, cells);
  assert.match(differencesOf(rowsOf(runs), 'naive', 'fm').cells[0][1], /^-0\.6/);
});

test('seeds that failed, rows without a common seed and a baseline that is none are told', () => {
  const some = [
    ...runs.filter(({ method, seed }) => method !== 'er' || seed !== 2),
    failedRun(planned({ seed: 2, method: { name: 'er' } }), 'why'),
  ];
  const other = done(9, 0.9, { method: { name: 'ewc' } });
  const { cells, notes } = differencesOf(rowsOf([...some, other]), 'naive', 'acc');
  assert.equal(cells[0][3], '3');
  assert.match(notes.join('\n'), /ER: without seeds 2\nEWC: no seed with a result in common with Naive/);
  assert.throws(() => differencesOf(rowsOf(runs), 'pnn', 'acc'), /no row of a table can be 'pnn'; its rows: Naive, ER, GEM/);
  assert.throws(() => differencesOf(rowsOf(runs), 'E', 'acc'), /2 rows of a table can be 'E'/);
  const failedBaseline = [failedRun(planned({ seed: 1 }), 'why'), ...several('er', 0.9)];
  assert.match(differencesOf(rowsOf(failedBaseline), 'naive', 'acc').notes[1], /ER: no seed with a result in common/);
});

test('ranks are those of the metrics room; forgetting ranks the smallest first; too few methods or seeds have none', () => {
  const ranking = rankingOf(rowsOf(runs), 'acc')!;
  assert.deepEqual(ranking.methods.map(({ name }) => name), ['ER', 'GEM', 'Naive']); // prettier-ignore
  assert.equal(ranking.statistic, rankMethods(scores).statistic);
  assert.deepEqual(rankingOf(rowsOf(runs), 'fm')!.methods[0], { name: 'ER', rank: 1 });
  assert.equal(rankingOf(rowsOf(runs.filter(({ method }) => method !== 'gem')), 'acc'), undefined);
  assert.equal(rankingOf(rowsOf(runs.filter(({ seed }) => seed < 3)), 'acc'), undefined);
});

test('over streams each stream counts once, with the mean over its seeds', () => {
  const streams = [5, 10, 20].flatMap((batchSize) =>
    Object.entries(KEPT).flatMap(([name, kept]) =>
      kept.slice(0, 2).map((value, i) => done(i + 1, value, { method: { name }, stream: { ...SMALL.stream, batchSize } })),
    ),
  );
  const tables = tablesOf(streams);
  assert.equal(tables.length, 3);
  const ranking = rankingOver(tables, 'acc')!;
  assert.deepEqual([ranking.blocks.length, ranking.methods[0]], [3, { name: 'ER', rank: 1 }]);
  assert.equal(rankingOver(tables.slice(0, 2), 'acc'), undefined);
});

test('as text: differences where a baseline is asked for, ranks where there are enough of them', () => {
  const text = comparisonsText(runs, { baseline: 'naive' });
  assert.match(
    text,
    /^\n\nACC less that of Naive\n\nMethod +Δ ACC[^]*^ER +0\.3\d+ [^]*Mean ranks by ACC over 4 seeds: ER 1\.00, GEM 2\.00, Naive 3\.00$/m,
  );
  assert.match(
    text,
    /^Friedman χ² 8\.00, p 0\.018; critical difference 1\.66 \(Nemenyi, 0\.05\)\nNot told apart: ER, GEM; GEM, Naive$/m,
  );
  assert.doesNotMatch(comparisonsText(runs, {}), /less that of/);
  assert.equal(comparisonsText(runs.slice(0, 4), {}), '');
});
