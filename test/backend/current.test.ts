import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runNode } from '../child';

const BACKEND = join(__dirname, '../../src/backend');

/** Runs a script that knows the backend room as `b`. */
const script = (source: string, environment = {}) =>
  runNode(['-e', `(async () => { const b = require(${JSON.stringify(BACKEND)}); ${source} })()`], environment);

test('importing the backend loads no tfjs', () => {
  const { output } = script(`console.log(Object.keys(require.cache).some((file) => file.includes('@tensorflow')))`);
  assert.equal(output.trim(), 'false');
});

test('CL_BACKEND chooses the backend, and getDevice says in words which one runs', () => {
  for (const [name, text] of [
    ['wasm', 'WebAssembly'],
    ['cpu', 'plain JavaScript'],
  ]) {
    const { output } = script(`await b.initBackend(); console.log(b.backend().name, b.getDevice())`, { CL_BACKEND: name });
    assert.match(output, new RegExp(`${name} tfjs [\\d.]+ \\(${text}, CPU\\)`));
  }
});

test('an unknown CL_BACKEND is refused with the known ones', () => {
  const { output, status } = script('b.backend()', { CL_BACKEND: 'gpu' });
  assert.notEqual(status, 0);
  assert.match(output, /CL_BACKEND: unknown backend 'gpu'; use auto, native, wasm or cpu/);
});

test('asking for wasm before it is opened says what to run first', () => {
  const { output } = script('b.backend()', { CL_BACKEND: 'wasm' });
  assert.match(output, /backend: none is ready; first run: await initBackend\(\)/);
});

test('a scope frees what was made inside, except what it returns and what is kept', () => {
  const { output } = script(
    `
    await b.initBackend();
    const { kernels: k, scope, keep, dispose, tensorCount } = b.backend();
    const make = () => k.tensor(Float32Array.of(1, 2), [2]);
    const first = tensorCount();
    let kept;
    const out = scope(() => { make(); kept = keep(make()); return { sum: k.add(make(), make()) }; });
    const inside = tensorCount() - first;
    dispose(out.sum, kept);
    console.log(inside, tensorCount() - first);`,
    { CL_BACKEND: 'wasm' },
  );
  assert.equal(output.trim(), '2 0');
});

test('a variable that was used on native or elsewhere says so when it is used on the other', (t) => {
  const { output } = script(`
    for (const [first, second] of [['native', 'cpu'], ['cpu', 'native']]) {
      try { await b.initBackend(first); } catch { console.log('no native'); return; }
      const w = new b.Variable('head/weight', [1]);
      b.backend().kernels.read(w);
      await b.initBackend(second);
      try { b.backend().kernels.read(w); } catch (error) { console.log(error.message); }
    }`);
  if (/no native/.test(output)) return t.skip('the native backend is not installed');
  const refusals = output.match(/head\/weight: it was used on another backend before; call initBackend before making models/g);
  assert.equal(refusals?.length, 2, output);
});
