import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { GateRequest } from '../../../src/benchmark/gate/arguments';
import { answer, type GateReport } from '../../../src/benchmark/gate/run';
import { collectResults, openStore, writeResults } from '../../../src/experiments';
import type { FinalRun, RunFilter } from '../../../src/experiments';
import { failedRun } from '../../../src/experiments/failedRun';
import { mergeRuns } from '../../../src/experiments/store/merge';
import { passesGateOverSeeds, type SeedGateOptions } from '../../../src/metrics';
import { planned } from '../../experiments/fixtures';
import { done, several } from './sides';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gate-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function store(name: string, runs: readonly FinalRun[]): string {
  mergeRuns(openStore(join(folder, name)), runs);
  return join(folder, name);
}

function file(name: string, runs: readonly FinalRun[], plan = runs.length): string {
  writeResults(join(folder, name), collectResults(runs, { planned: plan }));
  return join(folder, name);
}

interface Filters {
  both?: RunFilter;
  challenger?: RunFilter;
  champion?: RunFilter;
}

/** The verdict, what was said and warned of, and that JSON and text have the same exit status. */
function gate(challenger: string, champion: string, options: SeedGateOptions = {}, filters: Filters = {}) {
  const { both = {}, challenger: own = {}, champion: other = {} } = filters;
  const request = {
    challenger: { place: challenger, filters: [both, own] },
    champion: { place: champion, filters: [both, other] },
  };
  const ask = (json: boolean): { status: number; said: string; warned: string } => {
    const [said, warned]: [string[], string[]] = [[], []];
    const outputs = { say: (text: string) => void said.push(text), warn: (text: string) => void warned.push(text) };
    const status = answer({ ...request, options, json } satisfies GateRequest, outputs);
    return { status, said: said.join('\n'), warned: warned.join('\n') };
  };
  const asJson = ask(true);
  const report = JSON.parse(asJson.said) as GateReport;
  assert.equal(report.exitStatus, asJson.status);
  return { report, json: asJson, ...ask(false) };
}

const GOOD = [0.94, 0.935, 0.945];
const BAD = [0.5, 0.55, 0.52];

test('stores and results files can be given alike, also one of each, and the verdict is that of the library', () => {
  const [er, naive] = [several('er', ...GOOD), several('naive', ...BAD)];
  const expected = passesGateOverSeeds(er, naive);
  const places = [store('er', er), file('er.json', er)];
  const others = [store('naive', naive), file('naive.json', naive)];
  for (const challenger of places) {
    for (const champion of others) {
      const { status, said, warned, report } = gate(challenger, champion);
      assert.deepEqual([status, warned, report.status], [0, '', 'passed']);
      assert.deepEqual(report.checks, JSON.parse(JSON.stringify(expected.checks)));
      assert.match(said, /^Challenger {2}ER [^]*^Seeds {7}3 compared: 1, 2, 3$[^]*^✓ FM 0\.0100 \[[^]*The challenger passes\.$/m);
    }
  }
});

test('a challenger that is worse fails with exit status 1 and every reason', () => {
  const { status, said, report } = gate(store('new', several('naive', ...BAD)), store('old', several('er', ...GOOD)));
  assert.equal(status, 1);
  assert.equal(report.status, 'failed');
  assert.equal(report.reasons.length, 3);
  assert.match(said, /✕ FM 0\.4267 \[[^]*is above the limit 0\.0500[^]*does not pass/);
});

test('limits, rule and level reach the gate', () => {
  const [a, b] = [store('a', several('er', 0.99, 0.85, 0.99)), store('b', several('naive', 0.94, 0.94, 0.94))];
  assert.equal(gate(a, b).status, 1);
  assert.equal(gate(a, b, { rule: 'point' }).status, 0);
  assert.match(gate(a, b, { rule: 'point' }).said, /Rule {8}means over the seeds/);
  assert.equal(gate(a, b, { maxFm: 1, accTolerance: 1, bwtTolerance: 1 }).status, 0);
  assert.match(gate(a, b).report.reasons[0], /cannot be told from the limit/);
});

test('one store can hold both sides; each is chosen by method or label', () => {
  const place = store('runs', [...several('er', ...GOOD), ...several('naive', ...BAD)]);
  const chosen = { challenger: { methods: ['er'] }, champion: { methods: ['naive'] } };
  assert.equal(gate(place, place, {}, chosen).status, 0);
  assert.equal(gate(place, place, {}, { challenger: { labels: ['Naive'] }, champion: { labels: ['ER'] } }).status, 1);
});

/** Expects that it cannot be judged, for this reason, as text and as JSON. */
function cannotJudge({ status, report, said, warned }: ReturnType<typeof gate>, reason: RegExp): void {
  assert.deepEqual([status, report.status], [2, 'cannot judge']);
  assert.match(report.reasons.join('; '), reason);
  assert.match(warned, /cannot judge: /);
  assert.match(warned, reason);
  assert.doesNotMatch(said, /passes\./);
}

test('several configurations, none, and the same runs twice cannot be judged; the message names what is there', () => {
  const place = store('runs', [...several('er', ...GOOD), ...several('naive', ...BAD)]);
  cannotJudge(
    gate(place, place),
    /runs of 2 configurations fit as the challenger: (ER|Naive) on split-mnist \(task-incremental\), .*--challenger-method/,
  );
  cannotJudge(
    gate(place, place, {}, { both: { methods: ['gem'] } }),
    /none of its 6 runs fits as the challenger; it holds .*Naive on/,
  );
  cannotJudge(gate(place, place, {}, { both: { methods: ['er'] } }), /challenger and champion are the same runs \(ER\)/);
  const copy = store('copy', several('er', ...GOOD));
  assert.equal(gate(copy, place, {}, { both: { methods: ['er'] } }).status, 0, 'trained again elsewhere');
});

test('different streams cannot be judged', () => {
  const er = [1, 2].map((seed) => done(seed, 0.94, { method: { name: 'er' } }, 'other'));
  cannotJudge(
    gate(store('er', er), store('naive', several('naive', ...GOOD.slice(0, 2)))),
    /seed 1: the challenger's stream has the fingerprint 'other', the champion's 'abc'/,
  );
});

test('a failed or missing seed is never passed over: 2 of 3 seeds, unless that is asked for', () => {
  const er = [
    ...several('er', ...GOOD.slice(0, 2)),
    failedRun(planned({ seed: 3, method: { name: 'er' } }), 'task 1: the loss exploded to 1e5'),
  ];
  const places = [store('er', er), store('naive', several('naive', ...BAD))] as const;
  cannotJudge(
    gate(...places),
    /2 of 3 seeds have results on both sides: seed 3: the challenger's run failed \(task 1: the loss exploded/,
  );
  const { status, said, warned, report } = gate(...places, { allowMissing: true, maxFm: 0.1 });
  assert.equal(status, 0);
  assert.match(said, /2 of 3 compared: 1, 2/);
  assert.match(warned, /seed 3 is left out: the challenger's run failed/);
  assert.deepEqual([report.challenger!.failedSeeds, report.leftOut!.length], [[3], 1]);
  const fewer = file('fewer.json', several('er', ...GOOD.slice(0, 2)));
  cannotJudge(gate(fewer, places[1]), /seed 3: the challenger has no run of it/);
  cannotJudge(
    gate(fewer, file('two.json', several('naive', ...BAD.slice(0, 2))), { seeds: [1, 2, 3] }),
    /seed 3: the challenger has no run of it, the champion has no/,
  );
});

test('no common seed, and a single seed, cannot be judged', () => {
  const late = [7, 8].map((seed) => done(seed, 0.94, { method: { name: 'er' } }));
  cannotJudge(
    gate(store('late', late), store('naive', several('naive', ...BAD)), { allowMissing: true }),
    /there is no seed that both have/,
  );
  const [one, other] = [store('one', several('er', 0.94)), store('other', several('naive', 0.5))];
  cannotJudge(gate(one, other), /one seed has no interval; .*choose the rule 'point'/);
  assert.equal(gate(one, other, { rule: 'point' }).status, 0);
});

test('what was not measured cannot be judged, and the checks are told all the same', () => {
  const gap = several('er', ...GOOD).map((run) => ({ ...run, matrix: [[null, 0.94], [null, 0.95]], metrics: { ...run.metrics, acc: 0.945, bwt: null, fm: null, averageForgetting: null, averageIncrementalAccuracy: null } })); // prettier-ignore
  const judged = gate(store('gap', gap), store('naive', several('naive', ...BAD)));
  cannotJudge(judged, /seed 1: FM of the challenger: not measured/);
  assert.equal(judged.report.checks!.length, 3);
});

test('what is missing, damaged, no results file or no store cannot be judged', () => {
  const er = store('er', several('er', ...GOOD));
  const naive = several('naive', ...BAD);
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  mkdirSync(join(folder, 'things'));
  write('things/photo.jpg', '');
  mkdirSync(join(folder, 'empty'));
  const edited = collectResults(naive);
  const wrong: [string, RegExp][] = [
    [join(folder, 'nothing'), /nothing: it does not exist; name a store or a results file/],
    [write('half.json', '{"experiments": ['), /half\.json: it is no JSON or damaged/],
    [write('other.json', '{"a": 1}'), /other\.json: it is no results file/],
    [join(folder, 'things'), /things: it holds other things/],
    [join(folder, 'empty'), /empty: it holds no runs/],
    [
      write('changed.json', JSON.stringify(edited).replace('0.725', '0.925')),
      /champion, seed 1: its ACC is 0\.925, but its matrix says 0\.725/,
    ],
    [write('later.json', JSON.stringify({ ...edited, formatVersion: 99 })), /it has version 99/],
  ];
  for (const [place, reason] of wrong) cannotJudge(gate(er, place), reason);
  cannotJudge(gate(wrong[0][0], er), /nothing: it does not exist/);
});

test('a damaged file of a store cannot be passed over in silence', () => {
  const naive = several('naive', ...BAD);
  const place = store('naive', naive);
  writeFileSync(join(place, `${naive[0].id}.json`), '{"format":"continual-learning run","formatVersion":1,');
  const { report } = gate(store('er', several('er', ...GOOD)), place);
  assert.match(report.reasons[0], /1 of its files is damaged; run these again/);
  assert.match(report.notes[0], /it is not whole; it was moved to damaged/);
});

test('that a benchmark did not end, and that a run stayed at chance, is told and does not decide', () => {
  const er = several('er', ...GOOD).map((run, i) => (i === 0 ? { ...run, stuckAtChance: 'since task 2' } : run));
  const { status, warned } = gate(file('er.json', er, 9), store('naive', several('naive', ...BAD)));
  assert.equal(status, 0);
  assert.match(warned, /er\.json: it holds 3 of 9 planned runs; the benchmark did not end/);
  assert.match(warned, /challenger, seed 1: stuck at chance \(since task 2\); it counts/);
});

test('the JSON has a form of its own: format, version, status, both sides, rule, limits, seeds, checks', () => {
  const { report, json } = gate(store('er', several('er', ...GOOD)), store('naive', several('naive', ...BAD)));
  assert.equal(json.warned, '');
  assert.deepEqual(Object.keys(report).sort(), [
    ...['challenger', 'champion', 'checks', 'exitStatus', 'format', 'formatVersion', 'leftOut', 'level', 'limits', 'notes'],
    ...['reasons', 'rule', 'seeds', 'status'],
  ]);
  assert.deepEqual(
    [report.format, report.formatVersion, report.level, report.rule],
    ['continual-learning gate', 1, 0.95, 'interval'],
  );
  assert.deepEqual(report.challenger, {
    ...{ place: join(folder, 'er'), label: 'ER', method: 'er', stream: 'split-mnist', scenario: 'task-incremental', tasks: 2 },
    ...{ seeds: [1, 2, 3], failedSeeds: [], ids: report.challenger!.ids },
  });
  assert.equal(new Set(report.challenger!.ids).size, 3);
  for (const check of report.checks!) {
    assert.deepEqual(Object.keys(check).sort(), ['high', 'limit', 'low', 'name', 'passed', 'text', 'value']);
  }
});
