import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as library from '../../src';
import { place } from './cases';
import { BAD_INPUTS } from './table';

before(() => {
  place.folder = mkdtempSync(join(tmpdir(), 'bad-inputs-'));
});
after(() => rmSync(place.folder, { recursive: true }));

/** What somebody reads who gives this; undefined where it is accepted. */
async function answerTo(give: () => unknown): Promise<Error | undefined> {
  try {
    await give();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

for (const [kind, inputs] of Object.entries(BAD_INPUTS)) {
  test(`each bad input among ${kind} gets its one line`, async () => {
    for (const [give, expected] of inputs) {
      const error = await answerTo(give);
      assert.ok(error, `${String(give)} was accepted`);
      const line = error.message.replaceAll(place.folder, 'FOLDER');
      assert.equal(error.name, 'Error', `${String(give)}: ${error.stack}`);
      if (typeof expected === 'string') assert.equal(line, expected, String(give));
      else assert.match(line, expected, String(give));
      assert.doesNotMatch(line, /\n/, String(give));
    }
  });
}

test('the table holds at least 80 bad inputs, of every kind', () => {
  const counts = Object.values(BAD_INPUTS).map((inputs) => inputs.length);
  assert.ok(counts.reduce((sum, count) => sum + count, 0) >= 80 && Math.min(...counts) >= 4, counts.join());
});

/** Parts of methods and networks: they are called at each step, by code that has the kernels at hand, and check nothing. */
const PARTS = ['diagonalFisher', 'meanCrossEntropy', 'PNNColumn', 'pool', 'solveBoundedQP', 'Trunk'];
/** They take anything, or change what the other tests need. */
const OTHERS = ['dispose', 'initBackend', 'inlinePlotly', 'interruptible', 'liveProgress', 'reload', 'runExperiment', 'setSeed'];
const NONSENSE = [[], [null], [5], ['x'], [{}], [[]], [[null]], [[{}]], [() => 1]];

test('no public function or class answers nonsense in the words of JavaScript', async (t) => {
  for (const name of ['log', 'info', 'warn'] as const) t.mock.method(console, name, () => undefined);
  const folder = process.cwd();
  process.chdir(place.folder);
  t.after(() => process.chdir(folder));
  const wrong: string[] = [];
  for (const [name, value] of Object.entries(library)) {
    if (typeof value !== 'function' || [...PARTS, ...OTHERS].includes(name)) continue;
    const call = value as unknown as { new (...args: unknown[]): unknown; (...args: unknown[]): unknown };
    for (const given of NONSENSE) {
      const error = await answerTo(() => (/^class\b/.test(String(value)) ? new call(...given) : call(...given)));
      if (error && error.name !== 'Error') wrong.push(`${name}(${given.map((one) => JSON.stringify(one)).join()}): ${error.name}: ${error.message}`); // prettier-ignore
    }
  }
  assert.deepEqual(wrong, []);
});
