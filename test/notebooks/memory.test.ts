import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kernel } from '../kernel/kernelClient';
import { codeCells, isTagged, readNotebook } from './files';

const RUNS = 10;
const ALLOWED_MB = 80;

test(`memory of the kernel stays flat when the training cell is run ${RUNS} times: it grows by less than ${ALLOWED_MB} MB after the second`, async () => {
  const cells = codeCells(readNotebook('03-class-incremental'));
  const training = cells.findIndex(({ cell }) => isTagged(cell, 'training'));
  const fast = cells.find(({ cell }) => isTagged(cell, 'parameters'))!.cell.metadata.fast;
  const kernel = await Kernel.start();
  const ok = async (code: string) => {
    const result = await kernel.run(code, { timeout: 120_000 });
    assert.equal(result.status, 'ok', `${code}\n${JSON.stringify(result.reply)}`);
    return result.stream('stdout');
  };
  try {
    for (const { cell, source } of cells.slice(0, training)) {
      await ok(source);
      if (isTagged(cell, 'parameters')) await ok(`void Object.assign(settings, ${JSON.stringify({ ...fast, seeds: [1] })})`);
    }
    const megabytes: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      await ok(cells[training - 1].source); // a new Comparison: train() of a finished one would do nothing
      await ok(cells[training].source);
      megabytes.push(Number(await ok('(globalThis as any).gc?.(); console.log(process.memoryUsage().rss / 1e6);')));
    }
    const growth = megabytes[RUNS - 1] - megabytes[1];
    assert.ok(growth < ALLOWED_MB, `MB after each run: ${megabytes.map((each) => each.toFixed(0)).join(' ')}`);
  } finally {
    await kernel.kill();
  }
});
