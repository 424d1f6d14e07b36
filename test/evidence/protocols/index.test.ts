import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planProtocol, PROTOCOLS } from '../../../src/evidence';
import type { Protocol } from '../../../src/evidence';
import { findProtocol } from '../../../src/evidence/protocols';
import { runExperiment } from '../../../src/experiments';
import { planRun } from '../../../src/experiments/plan';
import type { JsonOptions, SpecInput } from '../../../src/experiments/spec';

/** The run of a line with little data, few steps and a small network. */
function short({ stream, model, optimizer, ...spec }: SpecInput): SpecInput {
  return {
    ...spec,
    stream: { ...stream, limitPerTask: 40, testLimitPerTask: 20 },
    model: { ...model, hidden: [8, 8] },
    optimizer: { ...optimizer, ...(optimizer?.steps !== undefined && { steps: 2 }) },
    ...(spec.epochs !== undefined && { epochs: Math.min(spec.epochs, 3) }), // a schedule needs some
  };
}

test('protocols have names of their own, and the lines of a protocol are told apart', () => {
  const names = PROTOCOLS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, rows } of PROTOCOLS) {
    const lines = rows.map(({ label, metric = 'acc' }) => `${label}: ${metric}`);
    assert.deepEqual([...new Set(lines)], lines, name);
  }
  assert.equal(findProtocol('vandeven-split').name, 'vandeven-split');
  assert.throws(() => findProtocol('nothing'), /there is no protocol 'nothing'; protocols: vandeven-split/);
});

test('no figure without its source, no ± without its meaning, no protocol without paper, settings and differences', () => {
  const texts: (keyof Protocol)[] = ['title', 'paper', 'settingsFrom', 'architecture', 'training', 'publishedSeeds', 'duration'];
  for (const protocol of PROTOCOLS) {
    for (const name of texts) assert.match(String(protocol[name]), /\S/, `${protocol.name} ${name}`);
    assert.ok(protocol.differs.length > 0, protocol.name);
    assert.ok(
      protocol.rows.some(({ published }) => published),
      protocol.name,
    );
    for (const { label, published } of protocol.rows) {
      if (!published) continue;
      assert.match(published.source, /quoted by others|authors' code/, `${protocol.name} ${label}`);
      assert.equal(published.spread === undefined, published.spreadIs === undefined, `${protocol.name} ${label}`);
      assert.ok(Math.abs(published.value) <= 100);
    }
  }
});

for (const protocol of PROTOCOLS) {
  test(`${protocol.name}: every line can be planned, and each seed is a run of its own`, () => {
    const runs = planProtocol({ ...protocol, rows: protocol.rows.slice(0, 1) }, 2);
    assert.deepEqual([runs.length, runs[0].spec.seed, runs[1].spec.seed], [2, 1, 2]);
    assert.notEqual(runs[0].id, runs[1].id);
    const all = planProtocol(protocol, 1);
    assert.deepEqual(
      all.map(({ study, label }) => `${study} ${label}`),
      protocol.rows.map(({ label }) => `${protocol.name} ${label}`),
    );
  });

  test(`${protocol.name}: every method learns its stream to the end`, async () => {
    const kinds = new Map(
      protocol.rows.map(({ spec }): [string, SpecInput] => {
        const one = short(spec(1));
        return [JSON.stringify([one.stream, one.method.name, Object.keys(one.method.options ?? ({} as JsonOptions))]), one];
      }),
    );
    for (const spec of kinds.values()) {
      const run = await runExperiment(planRun(spec));
      assert.ok(run.metrics.acc !== null && run.metrics.acc >= 0, spec.method.name);
    }
  });
}
