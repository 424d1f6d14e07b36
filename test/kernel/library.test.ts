import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Kernel } from './kernelClient';

test('a notebook in a folder outside the project imports the library and its packages by name, with their types', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kernel-outside-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const kernel = await Kernel.start({ folder });
  t.after(() => kernel.kill());
  const plain = await kernel.run('const three: number = 1 + 2\nconsole.log(three)');
  assert.equal(plain.stream('stdout'), '3\n', 'cells know Node');
  const { stream, reply } = await kernel.run("import { mean } from 'continual-learning'\nconsole.log(mean([1, 2, 3]))");
  assert.equal(stream('stdout'), '2\n', (reply.traceback ?? []).join('\n'));
  const wrong = await kernel.run("import { mean as other } from 'continual-learning'\nother('text')");
  assert.match(wrong.reply.evalue, /'string' is not assignable/);
  const tensors = await kernel.run("import * as tf from '@tensorflow/tfjs'\nconsole.log(typeof tf.tensor)", { timeout: 60_000 });
  assert.equal(tensors.stream('stdout'), 'function\n');
});

test("a folder's own packages come first", async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kernel-outside-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  for (const name of ['continual-learning', 'own']) {
    const place = path.join(folder, 'node_modules', name);
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(
      path.join(place, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', main: 'index.js', types: 'index.d.ts' }),
    );
    fs.writeFileSync(path.join(place, 'index.js'), `exports.mine = '${name}'`);
    fs.writeFileSync(path.join(place, 'index.d.ts'), 'export const mine: string');
  }
  const kernel = await Kernel.start({ folder });
  t.after(() => kernel.kill());
  const { stream, reply } = await kernel.run(
    "import { mine } from 'continual-learning'\nimport * as own from 'own'\nconsole.log(mine, own.mine)",
  );
  assert.equal(stream('stdout'), 'continual-learning own\n', (reply.traceback ?? []).join('\n'));
});
