import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Kernel } from './kernelClient';

describe("what a cell imports from continual-learning, as tslab's TypeScript 5.0 sees it", () => {
  let kernel: Kernel;
  before(async () => {
    kernel = await Kernel.start();
  });
  after(() => kernel?.kill());

  const ok = async (code: string) => {
    const result = await kernel.run(code);
    assert.equal(result.status, 'ok', (result.reply.traceback ?? []).join('\n'));
    return result.stream('stdout');
  };

  test('results of every notebook function can be kept in a variable and used in the next cell', async () => {
    await ok(
      "import { toDataFrame, liveProgress, liveFigure, trainLive, interruptible, inNotebook, showTable, saveFigure } from 'continual-learning'",
    );
    await ok(
      'const frame = toDataFrame([{ a: 2 }, { a: 1 }]); const line = liveProgress(); const picture = liveFigure((matrix, names) => ({ data: [{ z: matrix }], layout: { names } }))',
    );
    await ok(
      'const trained = await trainLive(async ({ onProgress, signal }) => ({ matrix: [[0.5]], aborted: signal.aborted }), { figure: false }); const waited = await interruptible(async (signal) => signal)',
    );
    const text = await ok(
      'line.done(); picture.done(); console.log(frame.sortValues("a").values.length, typeof frame.groupby, trained.matrix[0][0], waited.aborted, inNotebook());',
    );
    assert.equal(text, '2 function 0.5 false true\n');
  });

  test('a wrong option is refused before the cell runs', async () => {
    const result = await kernel.run('showTable([{ a: 1 }], { sortby: "a" })');
    assert.equal(result.reply.ename, 'TypeScript');
    assert.match(result.reply.evalue, /'sortby' does not exist in type 'TableOptions'/);
  });
});
