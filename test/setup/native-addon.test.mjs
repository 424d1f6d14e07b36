import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { createContext } from '../../kernel-setup/lib/context.mjs';
import { findProgram } from '../../kernel-setup/lib/find.mjs';
import { beginStep, finishStep, hashOf } from '../../kernel-setup/lib/stamps.mjs';
import { WHEEL, unpackWheel } from '../../kernel-setup/native/libtensorflow.mjs';
import { takeStep } from '../../kernel-setup/lib/steps.mjs';
import { nativeAddon } from '../../kernel-setup/steps/native-addon.mjs';
import { SYSTEM, emptyProject, write } from './helpers.mjs';

const PACKAGE = 'node_modules/@tensorflow/tfjs-node';
const COMPILER = { 'c++': 'exit 0', make: 'exit 0' };
// Nothing listens on port 1: the host of the prebuilt files refuses at once.
const CLOSED = { TFJS_NODE_CDN_STORAGE: 'https://127.0.0.1:1/' };

function project(t, { programs = {}, retry } = {}) {
  const context = emptyProject(t, { programs, env: CLOSED, retry });
  write(context, `${PACKAGE}/package.json`, { version: '4.22.0', binary: { host: 'https://127.0.0.1:1/' } });
  return context;
}

test('without a compiler the message names it, and wasm is used', async (t) => {
  const result = await takeStep(project(t), nativeAddon);
  assert.equal(result.state, 'missing');
  assert.match(result.text, /wasm is used instead/);
  assert.match(result.text, /127\.0\.0\.1:1, .* cannot be reached \(ECONNREFUSED\)/);
  assert.match(result.text, /a C\+\+ compiler \(g\+\+ or clang\+\+\) and make is missing/);
  assert.match(result.remedy, /build-essential/);
});

test('without Python the message names that', async (t) => {
  const result = await takeStep(project(t, { programs: COMPILER }), nativeAddon);
  assert.match(result.text, /Python is needed: no Python found on PATH/);
  assert.match(result.remedy, /Python 3\.10 or newer/);
});

test('what was given up is not tried again at every start, but at once when a compiler appears or on request', async (t) => {
  const context = project(t);
  await takeStep(context, nativeAddon);
  assert.match((await takeStep(context, nativeAddon)).text, /not tried again for 24 hours/);
  assert.doesNotMatch((await takeStep({ ...context, retry: true }, nativeAddon)).text, /not tried again/);
  const bin = path.join(context.root, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const name of Object.keys(COMPILER)) writeFileSync(path.join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  assert.match((await takeStep(context, nativeAddon)).text, /Python is needed/);
});

test('a stamp whose addon is gone (npm ci wipes it) is not trusted', async (t) => {
  const context = project(t);
  finishStep(context, 'native-addon', hashOf('4.22.0', WHEEL, process.platform, process.arch, 'quiet'), {
    how: 'compiled',
    libtensorflow: '2.21.0',
  });
  assert.equal((await takeStep(context, nativeAddon)).state, 'missing');
});

test('a stamp with its addon and libraries is trusted without loading them', async (t) => {
  const context = project(t);
  for (const file of ['lib/napi-v8/tfjs_binding.node', 'deps/lib/libtensorflow.so', 'deps/lib/libtensorflow_framework.so.2'])
    write(context, `${PACKAGE}/${file}`, 'x');
  finishStep(context, 'native-addon', hashOf('4.22.0', WHEEL, process.platform, process.arch, 'quiet'), {
    how: 'compiled',
    libtensorflow: '2.21.0',
  });
  assert.deepEqual(await takeStep(context, nativeAddon), { state: 'ok', text: 'TensorFlow 2.21.0, compiled' });
});

test('the leftovers of a download, unpacking or compilation that was cut off are taken away', async (t) => {
  const context = project(t);
  write(context, '.cache/native/libtensorflow-x.unfinished/download/half.whl', 'x');
  write(context, `${PACKAGE}/deps/lib/libtensorflow.so`, 'x');
  write(context, `${PACKAGE}/build/Makefile`, 'x');
  beginStep(context, 'native-addon');
  await takeStep(context, nativeAddon);
  for (const left of ['.cache/native/libtensorflow-x.unfinished', `${PACKAGE}/deps`, `${PACKAGE}/build`])
    assert.equal(existsSync(path.join(context.root, left)), false, left);
});

test('an addon in the cache that does not load is thrown away, not used', async (t) => {
  const context = project(t);
  const kept = `.cache/native/libtensorflow-${WHEEL.version}-tfjs-node-4.22.0-${process.platform}-${process.arch}`;
  write(context, `${kept}/lib/napi-v8/tfjs_binding.node`, 'not an addon');
  write(context, `${kept}/deps/lib/libtensorflow.so`, 'x');
  assert.equal((await takeStep(context, nativeAddon)).state, 'missing');
  assert.equal(existsSync(path.join(context.root, kept)), false);
});

// Python writes and unpacks the wheel; it is the one thing of these tests that a machine may lack.
const python = findProgram(createContext(), 'python3');
const skip = !python && !createContext().isCI && 'needs python3';

function wheel(context, names) {
  const file = path.join(context.root, 'small.whl');
  execFileSync(python, [
    '-c',
    'import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as z:\n  for n in sys.argv[2:]: z.writestr(n, n * 1000)',
    file,
    ...names,
  ]);
  return file;
}
const NAMES = [
  'tensorflow/libtensorflow_cc.so.2',
  'tensorflow/libtensorflow_framework.so.2',
  'tensorflow/include/tensorflow/c/c_api.h',
  'tensorflow/include/xla/tsl/c/tsl_status.h',
  'tensorflow/include/external/x/y.h',
  'tensorflow/python/z.so',
];

test(
  'of a wheel, the libraries and headers are unpacked and nothing else; then it is deleted',
  { skip: skip || process.platform !== 'linux' },
  async (t) => {
    const context = { ...emptyProject(t, { env: SYSTEM }), venvPython: python };
    const file = wheel(context, NAMES);
    const deps = path.join(context.root, 'deps');
    assert.deepEqual(await unpackWheel(context, file, deps), {});
    assert.equal(readFileSync(path.join(deps, 'lib', 'libtensorflow.so'), 'utf8'), NAMES[0].repeat(1000));
    for (const there of ['lib/libtensorflow_framework.so', 'include/tensorflow/c/c_api.h', 'include/xla/tsl/c/tsl_status.h'])
      assert.ok(existsSync(path.join(deps, there)), there);
    for (const not of ['include/external', 'python', 'lib/z.so']) assert.equal(existsSync(path.join(deps, not)), false, not);
    assert.equal(existsSync(file), false);
  },
);

test('a wheel that was cut off, or lacks a library, gives a reason', { skip }, async (t) => {
  const context = { ...emptyProject(t, { env: SYSTEM }), venvPython: python };
  const whole = wheel(context, NAMES);
  truncateSync(whole, 20_000);
  assert.match((await unpackWheel(context, whole, path.join(context.root, 'deps'))).reason, /could not be unpacked/);
  const lacking = wheel(context, NAMES.slice(1));
  assert.match((await unpackWheel(context, lacking, path.join(context.root, 'deps2'))).reason, /holds 1 of the 2 libraries/);
});

test("TensorFlow's own lines reach nobody, whatever is imported first and wherever stderr leads", (t) => {
  const context = createContext();
  if (!existsSync(path.join(context.modules, '@tensorflow', 'tfjs-node', 'lib'))) return t.skip('no native addon here');
  const file = path.join(emptyProject(t).root, 'stderr.txt');
  const script = `require('node:util').isNullOrUndefined ??= (value) => value == null;
    const tf = require('@tensorflow/tfjs-node');
    console.log(tf.tensor([1, 2]).sum().dataSync()[0]);
    console.error('mine');`;
  const opened = openSync(file, 'w');
  const { TF_CPP_MIN_LOG_LEVEL: _, ...env } = process.env;
  const options = { cwd: context.root, env: { ...env, NODE_OPTIONS: '' }, encoding: 'utf8', stdio: ['ignore', 'pipe', opened] };
  assert.equal(execFileSync(process.execPath, ['-e', script], options), '3\n');
  closeSync(opened);
  const lines = readFileSync(file, 'utf8').split('\n');
  assert.deepEqual(
    lines.filter((line) => line.trim() && !line.includes('cpu-optimized')),
    ['mine'],
  );
});
