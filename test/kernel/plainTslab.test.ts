import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Kernel, projectRoot } from './kernelClient';

describe('the notebook room under plain tslab, as VS Code or Binder may run it', () => {
  let kernel: Kernel;
  before(async () => {
    const tslab = path.dirname(require.resolve('tslab/package.json'));
    kernel = await Kernel.start({ entry: path.join(tslab, 'bin', 'tslab'), args: ['kernel', '--config-path'] });
    const library = path.join(projectRoot, 'dist', 'src', 'notebook', 'index.js');
    const figures = path.join(projectRoot, 'dist', 'test', 'figures', 'examples.js');
    await kernel.run(
      `const nb = require(${JSON.stringify(library)}); const figures = require(${JSON.stringify(figures)}).exampleFigures(); const state = { step: 0 }`,
    );
  });
  after(() => kernel?.kill());

  test('show sends one display_data with all three forms', async () => {
    const { outputs } = await kernel.run('nb.show(figures.accuracyMatrix)');
    assert.deepEqual(
      outputs.map(({ type }) => type),
      ['display_data'],
    );
    assert.equal(Object.keys(outputs[0].content.data).length, 3);
  });

  test('Interrupt stops training within a second in one line; state and kernel are kept', async () => {
    const id = kernel.send(`await nb.interruptible(async (signal: any) => {
  console.log('on')
  while (!signal.aborted) { state.step++; await new Promise((go) => setImmediate(go)) }
})`);
    await kernel.seen(id, (outputs) => outputs.some(({ type }) => type === 'stream'));
    const pressed = Date.now();
    kernel.interruptBySignal();
    const result = await kernel.finished(id, 5000);
    assert.ok(Date.now() - pressed < 1000);
    assert.equal(result.status, 'error');
    assert.match(
      result.stream('stderr'),
      /^\[?Interrupted: stopped; what was done so far is kept, run the cell again to go on\]?\n$/,
    );
    await new Promise((resolve) => setTimeout(resolve, 250)); // plain tslab aborts whatever comes within 200 ms of an error
    assert.ok(Number((await kernel.run('state.step')).stream('stdout')) > 0);
  });
});
