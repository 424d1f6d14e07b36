import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runExperiment, runMeasures } from '../../src/experiments';
import { planned, result } from './fixtures';

const value = (rows: ReturnType<typeof runMeasures>, metric: string) => {
  const found = rows.find((row) => row.metric === metric);
  assert.ok(found, metric);
  return found;
};

test('a stored run gives every metric that its matrix allows, and says of the others why not', () => {
  const rows = runMeasures(result());
  const forTables: readonly Readonly<Record<string, unknown>>[] = rows; // what showTable takes
  assert.equal(forTables.length, rows.length);
  assert.equal(value(rows, 'ACC').value, 0.65);
  assert.ok(Math.abs(value(rows, 'Learning accuracy').value! - 0.85) < 1e-12);
  assert.match(value(rows, 'FWT').note, /not measured: accuracy on digits 2, 3 after digits 0, 1/);
  assert.match(value(rows, 'WC-ACC').note, /run it with measure: \{ insideTasks: 10 \}/);
  assert.match(value(rows, 'Recency bias').note, /measure: \{ answers: true \}/);
  assert.match(value(rows, 'Plasticity against scratch').note, /a run of independent/);
  assert.match(value(rows, 'Memory in bytes').note, /earlier version/);
  for (const { value: number, note, source } of rows) assert.ok((number !== null || note !== '') && source !== '');
});

test('other runs on the same stream complete it; one of another stream is refused', () => {
  const joint = result({ matrix: [[0.95, 0.9], [null, 0.9]] }); // prettier-ignore
  const rows = runMeasures(result(), { joint, scratch: joint, untrained: [0.5, 0.4] });
  assert.ok(Math.abs(value(rows, 'Intransigence against joint').value! - 0.1) < 1e-12);
  assert.ok(Math.abs(value(rows, 'Plasticity against scratch').value! + 0.1) < 1e-12);
  assert.throws(() => runMeasures(result(), { joint: { ...joint, fingerprint: 'other' } }), /joint learnt the stream 'other'/);
});

test('what a spec asks to measure is in its result, and the id of a spec that asks for nothing stays', async () => {
  const plain = planned();
  const run = planned({ measure: { insideTasks: 3, answers: true } });
  assert.deepEqual(plain.spec.measure, { learningCurves: false });
  assert.equal(planned({ measure: { answers: false } }).id, plain.id);
  assert.notEqual(run.id, plain.id);
  const measured = await runExperiment(run);
  assert.equal(measured.insideTasks!.length, 5 * 2); // 2 steps a task: before the first and at the end
  assert.equal(measured.answers!.tasks.length, 5);
  assert.deepEqual(measured.memoryBytes, { total: 0, parts: {} });
  assert.deepEqual(measured.passes, { forward: 640, backward: 640 }); // 5 tasks of 128 samples, one epoch
  assert.deepEqual(measured.matrix, (await runExperiment(plain)).matrix);
  const rows = runMeasures(JSON.parse(JSON.stringify(measured)));
  assert.ok(value(rows, 'WP (10 moments)').value !== null && value(rows, 'Accuracy, masked').value !== null);
  assert.throws(() => planned({ measure: { insideTasks: 0 } }), /insideTasks/);
  assert.throws(() => planned({ measure: { learningCurves: true, insideTasks: 5 } }), /measure them in two runs/);
});
