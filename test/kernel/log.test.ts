import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Kernel, projectRoot } from './kernelClient';

const CHATTER = /absl::InitializeLog|oneDNN custom operations|cpu_feature_guard/;

test("libtensorflow's own lines reach neither the cell nor Jupyter's terminal, whatever is imported first", async () => {
  const kernel = await Kernel.start();
  try {
    const { status, stream } = await kernel.run(
      "import * as tf from '@tensorflow/tfjs-node'\nconsole.log(tf.tensor([1, 2]).sum().dataSync()[0])\nconsole.error('mine')",
      { timeout: 60_000 },
    );
    assert.equal(status, 'ok');
    assert.equal(stream('stdout'), '3\n');
    assert.match(stream('stderr'), /mine\n$/);
    assert.doesNotMatch(stream('stderr') + kernel.processOutput, CHATTER);
  } finally {
    await kernel.kill();
  }
});

test(
  'what native code writes goes to the file, what JavaScript writes still to the terminal',
  { skip: process.platform === 'win32' && 'stderr stays as it is' },
  (t) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kernel-log-'));
    t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
    const room = path.join(projectRoot, 'kernel-setup', 'kernel', 'log.cjs');
    const script = `require(${JSON.stringify(room)}).divertStderr('native.log');
process.stderr.write('from JavaScript\\n'); console.error('and this');
require('node:fs').writeSync(2, 'from native code\\n');`;
    const { stdout } = spawnSync('sh', ['-c', '"$0" -e "$1" 2>&1 | cat', process.execPath, script], {
      encoding: 'utf8',
      cwd: folder,
    });
    assert.equal(stdout, 'from JavaScript\nand this\n');
    assert.equal(fs.readFileSync(path.join(folder, 'native.log'), 'utf8'), 'from native code\n');
  },
);
