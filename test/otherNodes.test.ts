import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { otherNodes } from './otherNodes';

/** Every way a training can run: recorded (on WebAssembly: op by op), op by op, and on WebAssembly. */
const WAYS = [
  { CL_BACKEND: 'auto', CL_EXECUTION: 'recorded' },
  { CL_BACKEND: 'auto', CL_EXECUTION: 'op-by-op' },
  { CL_BACKEND: 'wasm', CL_EXECUTION: 'auto' },
];

/** Imports the library and trains a little with replay and with EWC. */
const SMOKE = `
  const { EWC, ExperienceReplay, getDevice, getSplitMnist, initBackend, SingleHeadMLP } = require(${JSON.stringify(resolve(__dirname, '../src'))});
  (async () => {
    await initBackend();
    console.log(JSON.stringify(getDevice()));
    const stream = { scenario: 'class-incremental', data: 'synthetic', nTasks: 2, limitPerTask: 200, testLimitPerTask: 50, seed: 1 };
    for (const Trainer of [ExperienceReplay, EWC]) {
      const trainer = new Trainer(new SingleHeadMLP({ seed: 1 }), { epochs: 2, seed: 1 });
      const { trainLoaders, testLoaders } = getSplitMnist(stream);
      const losses = [];
      for (const loader of trainLoaders) {
        losses.push((await trainer.trainTask(loader)).loss);
        await trainer.consolidate(loader);
      }
      console.log(JSON.stringify([...losses, ...(await trainer.evaluateAll(testLoaders))]));
    }
  })();`;

const train = (node: string, way: Record<string, string>) => {
  const env = { ...process.env, ...way, TF_CPP_MIN_LOG_LEVEL: '2' };
  const { status, stdout, stderr } = spawnSync(node, ['-e', SMOKE], { env, encoding: 'utf8', timeout: 120_000 });
  assert.equal(status, 0, stdout + stderr);
  const [device, ...rows] = stdout.trim().split('\n');
  return { device, numbers: rows.flatMap((row) => JSON.parse(row) as number[]) };
};

test('the library trains on this Node, and with the same numbers on every other one of this machine', (t) => {
  const others = otherNodes();
  t.diagnostic(
    others.length > 0
      ? `also on Node ${others.map(({ version }) => version).join(', ')}`
      : `on Node ${process.versions.node} only: no other version found (CL_OTHER_NODE may name one)`,
  );
  for (const way of WAYS) {
    const here = train(process.execPath, way);
    assert.ok(here.numbers.length === 8 && here.numbers.every(Number.isFinite));
    for (const { place, version } of others) {
      const there = train(place, way);
      assert.equal(there.device, here.device, `Node ${version}`);
      there.numbers.forEach((value, i) =>
        assert.ok(Math.abs(value - here.numbers[i]) < 1e-5, `Node ${version}: ${value}, here ${here.numbers[i]}`),
      );
    }
  }
});

test('another Node is found by CL_OTHER_NODE, on PATH, and in the folders of version managers', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'nodes-test-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const program = (place: string, version: string) => {
    mkdirSync(dirname(join(home, place)), { recursive: true });
    writeFileSync(join(home, place), `#!/bin/sh\necho v${version}\n`);
    chmodSync(join(home, place), 0o755);
    return join(home, place);
  };
  const running = process.versions.node;
  program('.nvm/versions/node/v70.2.0/bin/node', '70.2.0');
  program('.nvm/versions/node/v70.10.1/bin/node', '70.10.1');
  program(`.volta/tools/image/node/${running}/bin/node`, running); // runs already
  program('.local/share/fnm/node-versions/v18.20.4/installation/bin/node', '18.20.4'); // too old
  program('.local/share/mise/installs/node/73.0.0/bin/node', '73.0.0');
  program('bin/node71', '71.0.0');
  program('bin/node-gyp', '72.0.0'); // no Node
  const named = program('elsewhere/node', running);
  const env = { HOME: home, PATH: join(home, 'bin') };
  const versions = (more = {}) => otherNodes({ ...env, ...more }).map(({ version }) => version);
  assert.deepEqual(versions(), ['70.10.1', '71.0.0', '73.0.0']);
  assert.deepEqual(
    versions({ CL_OTHER_NODE: named }),
    [running, '70.10.1', '71.0.0', '73.0.0'],
    'what is named is taken as it is',
  );
  assert.throws(() => versions({ CL_OTHER_NODE: join(home, 'nowhere') }), /CL_OTHER_NODE: '.*nowhere' is no Node program/);
});
