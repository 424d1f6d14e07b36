import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Kernel } from './kernelClient';

const killedInTraining = async (env: Record<string, string> = {}) => {
  const kernel = await Kernel.start({ env });
  await kernel.run('const epochs = 5');
  const id = kernel.send('// the long one\nawait new Promise((done) => { console.log("began"); setTimeout(done, 60_000) })');
  await kernel.seen(id, (outputs) => outputs.some(({ type }) => type === 'stream'));
  await kernel.kill();
  return kernel.connectionFile;
};

test('a kernel that was killed in the middle of a cell says so in the first cell after the restart, names the cell, and says it once', async () => {
  const connectionFile = await killedInTraining();
  const again = await Kernel.start({ connectionFile });
  try {
    const first = await again.run('1 + 1');
    assert.equal(first.status, 'ok');
    assert.match(first.stream('stderr'), /The kernel was stopped while cell \[2\] was running \(since \d\d:\d\d:\d\d\)/);
    assert.match(
      first.stream('stderr'),
      /\n {4}await new Promise\(\(done\) => .*\nthen Run > Run All Above Selected Cell, and run that cell again\./,
    );
    assert.equal(first.stream('stdout'), '2\n');
    assert.equal((await again.run('2 + 2')).stream('stderr'), '');
  } finally {
    await again.kill();
  }
});

test('after Jupyter itself was started anew (another connection file) the notebook still gets the message; another notebook does not', async () => {
  const notebook = { JPY_SESSION_NAME: `test-${process.pid}-${Date.now()}.ipynb` };
  await killedInTraining(notebook);
  const other = await Kernel.start({ env: { JPY_SESSION_NAME: `other-${notebook.JPY_SESSION_NAME}` } });
  const same = await Kernel.start({ env: notebook });
  try {
    assert.equal((await other.run('1')).stream('stderr'), '');
    assert.match((await same.run('1')).stream('stderr'), /stopped while cell \[2\]/);
  } finally {
    await Promise.all([other.kill(), same.kill()]);
  }
});

test('a kernel whose memory did not suffice has said so, and the next one repeats it', async () => {
  const kernel = await Kernel.start({ env: { NODE_OPTIONS: '--max-old-space-size=150' } });
  kernel.send('const all: any[] = []; for (;;) all.push(new Array(1000).fill(all.length))');
  assert.notEqual(await kernel.ended(60_000), null);
  await kernel.kill(); // its sockets
  const again = await Kernel.start({ connectionFile: kernel.connectionFile });
  try {
    assert.match((await again.run('1')).stream('stderr'), /it ended with "FATAL ERROR: .*heap out of memory"/);
  } finally {
    await again.kill();
  }
});

test('a cell that ended, well or with an error, leaves no message', async () => {
  const kernel = await Kernel.start();
  await kernel.run('1');
  await kernel.run('throw new Error("ended")');
  await kernel.kill();
  const again = await Kernel.start({ connectionFile: kernel.connectionFile });
  try {
    assert.equal((await again.run('1')).stream('stderr'), '');
  } finally {
    await again.kill();
  }
});
