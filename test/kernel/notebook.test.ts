import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Kernel, projectRoot, type Message } from './kernelClient';

const library = path.join(projectRoot, 'dist', 'src');
const figures = path.join(projectRoot, 'dist', 'test', 'figures', 'examples.js');
const displays = (outputs: Message[]) => outputs.filter(({ type }) => /display_data/.test(type));
const event = 'task: 0, nTasks: 2, taskName: "one", epoch: 1, epochs: 1, stepsPerSecond: 100, secondsLeft: 1, loss: 0.5';

/** A trainer as the library's: it steps, gives way, tells, and stops when the signal says so; its state outlives a cell. */
const loop = `async function train({ onProgress, signal }: any) {
  while (state.step < 100000) {
    state.step++
    onProgress({ ${event}, step: state.step, steps: 100000, matrix: [[1, null], [null, null]] })
    const until = Date.now() + 5
    while (Date.now() < until) ;
    await new Promise((go) => setImmediate(go))
    if (signal.aborted) throw Object.assign(new Error('task 0 (one), step ' + state.step + ': interrupted; call again to go on'), { name: 'TrainingInterrupted' })
  }
}`;

describe('the notebook room in a real kernel', () => {
  let kernel: Kernel;
  before(async () => {
    kernel = await Kernel.start();
    await ok(
      `const nb = require(${JSON.stringify(path.join(library, 'notebook', 'index.js'))}); const figures = require(${JSON.stringify(figures)}).exampleFigures();`,
    );
    await ok(`const state = { step: 0 }\n${loop}`);
  });
  after(() => kernel?.kill());

  const ok = async (code: string) => {
    const result = await kernel.run(code);
    assert.equal(result.status, 'ok', (result.reply.traceback ?? []).join('\n'));
    return result;
  };

  test('show sends one display_data with Plotly JSON, HTML and text, and prints nothing', async () => {
    const { outputs } = await ok('nb.show(figures.accuracyMatrix)');
    assert.deepEqual(
      outputs.map(({ type }) => type),
      ['display_data'],
    );
    assert.deepEqual(Object.keys(outputs[0].content.data), ['application/vnd.plotly.v1+json', 'text/html', 'text/plain']);
    assert.equal(displays((await ok('nb.show(figures.accuracyMatrix, figures.forgetting)')).outputs).length, 2);
  });

  test('showTable sends one escaped HTML table with its text', async () => {
    const { outputs } = await ok('nb.showTable([{ name: "<b>", acc: 0.5 }], { title: "Results" })');
    assert.deepEqual(
      outputs.map(({ type }) => type),
      ['display_data'],
    );
    assert.match(
      outputs[0].content.data['text/html'],
      /<td style="text-align:left">&lt;b&gt;<\/td><td style="text-align:right">0\.5<\/td>/,
    );
    assert.match(outputs[0].content.data['text/plain'], /^Results\nname +acc/);
  });

  test('toDataFrame prints nothing of its own', async () => {
    const { outputs, stream } = await ok(
      'const frame = nb.toDataFrame([{ a: 1 }, { a: 2 }]); console.log(frame.shape.join(" x "));',
    );
    assert.equal(stream('stdout'), '2 x 1\n');
    assert.equal(outputs.length, 1);
  });

  test('progress of 20,000 events is one output, updated in place, ends with the last event, and the cell ends', async () => {
    const { outputs, milliseconds } = await ok(`const live = nb.liveProgress()
for (let step = 1; step <= 20000; step++) live.update({ ...{ ${event} }, step, steps: 20000, taskName: 'number ' + step })
live.done();`);
    const shown = displays(outputs);
    assert.deepEqual([...new Set(outputs.map(({ type }) => type))].sort(), ['display_data', 'update_display_data']);
    assert.equal(shown.filter(({ type }) => type === 'display_data').length, 1);
    assert.equal(new Set(shown.map(({ content }) => content.transient.display_id)).size, 1);
    assert.match(shown.at(-1)!.content.data['text/plain'], /number 20000/);
    assert.ok(shown.length <= milliseconds / 100 + 3, `${shown.length} messages in ${milliseconds} ms`);
  });

  test('the live matrix is drawn anew only when it has changed, and ends as a figure at the same place', async () => {
    const { outputs } = await ok(`const liveMatrix = nb.liveFigure()
for (const matrix of [[[0.9, null], [0.5, null]], [[0.9, 0.7], [0.5, 0.95]]]) {
  const until = Date.now() + 250
  while (Date.now() < until) { liveMatrix.update({ ${event}, step: 1, steps: 2, matrix }); await new Promise((go) => setImmediate(go)) }
}
liveMatrix.done();`);
    const shown = displays(outputs);
    assert.deepEqual(
      shown.map(({ type }) => type),
      ['display_data', 'update_display_data', 'update_display_data'],
    );
    assert.equal(new Set(shown.map(({ content }) => content.transient.display_id)).size, 1);
    assert.match(shown[0].content.data['text/html'], /^<img alt="Accuracy matrix" src="data:image\/svg/);
    assert.notEqual(shown[0].content.data['text/html'], shown[1].content.data['text/html']);
    assert.ok(shown[2].content.data['application/vnd.plotly.v1+json']);
  });

  test('Interrupt stops training within a second; the cell fails in one line, the state is kept, the cell goes on when run again', async () => {
    for (let round = 1; round <= 2; round++) {
      const before = Number((await ok('state.step')).stream('stdout'));
      const id = kernel.send('await nb.trainLive(train)');
      await kernel.seen(id, (outputs) => displays(outputs).length >= 3);
      const pressed = Date.now();
      kernel.interrupt();
      const result = await kernel.finished(id, 5000);
      assert.ok(Date.now() - pressed < 1000, `${Date.now() - pressed} ms`);
      assert.equal(result.status, 'error');
      assert.equal(result.reply.ename, 'Interrupted');
      assert.equal(result.reply.traceback.length, 1);
      assert.match(result.reply.evalue, /^task 0 \(one\), step \d+: interrupted/);
      const stopped = Number((await ok('state.step')).stream('stdout'));
      assert.ok(stopped > before, `${before} to ${stopped}`);
      await new Promise((resolve) => setTimeout(resolve, 150));
      assert.equal(Number((await ok('state.step')).stream('stdout')), stopped, 'training went on in the background');
    }
  });

  test('cells queued behind an interrupted training do not run', async () => {
    const ids = [kernel.send('await nb.trainLive(train)'), kernel.send('console.log("ran")')];
    await kernel.seen(ids[0], (outputs) => displays(outputs).length >= 1);
    kernel.interrupt();
    const results = await Promise.all(ids.map((id) => kernel.finished(id, 5000)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['error', 'aborted'],
    );
  });

  test('a second Interrupt gives up a training that does not stop, and the kernel answers the next cell', async () => {
    const id = kernel.send(
      'await nb.interruptible(async () => { console.log("on"); await new Promise((end) => setTimeout(end, 30000)) })',
    );
    await kernel.seen(id, (outputs) => outputs.some(({ type }) => type === 'stream'));
    kernel.interrupt();
    await new Promise((resolve) => setTimeout(resolve, 200));
    kernel.interrupt();
    assert.equal((await kernel.finished(id, 5000)).status, 'error');
    assert.equal((await ok('1 + 1')).stream('stdout'), '2\n');
  });

  test('reload forgets the compiled library, so that a changed file is read', async () => {
    const { stream } = await ok(`const file = ${JSON.stringify(path.join(library, 'notebook', 'show.js'))}
const first = require(file); const count = nb.reload(); const second = require(file)
console.log(count > 5, first === second, require(file) === second);`);
    assert.equal(stream('stdout'), 'true false true\n');
  });
});
