import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Kernel, projectRoot } from './kernelClient';

const room = path.join(projectRoot, 'dist', 'src', 'notebook', 'tslab.js');
const rounds = 700;
/** Two messages in the same turn of the event loop, as a progress line and a figure do: one is the 512th some time. */
const cell = `const { display } = require(${JSON.stringify(room)})
const [a, b] = [display({ 'text/plain': 'a' }), display({ 'text/plain': 'b' })]
for (let i = 1; i <= ${rounds}; i++) {
  a.update({ 'text/plain': 'a' + i })
  b.update({ 'text/plain': 'b' + i })
  await new Promise((go) => setImmediate(go))
}`;

test('a cell may send far more than 512 messages, two at a time: all arrive, in order, and the cell ends', async () => {
  const kernel = await Kernel.start();
  try {
    const { status, outputs, reply } = await kernel.run(cell, { timeout: 30_000 });
    assert.equal(status, 'ok', JSON.stringify(reply));
    const texts = outputs.filter(({ type }) => type === 'update_display_data').map(({ content }) => content.data['text/plain']);
    const sent = Array.from({ length: rounds }, (_, i) => [`a${i + 1}`, `b${i + 1}`]).flat();
    assert.deepEqual(texts, sent);
  } finally {
    await kernel.kill();
  }
});
