import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { before, test, type TestContext } from 'node:test';
import {
  backend,
  initBackend,
  NeedsHost,
  newRecording,
  Variable,
  type Kernels,
  type Recording,
  type Value,
} from '../../../src/backend';
import { CASES, UPDATES } from '../kernelCases';

before(async () => {
  await initBackend('native');
});

const WITH_HOST = ['hostCall', 'hostIf'];

/** A recording that the test closes. */
function recording(t: TestContext, looped: boolean): Recording {
  const made = newRecording(looped)!;
  t.after(() => made.close());
  return made;
}

interface Numbers {
  shape: number[];
  dtype: string;
  data: number[];
}

/** Equal but for rounding: the graph optimiser merges operations. */
function equal(actual: Numbers[], expected: Numbers[]): void {
  const rounded = (list: Numbers[]) => list.map((entry) => ({ ...entry, data: entry.data.map((x) => x.toPrecision(5)) }));
  const close = actual.every(({ data }, i) =>
    data.every((x, j) => Math.abs(x - expected[i]?.data[j]) <= 1e-5 * Math.max(1, Math.abs(x))),
  );
  const bare = (list: Numbers[]) => list.map(({ shape, dtype }) => ({ shape, dtype }));
  assert.deepEqual(bare(actual), bare(expected));
  if (!close) assert.deepEqual(rounded(actual), rounded(expected));
}

/** Records a step that leaves the values of `fn` in variables, runs it, and gives the values. */
function recorded(t: TestContext, looped: boolean, fn: (k: Kernels) => Value[]): Numbers[] {
  const graph = recording(t, looped);
  let results: Variable[] = [];
  const program = graph.program({}, (k) => {
    const values = fn(k);
    results = values.map(({ shape, dtype }, i) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return new Variable(`result${i}`, shape, dtype === 'int32' ? new Int32Array(size) : new Float32Array(size));
    });
    values.forEach((value, i) => k.assign(results[i], value));
    return k.tensor(Float32Array.of(7), []);
  });
  assert.deepEqual(graph.run(program, 1, {}), Float32Array.of(7));
  return results.map((variable) => ({ shape: variable.shape, dtype: variable.dtype, data: Array.from(variable.data()) }));
}

for (const [name, fn] of Object.entries(CASES)) {
  test(`${name} computes the same recorded, in a loop and without one, as op by op`, (t) => {
    const { kernels, scope, toHost } = backend();
    const expected = scope(() =>
      fn(kernels).map((value) => ({ shape: value.shape, dtype: value.dtype, data: Array.from(toHost(value)) })),
    );
    equal(recorded(t, false, fn), expected);
    if (WITH_HOST.includes(name)) assert.throws(() => recorded(t, true, fn), NeedsHost);
    else equal(recorded(t, true, fn), expected);
  });
}

test('every kernel has a case', () => {
  const base = Object.getPrototypeOf(Object.getPrototypeOf(backend().kernels) as object) as object;
  const shared = Object.getOwnPropertyNames(base).filter((name) => !['constructor', 'float', 'joined', 'equal'].includes(name));
  const tested = [...Object.keys(CASES), ...Object.keys(UPDATES)];
  assert.deepEqual(
    shared.filter((name) => !tested.includes(name)),
    [],
  );
});

/** w ← (w + x) − 0.1·(w + x), each row of x in turn; returns the old w·1000 + the new w. */
function ordered(graph: Recording, w: Variable, velocity: Variable) {
  return graph.program({ row: 1 }, (k, { row }) => {
    const x = k.gather(k.tensor(Float32Array.of(1, 2, 4, 8), [4]), row); // [1]
    const old = k.scale(k.read(w), 1000);
    k.assign(w, k.add(k.read(w), x));
    k.momentumStep(w, velocity, k.read(w), 0.1, 0);
    return k.reshape(k.add(old, k.read(w)), []);
  });
}

test('reads and changes of a variable keep the order of the step, and steps that of the inputs', (t) => {
  const [w, velocity] = [new Variable('w', [1], Float32Array.of(10)), new Variable('v', [1])];
  const graph = recording(t, true);
  const program = ordered(graph, w, velocity);
  const rows = [2, 0, 3, 3, 1, 0];
  const returned = [
    ...graph.run(program, 4, { row: Int32Array.from(rows.slice(0, 4)) }),
    ...graph.run(program, 2, { row: Int32Array.from(rows.slice(4)) }),
  ];
  let now = 10;
  rows.forEach((row, i) => {
    const next = 0.9 * (now + 2 ** row);
    assert.ok(Math.abs(returned[i] - (1000 * now + next)) < 1e-2, `step ${i}: ${returned[i]}`);
    now = next;
  });
  assert.ok(Math.abs(w.data()[0] - now) < 1e-5);
});

test('a change waits for the earlier one and for the reads in between, also when its value is ready before', (t) => {
  const w = new Variable('w', [64, 64], new Float32Array(64 * 64).fill(1));
  const graph = recording(t, true);
  const program = graph.program({}, (k) => {
    let slow = k.read(w);
    for (let i = 0; i < 20; i++) slow = k.scale(k.matMul(slow, slow), 1 / 64); // stays 1
    k.assign(w, k.scale(slow, 3));
    const between = k.sum(k.read(w));
    k.assign(w, k.tensor(new Float32Array(64 * 64).fill(1), [64, 64]));
    return between;
  });
  assert.deepEqual(Array.from(graph.run(program, 5, {})), Array(5).fill(3 * 64 * 64));
  assert.equal(w.data()[0], 1);
});

test('a value read before a change stays what it was, also beyond work of the host', (t) => {
  const w = new Variable('w', [1], Float32Array.of(2));
  const graph = recording(t, false);
  const program = graph.program({}, (k) => {
    const old = k.read(w);
    k.assign(w, k.tensor(Float32Array.of(5), [1]));
    const ten = k.hostCall([k.read(w)], [1], (values) => Float32Array.of(2 * values[0]));
    return k.reshape(k.add(k.add(old, ten), k.scale(k.read(w), 100)), []);
  });
  assert.deepEqual(graph.run(program, 1, {}), Float32Array.of(2 + 10 + 500));
});

test('a variable comes back when something else reads, changes or replaces it, and the graph goes on with that', (t) => {
  const [w, velocity] = [new Variable('w', [1], Float32Array.of(10)), new Variable('v', [1])];
  const graph = recording(t, true);
  const program = ordered(graph, w, velocity);
  const step = () => graph.run(program, 1, { row: Int32Array.of(0) });
  step();
  assert.ok(Math.abs(w.data()[0] - 9.9) < 1e-5, 'read');
  backend().scope(() => backend().kernels.assign(w, backend().kernels.tensor(Float32Array.of(19), [1])));
  step();
  assert.ok(Math.abs(w.data()[0] - 18) < 1e-5, 'changed by a kernel');
  step();
  w.set(Float32Array.of(-1));
  step();
  assert.ok(Math.abs(w.data()[0]) < 1e-5, 'replaced from the host');
  step();
  graph.close();
  assert.ok(Math.abs(w.data()[0] - 0.9) < 1e-5, 'closed');
});

test('host code runs at every step and chooses the way; what it chooses between is recorded once', (t) => {
  const w = new Variable('w', [1], Float32Array.of(1));
  const graph = recording(t, false);
  const seen: number[] = [];
  let built = 0;
  const program = graph.program({}, (k) => {
    built++;
    const before = k.scale(k.read(w), 3);
    const [grown] = k.hostIf(
      [before],
      ([value]) => value < 10,
      () => [
        k.add(
          before,
          k.hostCall([before], [1], ([value]) => (seen.push(value), Float32Array.of(value / 3))),
        ),
      ],
      () => [k.scale(k.read(w), -1)],
    );
    k.assign(w, grown);
    return k.reshape(k.add(grown, before), []);
  });
  const results = Array.from({ length: 4 }, () => graph.run(program, 1, {})[0]); // w: 1 → 4 → −4 → −16 → −64
  assert.deepEqual(results, [4 + 3, -4 + 12, -16 - 12, -64 - 48]);
  assert.deepEqual(seen, [3, -12, -48]);
  assert.equal(built, 1);
  assert.equal(program.most, 1);
  assert.deepEqual(Array.from(w.data()), [-64]);
});

test('a step that uses values of its own or wants to read numbers cannot be recorded, and the message says why', (t) => {
  const foreign = backend().keep(backend().kernels.tensor(Float32Array.of(1), [1]));
  t.after(() => backend().dispose(foreign));
  assert.throws(() => recording(t, true).program({}, (k) => k.sum(foreign)), /not made by its kernels; make it with this\.k/);
  const reads = (k: Kernels) =>
    k.scale(k.tensor(Float32Array.of(1), [1]), backend().toHost(k.tensor(Float32Array.of(1), [1]))[0]);
  assert.throws(() => recording(t, true).program({}, reads), /wants to read numbers; use hostCall or hostIf/);
  assert.equal(backend().toHost(foreign)[0], 1, 'afterwards the backend computes again');
});

test('a closed recording leaves no session, no folder and no tensor behind', () => {
  const { addon } = backend().kernels as unknown as { addon: { getNumOfSavedModels(): number } };
  const left = () => ({
    sessions: addon.getNumOfSavedModels(),
    folders: readdirSync(tmpdir()).filter((name) => name.startsWith(`continual-learning-graph-${process.pid}-`)).length,
    tensors: backend().tensorCount(),
  });
  const once = () => {
    const [w, velocity] = [new Variable('w', [1], Float32Array.of(10)), new Variable('v', [1])];
    const graph = newRecording(true)!;
    const program = ordered(graph, w, velocity);
    graph.run(program, 2, { row: Int32Array.of(0, 1) });
    const during = left();
    graph.close();
    w.dispose();
    velocity.dispose();
    return during;
  };
  once(); // makes the constants that the backend keeps
  const before = left();
  const during = once();
  assert.equal(during.sessions, before.sessions + 1);
  assert.equal(during.folders, 0);
  assert.deepEqual(left(), before);
});
