import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { datasetFromTable, readCsv } from '../../src/data';
import { ExperienceReplay, NaiveTrainer } from '../../src/methods';
import { DomainMLP } from '../../src/models';
import { domainScenario } from '../../src/scenarios';
import { quartersCsv, quartersFile } from './makeQuarters';

test('the table of the notebook is what its script writes, byte for byte, and small', () => {
  assert.equal(readFileSync(quartersFile, 'utf8'), quartersCsv());
  assert.ok(statSync(quartersFile).size < 300_000);
});

test('it holds eight quarters of 400 clients, features of different ranges, and two outcomes that occur in every quarter', () => {
  const rows = readCsv(quartersFile);
  const counts = new Map<string, number>();
  for (const { quarter, outcome } of rows) {
    const key = `${String(quarter)} ${String(outcome)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 16);
  assert.ok([...counts.values()].every((count) => count > 100));
  assert.equal(rows.length, 8 * 400);
  const { shape, columns, domains } = datasetFromTable(quartersFile, { label: 'outcome', domain: 'quarter' });
  assert.deepEqual([shape, columns!.map(({ kind }) => kind)], [[7], [...new Array<string>(6).fill('number'), 'boolean']]);
  assert.deepEqual(domains!.names, ['Q1 2024', 'Q2 2024', 'Q3 2024', 'Q4 2024', 'Q1 2025', 'Q2 2025', 'Q3 2025', 'Q4 2025']);
});

test('naive training forgets the early quarters, replay keeps them', async () => {
  const dataset = datasetFromTable(quartersFile, { label: 'outcome', domain: 'quarter', seed: 1 });
  const stream = () => domainScenario(dataset, { batchSize: 32, seed: 1 });
  const model = () => new DomainMLP({ inputSize: 7, hidden: [64, 32], nClasses: 2, seed: 1 });
  const options = { epochs: 10, lr: 0.02, seed: 1 };
  const naive = (await new NaiveTrainer(model(), options).runSequence(stream())).compute();
  const replay = (await new ExperienceReplay(model(), { ...options, capacity: 400 }).runSequence(stream())).compute();
  assert.ok(naive.acc! < 0.65 && naive.bwt! < -0.25, `naive: ACC ${naive.acc}, BWT ${naive.bwt}`);
  assert.ok(replay.acc! > 0.78 && replay.bwt! > -0.12, `replay: ACC ${replay.acc}, BWT ${replay.bwt}`);
});
