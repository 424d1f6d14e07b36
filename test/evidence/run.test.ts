import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Reproduction } from '../../src/evidence';
import { PROTOCOLS, planProtocol } from '../../src/evidence';
import type { ReproduceRequest } from '../../src/evidence/arguments';
import { answer, statusOf } from '../../src/evidence/run';
import { openStore } from '../../src/experiments';
import { mergeRuns } from '../../src/experiments/store/merge';
import { acc } from './fixtures';

const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
after(() => rmSync(folder, { recursive: true }));
const fashion = PROTOCOLS.find(({ name }) => name === 'fashion-online-er')!;

/** What is said and the exit status. */
async function ask(request: Partial<ReproduceRequest>, store: string) {
  const said: string[] = [];
  const all = {
    name: undefined,
    list: false,
    rows: undefined,
    seeds: undefined,
    workers: 1,
    force: false,
    form: 'text',
  } as const;
  const say = (text: string) => void said.push(text);
  const status = await answer({ ...all, ...request, store: join(folder, store) }, { say, note: say, warn: say });
  return { said: said.join('\n'), status };
}

/** A store in which every run of the protocol has the published accuracy and a bit more. */
function filled(name: string, more: number): string {
  const published = new Map(fashion.rows.map(({ label, published: figure }) => [label, figure?.value ?? 50]));
  mergeRuns(
    openStore(join(folder, name)),
    planProtocol(fashion, 1).map((run) => acc(run, (published.get(run.label)! + more) / 100)),
  );
  return name;
}

test('runs that the store has are not repeated; the status is 0 where all is reproduced, 1 where something is not reached', async () => {
  const good = await ask({ name: fashion.name, seeds: 1 }, filled('good', 0.9));
  assert.equal(good.status, 0);
  assert.match(good.said, /ER, 200 samples +72\.54 +73\.44 +1 of 10 +12 s +\+0\.90 +reproduced[^]*Store: .*good/);
  const bad = await ask({ name: fashion.name, seeds: 1 }, filled('bad', 1.1));
  assert.equal(bad.status, 1);
  assert.match(bad.said, /not reached/);
});

test('--list runs nothing: all protocols, or the table of one, as text, JSON or Markdown', async () => {
  const store = filled('listed', 0);
  const { said, status } = await ask({ list: true }, store);
  assert.equal(status, 0);
  assert.match(said, /fashion-online-er .* 10 s to 1 min +5 +4 +0 +0 +1 +0 +0$/m);
  assert.match((await ask({ list: true, name: fashion.name }, store)).said, /^ER, 500 samples +79\.02 +79\.02/m);
  assert.match((await ask({ list: true, form: 'markdown' }, store)).said, /^\| ER, 500 samples \| 79\.02 \| 79\.02 \|/m);
  const json = JSON.parse((await ask({ list: true, form: 'json' }, store)).said) as Reproduction[];
  assert.deepEqual(
    json.map(({ name }) => name),
    PROTOCOLS.map(({ name }) => name),
  );
  assert.match(json[0].rows[0].verdict, /not run/);
});

test('only some lines count where they are named; a name that none has is refused', async () => {
  const store = filled('some', 5);
  const { said, status } = await ask({ name: fashion.name, list: true, rows: ['500', 'Joint'] }, store);
  assert.equal(status, 0);
  assert.ok(!said.includes('ER, 200') && said.includes('ER, 500') && said.includes('Joint'));
  await assert.rejects(
    ask({ name: fashion.name, rows: ['Joint', 'nothing'] }, store),
    /no line has nothing in its name; lines: None, ER/,
  );
  await assert.rejects(ask({ name: 'nothing' }, store), /there is no protocol 'nothing'/);
});

test('lines are named as the table names them', async () => {
  const store = filled('names', 0);
  const asked = await ask({ name: 'gem-rotations', list: true, rows: ['Single: BWT'] }, store);
  assert.match(asked.said, /^Single: BWT +-9\.00/m);
  assert.doesNotMatch(asked.said, /^(Single +|GEM)/m);
  await assert.rejects(
    ask({ name: 'gem-rotations', list: true, rows: ['Twin'] }, store),
    /no line has Twin in its name; lines: Single, Single: BWT, GEM, GEM: BWT$/,
  );
});

test('a line that is asked for alone is still compared with naive training', async () => {
  const hsu = PROTOCOLS.find(({ name }) => name === 'hsu-split')!;
  mergeRuns(openStore(join(folder, 'alone')), [acc(planProtocol(hsu, 1, ['MAS (class)'])[0], 0.195)]);
  const { said } = await ask({ name: 'hsu-split', list: true, rows: ['MAS (class)'] }, 'alone');
  assert.match(said, /^MAS \(class\) .* reproduced, as naive$/m);
});

test('--list refuses a store that is named and not there', async () => {
  await assert.rejects(ask({ list: true }, 'typo'), /typo: it does not exist; name the folder of a store/);
  await assert.rejects(ask({ list: true, name: 'comparison' }, 'typo'), /it does not exist/);
});

test('before it runs it says how many runs there are, and how long one takes', async () => {
  const { said } = await ask({ name: fashion.name, seeds: 1 }, filled('told', 0));
  assert.match(said, /^5 runs; a run takes 10 s to 1 min, on one core$/m);
});

test('the status tells what is missing: 2 before 1', () => {
  const row = (verdict: Reproduction['rows'][number]['verdict'], failed: string[] = []) =>
    ({ verdict, failed }) as unknown as Reproduction['rows'][number];
  assert.equal(statusOf({ rows: [row('reproduced'), row('no figure published')] }), 0);
  assert.equal(statusOf({ rows: [row('reproduced'), row('not reached')] }), 1);
  assert.equal(statusOf({ rows: [row('not reached'), row('no result')] }), 2);
  assert.equal(statusOf({ rows: [row('not run')] }), 2);
  assert.equal(statusOf({ rows: [row('reproduced', ['0123'])] }), 2);
});
