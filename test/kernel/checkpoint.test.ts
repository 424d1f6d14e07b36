import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Kernel } from './kernelClient';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kernel-checkpoint-'));
after(() => fs.rmSync(folder, { recursive: true }));

/** The cells of a notebook: `Run All` runs them from the first to the last. */
const cells = (checkpoint: string) => [
  `import { EWC, getSplitMnist, MultiHeadMLP, trainLive } from 'continual-learning';
const { trainLoaders, testLoaders } = getSplitMnist({ limitPerTask: 600, testLimitPerTask: 200 });
const stream = { trainLoaders: trainLoaders.slice(0, 2), testLoaders: testLoaders.slice(0, 2) };
const trainer = new EWC(new MultiHeadMLP({ hidden: [32] }), { epochs: 40, seed: 1 });`,
  `const tracker = await trainLive((live) => trainer.runSequence(stream, { ...live, execution: 'op-by-op', checkpoint: ${checkpoint} }),
  { figure: false });
console.log(JSON.stringify(tracker.matrix))`,
];

/** What the last cell prints. */
async function runAll(kernel: Kernel, checkpoint: string): Promise<string> {
  let printed = '';
  for (const cell of cells(checkpoint)) {
    const { status, reply, stream } = await kernel.run(cell, { timeout: 120_000 });
    assert.equal(status, 'ok', JSON.stringify(reply));
    printed = stream('stdout');
  }
  return printed;
}

test('a kernel that is killed in the middle of training and started anew ends, with Run All, with the matrix of one left alone', async () => {
  const file = path.join(folder, 'killed', 'trainer.safetensors');
  const checkpoint = JSON.stringify({ folder: path.dirname(file), everySteps: 7 });
  const first = await Kernel.start();
  try {
    const [setUp, train] = cells(checkpoint);
    assert.equal((await first.run(setUp, { timeout: 120_000 })).status, 'ok');
    first.send(train);
    const inSecondTask = () => fs.existsSync(file) && fs.readFileSync(file, 'latin1').includes('cursor\\":{\\"task\\":1,');
    for (const end = Date.now() + 60_000; !inSecondTask();) {
      assert.ok(Date.now() < end, 'the second task never began');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    await first.kill();
  }
  const second = await Kernel.start();
  try {
    const matrixIn = (printed: string) => /^\[\[.*\]\]$/m.exec(printed)![0];
    const restarted = await runAll(second, checkpoint);
    assert.match(restarted, /EWC: goes on from .*killed.*, 1 task learnt, task 2 begun/);
    const alone = await runAll(second, JSON.stringify({ folder: path.join(folder, 'alone') }));
    assert.equal(matrixIn(restarted), matrixIn(alone));
  } finally {
    await second.kill();
  }
});
