import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test, type TestContext } from 'node:test';
import { Kernel, kernelEntry, projectRoot } from './kernelClient';
import { needsJupyter, runPython } from './python';

const library = path.join(projectRoot, 'dist', 'src', 'index.js');
/** How often a training cell is interrupted; 1000 for a thorough run. */
const interrupts = Number(process.env.CL_TEST_INTERRUPTS ?? 60);
const posix = { skip: process.platform === 'win32' && 'there are no parents to watch' };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Something that runs for hours and is no loop of a cell. */
const stuck = '/^(a+)+$/.test("a".repeat(60) + "b")';

async function startKernel(t: TestContext, env: Record<string, string> = {}): Promise<Kernel> {
  const kernel = await Kernel.start({ env });
  t.after(() => kernel.kill());
  return kernel;
}

/** Sends a cell and waits until it has begun. */
async function begun(kernel: Kernel, code: string): Promise<string> {
  const id = kernel.send(`console.log("begun")\n${code}`);
  await kernel.seen(id, (outputs) => outputs.some(({ type }) => type === 'stream'));
  return id;
}

describe('Interrupt ends a cell whose code never gives way', () => {
  let kernel: Kernel;
  before(async () => {
    kernel = await Kernel.start();
    await kernel.run('const kept = { rounds: 0 }; function turn() { while (true) kept.rounds++ }');
  });
  after(() => kernel.kill());

  const endless = {
    'while with a block': 'await null; while (true) { kept.rounds++ }',
    'while without one': 'await null; while (true) kept.rounds++',
    'for of nothing': 'await null; for (;;) ;',
    'do … while': 'await null; do kept.rounds++\nwhile (true)',
    'for … of': 'await null; function* all() { for (;;) yield 1 }\nfor (const n of all()) if (n) kept.rounds += n',
    'for … in, inside a label': 'await null; outer: for (;;) for (const key in { a: 1 }) { if (key) continue outer }',
    'awaits that never wait': 'while (true) await null',
    'a function of an earlier cell': 'await null; turn()',
  };
  for (const [name, code] of Object.entries(endless)) {
    test(name, async () => {
      const id = await begun(kernel, `await new Promise((go) => setTimeout(go, 50))\n${code}`);
      await pause(150);
      kernel.interrupt();
      const { status, reply } = await kernel.finished(id, 5000);
      assert.equal(status, 'error');
      assert.equal(reply.ename, 'Interrupted');
      assert.match(reply.traceback.join('\n'), /cell \[\d+\], line \d/);
      const next = await kernel.run('console.log(typeof kept.rounds)');
      assert.equal(next.stream('stdout'), 'number\n', 'variables are kept and the next cell runs');
    });
  }

  test('in the part of a cell before its first await', async () => {
    const id = kernel.send('while (true) { kept.rounds++ }');
    await pause(400);
    kernel.interrupt();
    assert.equal((await kernel.finished(id, 5000)).reply.ename, 'Interrupted');
  });

  test('a loop outside any cell, which nothing else would end', async () => {
    assert.equal((await kernel.run('setTimeout(() => { for (;;) ; }, 10)')).status, 'ok');
    await pause(100);
    kernel.interrupt();
    assert.equal((await kernel.run('1', { timeout: 5000 })).status, 'ok');
  });

  test('loops that are not interrupted do what they did, and errors in them name their lines', async () => {
    const { stream } = await kernel.run(
      'let sum = 0\nfor (const n of [1, 2, 3]) sum += n\nfor (let i = 0; i < 3; i++) { if (i === 1) continue; sum += 10 }\nlet j = 0; do j++; while (j < 5)\nwhile (j) j--\nlabel: for (const a of [1]) for (;;) break label\nconsole.log(sum, j)',
    );
    assert.equal(stream('stdout'), '26 0\n');
    const { reply } = await kernel.run('\nfor (const x of [undefined as any])\n  x.inside');
    assert.match(reply.traceback.join('\n'), /line 3:  x\.inside/);
  });

  test('a function with a loop still runs where it is taken by its text', async () => {
    const { stream } = await kernel.run(
      'function count(n: number) { let k = 0; while (k < n) k++; return k }\nconsole.log(require("vm").runInNewContext("(" + count + ")(7)"))',
    );
    assert.equal(stream('stdout'), '7\n');
  });
});

test(`${interrupts} interrupts of a cell that trains: each ends the cell in good order, none ends the kernel`, async (t) => {
  const kernel = await startKernel(t);
  const prepared = await kernel.run(`const cl = require(${JSON.stringify(library)})
const stream = cl.getSplitMnist({ limitPerTask: 500, testLimitPerTask: 100 })`);
  assert.equal(prepared.status, 'ok');
  let ended = 0;
  for (let i = 0; i < interrupts; i++) {
    const execution = i % 4 === 0 ? 'recorded' : 'op-by-op';
    const id = kernel.send(`const trainer${i} = new cl.EWC(new cl.MultiHeadMLP(), { epochs: 1000 })
await cl.interruptible((signal: any) => trainer${i}.runSequence(stream, { signal, execution: '${execution}' }))`);
    await pause(Math.random() * 150);
    kernel.interrupt();
    const result = await kernel.finished(id, 700).catch(() => {
      kernel.interrupt(); // the first came before the cell had begun
      return kernel.finished(id, 10_000);
    });
    assert.equal(result.status, 'error');
    if (result.reply.ename === 'Interrupted') ended++;
  }
  assert.equal((await kernel.run('1 + 1')).stream('stdout'), '2\n');
  t.diagnostic(`${ended} of ${interrupts} ended in the words of the library`);
  assert.ok(ended > interrupts / 2, `${ended} of ${interrupts} in the words of the library`);
});

test('a flood of interrupts while a cell trains op by op leaves the kernel alive', async (t) => {
  const kernel = await startKernel(t);
  const id = await begun(
    kernel,
    `const cl = require(${JSON.stringify(library)})
await new cl.NaiveTrainer(new cl.MultiHeadMLP(), { epochs: 1000 }).runSequence(cl.getSplitMnist({ limitPerTask: 500 }), { execution: 'op-by-op' })`,
  );
  for (let i = 0; i < 500; i++) {
    kernel.interrupt();
    await pause(2);
  }
  assert.equal((await kernel.finished(id, 10_000)).status, 'error');
  assert.equal((await kernel.run('1 + 1')).stream('stdout'), '2\n');
});

test('what gives no sign for ten seconds and is told twice to stop is ended, and the next kernel says why', async (t) => {
  const kernel = await startKernel(t);
  await begun(kernel, `await null; ${stuck}`);
  kernel.interrupt();
  assert.equal(await kernel.ended(1500), null, 'once is no reason to end it');
  kernel.interrupt();
  assert.equal(await kernel.ended(20_000), 'SIGKILL');
  const next = await Kernel.start({ connectionFile: kernel.connectionFile });
  t.after(() => next.kill());
  assert.match((await next.run('1')).stream('stderr'), /cell \[1\] was running .*told twice to stop and gave no sign for 1\d s/);
});

test('a shutdown ends a kernel that trains, waits or is stuck', async (t) => {
  for (const [code, how] of [
    ['await new Promise((end) => setTimeout(end, 60_000))', 0],
    [stuck, 'SIGKILL'],
  ] as const) {
    const kernel = await startKernel(t);
    await begun(kernel, `await null; ${code}`);
    kernel.shutdown();
    assert.equal(await kernel.ended(5000), how);
  }
});

test('a cell that ends the process ends it with its own exit code', async (t) => {
  const kernel = await startKernel(t);
  kernel.send('process.exit(7)');
  assert.equal(await kernel.ended(5000), 7);
});

test('a kernel ends when its Jupyter is killed, also in the middle of a cell that is stuck', posix, async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kernel-parent-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  // Stands for Jupyter: starts the kernel and does nothing more.
  const jupyter = path.join(folder, 'jupyter.cjs');
  const pidFile = path.join(folder, 'pid');
  fs.writeFileSync(
    jupyter,
    `const child = require('node:child_process').spawn(process.execPath, [${JSON.stringify(kernelEntry)}, process.argv[2]], { stdio: 'ignore', env: { ...process.env, JPY_PARENT_PID: String(process.pid) } });
require('node:fs').writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
setInterval(() => {}, 1000)`,
  );
  const kernel = await Kernel.start({ entry: jupyter });
  await begun(kernel, `await null; ${stuck}`);
  const pid = Number(fs.readFileSync(pidFile, 'utf8'));
  t.after(() => quietly(() => process.kill(pid, 'SIGKILL')));
  await kernel.kill();
  for (let waited = 0; waited < 50 && isAlive(pid); waited++) await pause(100);
  assert.equal(isAlive(pid), false);
});

test('a kernel whose Jupyter is gone before it has started ends as well', posix, async (t) => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const kernel = await startKernel(t, { JPY_PARENT_PID: String(gone) });
  assert.equal(await kernel.ended(5000), 'SIGKILL');
});

test("Jupyter's own interrupt reaches the kernel of the repository and ends an endless loop", async (context) => {
  if (!needsJupyter(context)) return;
  const found = runPython(
    `
import json, sys, time
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="tslab", startup_timeout=60)
cell = client.execute("await null; while (true) {}")
time.sleep(1)
manager.interrupt_kernel()
reply = client._recv_reply(cell, timeout=10)["content"]
after = client.execute_interactive("1 + 1", timeout=10, output_hook=lambda m: None)["content"]["status"]
manager.shutdown_kernel(now=True)
json.dump({"ename": reply.get("ename"), "after": after}, sys.stdout)
`,
    {},
  );
  assert.deepEqual(found, { ename: 'Interrupted', after: 'ok' });
});

function isAlive(pid: number): boolean {
  return quietly(() => process.kill(pid, 0)) ?? false;
}

function quietly<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
