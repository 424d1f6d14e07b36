import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadReproductions, PROTOCOLS, reproductionOf } from '../../src/evidence';
import { openStore, planRun } from '../../src/experiments';
import { failedRun } from '../../src/experiments/failedRun';
import { mergeRuns } from '../../src/experiments/store/merge';
import { acc, kept, PROTOCOL } from './fixtures';

const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
after(() => rmSync(folder, { recursive: true }));

test('a line is the mean of the runs of its spec, whatever their seeds and labels, with their ids', () => {
  const runs = [kept(0, 7, 0.62), kept(0, 1, 0.6), kept(1, 1, 0.3)];
  const { rows, name } = reproductionOf(PROTOCOL, runs);
  assert.equal(name, 'example');
  assert.deepEqual(
    rows.map(({ label, verdict, seeds }) => [label, verdict, seeds]),
    [
      ['Naive', 'reproduced', [1, 7]],
      ['Naive', 'not reached', [1, 7]],
      ['EWC', 'not reached', [1]],
      ['ER', 'not run', []],
    ],
  );
  assert.deepEqual(rows[0].runs, [runs[1].id, runs[0].id]);
  const { mean, low, high, n } = rows[0].ours!;
  assert.ok(Math.abs(mean - 61) < 1e-9);
  assert.equal(n, 2);
  // Student t of one degree of freedom 12.706, standard deviation √2, two values: ± 12.706.
  assert.ok(Math.abs(high! - mean - 12.706) < 1e-3 && Math.abs(mean - low! - 12.706) < 1e-3);
  assert.deepEqual([rows[1].metric, rows[1].ours!.mean], ['bwt', -40]);
  assert.deepEqual([rows[2].reason, rows[0].reason], ['one seed only; λ is not known', undefined]);
  assert.equal(rows[1].reason, undefined, '-40 ± 0 does not meet -20, and nothing is known');
});

test('runs of another spec do not count; runs that failed are told, and a line of nothing else has no result', () => {
  const other = { ...kept(0, 1, 0.6), spec: { ...kept(0, 1, 0.6).spec, epochs: 2 } };
  const failed = failedRun(planRun(PROTOCOL.rows[2].spec(3)), 'the loss is NaN');
  const [naive, , ewc] = reproductionOf(PROTOCOL, [other, failed]).rows;
  assert.equal(naive.verdict, 'not run');
  assert.deepEqual([ewc.verdict, ewc.failed, ewc.runs], ['no result', [failed.id], []]);
});

test('a run that does not have the metric of a line counts as no result there', () => {
  const run = kept(0, 1, 0.6);
  const { rows } = reproductionOf(PROTOCOL, [{ ...run, metrics: { ...run.metrics, bwt: null } }]);
  assert.deepEqual([rows[0].verdict, rows[1].verdict], ['reproduced', 'no result']);
});

test('a store is read by its folder or as it is; without runs nothing was run; wrong names are refused', () => {
  const spec = loadReproductions(folder, ['vandeven-split'])[0];
  assert.deepEqual([...new Set(spec.rows.map(({ verdict }) => verdict))], ['not run']);
  mergeRuns(openStore(folder), [acc(planRun(PROTOCOL.rows[0].spec(1)), 0.5)]);
  assert.equal(loadReproductions(openStore(folder)).length > 3, true);
  assert.throws(() => loadReproductions(folder, ['nothing']), /there is no protocol 'nothing'/);
});

test('a store that is named has to be there: a misspelt name is no empty store', () => {
  assert.throws(() => loadReproductions(join(folder, 'typo')), /typo: it does not exist; name the folder of a store/);
  assert.throws(() => loadReproductions(openStore(join(folder, 'typo'))), /it does not exist/);
});

test('what is no run is refused with its place', () => {
  const run = kept(0, 1, 0.6);
  const of = (...runs: unknown[]) => reproductionOf(PROTOCOL, runs as never);
  assert.throws(() => of(run, { seed: 1 }), /entry 1 of runs is no result of a run: id is undefined/);
  assert.throws(() => of(null), /entry 0 of runs .*: it is null/);
  assert.throws(() => of({ ...run, spec: {} }), /spec\.stream is undefined/);
  assert.throws(() => of({ ...run, metrics: undefined }), /metrics is undefined/);
  assert.throws(() => reproductionOf(PROTOCOL, run as never), /runs must be an array/);
  assert.throws(() => reproductionOf('example' as never, [run]), /the protocol is 'example'/);
});

test('a line as near to the published figure of naive training as the verdict allows is reproduced as naive; naive itself is not', () => {
  const near = { ...PROTOCOL.rows[2], published: { value: 61, source: '' } };
  const verdicts = (...rows: (typeof PROTOCOL.rows)[number][]) =>
    reproductionOf({ ...PROTOCOL, rows }, [kept(0, 1, 0.6), kept(1, 1, 0.61)]).rows.map(({ verdict }) => verdict);
  const [naive, bwt] = PROTOCOL.rows; // 60.5 ± 0.2
  assert.deepEqual(verdicts(naive, bwt, near), ['reproduced', 'not reached', 'reproduced, as naive']);
  assert.deepEqual(verdicts(naive, { ...near, published: { value: 61.6, source: '' } }), ['reproduced', 'reproduced']);
  assert.deepEqual(verdicts(bwt, near), ['not reached', 'reproduced'], 'another metric does not compare');
  const elsewhere = {
    ...near,
    spec: (seed: number) => ({ ...near.spec(seed), stream: { ...near.spec(seed).stream, batchSize: 7 } }),
  };
  const run = acc(planRun(elsewhere.spec(1)), 0.61);
  assert.equal(
    reproductionOf({ ...PROTOCOL, rows: [naive, elsewhere] }, [run]).rows[1].verdict,
    'reproduced',
    'nor another stream',
  );
});

test('the class-incremental lines of penalties cannot tell a working method from none, and say so', () => {
  const asNaive = PROTOCOLS.filter(({ name }) => ['vandeven-split', 'hsu-split'].includes(name)).map((protocol) => {
    const runs = protocol.rows.map(({ spec, published }) => acc(planRun(spec(1)), published!.value / 100));
    const { rows } = reproductionOf(protocol, runs);
    return rows.filter(({ verdict }) => verdict === 'reproduced, as naive').map(({ label }) => label);
  });
  assert.deepEqual(asNaive, [
    ['EWC (class)', 'Online EWC (class)', 'SI (class)'],
    ['EWC (class)', 'Online EWC (class)', 'SI (class)', 'MAS (class)'],
  ]);
});

test('how long a run took is the median', () => {
  const runs = [10, 30, 20, 90].map((seconds, i) => ({ ...kept(1, i + 1, 0.5), seconds }));
  assert.equal(reproductionOf(PROTOCOL, runs).rows[2].seconds, 25);
  assert.equal(reproductionOf(PROTOCOL, runs.slice(0, 3)).rows[2].seconds, 20);
  assert.equal(reproductionOf(PROTOCOL, []).rows[2].seconds, undefined);
});

test('where our interval meets the published one, more seeds are needed', () => {
  const reason = (...shares: number[]) => {
    const runs = shares.map((share, i) => kept(1, i + 1, share)); // published: 50
    return reproductionOf(PROTOCOL, runs).rows[2].reason;
  };
  assert.match(reason(0.4, 0.5)!, /^our interval holds the published figure: .*; λ is not known$/); // 45 ± 63.5
  assert.equal(reason(0.4, 0.4), 'λ is not known');
  assert.match(reason(0.55, 0.549)!, /^λ/); // 54.95 ± 0.64
});
