import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { before, test } from 'node:test';
import * as library from '../../src';
import type { TransferReport } from '../../src';
import { CASES, EXECUTIONS, KEPT_LOSSES, runCase, runTransfer, STEPS_PER_TASK, TRANSFER_METHODS } from './cases';
import type { RunNumbers } from './cases';

// The numbers of every method before the middle of the library was rebuilt; `record.ts` says where they come from.
const FILE = resolve(__dirname, '../../../test/numbers/before.json');
const KEPT = JSON.parse(readFileSync(FILE, 'utf8')) as {
  runs: Record<string, RunNumbers>;
  transfer: Record<string, TransferReport>;
};
const LOSS = 1e-4;
/** Of accuracies: one of 300 test images. */
const ACCURACY = 0.005;
/** Of importances and penalties, relative. */
const RELATIVE = 1e-3;

before(async () => {
  await library.initBackend('native');
});

for (const execution of EXECUTIONS) {
  for (const one of CASES) {
    const name = `${one.name}, ${execution}`;
    test(`${name}: losses, accuracy matrix and parameters are as before`, async () => {
      const kept = KEPT.runs[name];
      const losses: number[] = [];
      const now = await runCase(library, one, {
        execution,
        onLosses(some, firstStep) {
          assert.equal(firstStep, losses.length % STEPS_PER_TASK, 'onLosses counts the steps of the task');
          losses.push(...some);
        },
      });
      assert.deepEqual(now.executions, [execution, execution, execution]);
      assert.equal(losses.length, 3 * STEPS_PER_TASK);
      assert.equal(kept.losses.length, KEPT_LOSSES);
      assertClose(losses.slice(0, KEPT_LOSSES), kept.losses, LOSS, 'loss of step');
      assertClose(now.matrix.flat(), kept.matrix.flat(), ACCURACY, 'cell of the accuracy matrix');
      assert.deepEqual([now.parameters, now.shapes], [kept.parameters, kept.shapes]);
      assertEwc(now.ewc, kept.ewc);
      assertProjections(now.projections, kept.projections);
    });
  }

  for (const method of TRANSFER_METHODS) {
    const name = `${method}, ${execution}`;
    test(`forward transfer of ${name}: learning curves and their areas are as before`, async () => {
      const kept = flatten(KEPT.transfer[name]);
      const now = flatten(await runTransfer(library, method, execution));
      assert.deepEqual([...now.keys()], [...kept.keys()]);
      for (const [path, value] of kept) assertClose([now.get(path)!], [value], ACCURACY, path);
    });
  }
}

test('nothing is kept that is not compared', () => {
  const names = (labels: readonly string[]) => EXECUTIONS.flatMap((execution) => labels.map((label) => `${label}, ${execution}`));
  assert.deepEqual(Object.keys(KEPT.runs), names(CASES.map(({ name }) => name)));
  assert.deepEqual(Object.keys(KEPT.transfer), names(TRANSFER_METHODS));
});

type Numbers = readonly (number | null)[];

/** Same length, gaps at the same places, and no number further away than `tolerance`. */
function assertClose(now: Numbers, kept: Numbers, tolerance: number, what: string): void {
  assert.equal(now.length, kept.length, what);
  kept.forEach((value, i) => {
    const present = now[i];
    const close = value === null || present === null ? value === present : Math.abs(present - value) <= tolerance;
    assert.ok(close, `${what} ${i}: ${present}, before ${value}`);
  });
}

function assertEwc(now: RunNumbers['ewc'], kept: RunNumbers['ewc']): void {
  assert.equal(now === undefined, kept === undefined);
  if (!now || !kept) return;
  assertClose([now.penalty], [kept.penalty], RELATIVE * kept.penalty, 'EWC penalty');
  assertClose([now.importance], [kept.importance], RELATIVE * kept.importance, 'sum of EWC importances');
}

/** Rounding may turn a product that is next to 0, so a step or two may be projected more or less. */
function assertProjections(now: RunNumbers['projections'], kept: RunNumbers['projections']): void {
  assert.equal(now?.steps, kept?.steps);
  if (now && kept) assertClose([now.projected], [kept.projected], 2, 'projected steps');
}

/** All numbers of a report by their path, e.g. `tasks.0.lca`. */
function flatten(value: unknown, path = ''): Map<string, number> {
  if (typeof value === 'number') return new Map([[path, value]]);
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...flatten(inner, path ? `${path}.${key}` : key)]));
}
