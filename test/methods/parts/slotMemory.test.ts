import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../../src/backend';
import { SlotMemory } from '../../../src/methods/parts/slotMemory';

before(async () => {
  await initBackend('native');
});

const make = (capacity = 4) => new SlotMemory('test', { capacity, inputSize: 1, kind: 'reservoir', seed: 1, logits: true });

/** Shows a batch: inputs and labels are `from`, `from + 1`, …, outputs ten times that. */
function show(memory: SlotMemory, from: number, n: number): void {
  const { kernels: k, scope } = backend();
  const labels = Int32Array.from({ length: n }, (_, i) => from + i);
  const content = memory.drawInsert(labels);
  scope(() => {
    const x = k.tensor(Float32Array.from(labels), [n, 1]);
    const logits = k.scale(x, 10);
    const batch = { x, y: k.tensor(labels, [n]), task: undefined, size: n, drawn: {} };
    memory.write(k, memory.joined(k, batch, logits), k.tensor(content, [4]));
    return [];
  });
}

test('the step writes where the host decided: inputs, labels, tasks and outputs of a sample stay together', () => {
  const memory = make();
  memory.begin(0, 1);
  show(memory, 0, 3);
  memory.begin(3, 1);
  for (let from = 3; from < 40; from += 5) show(memory, from, 5);
  const { images, labels, tasks } = memory.content();
  assert.equal(memory.size, 4);
  assert.deepEqual(Array.from(images), Array.from(labels));
  assert.deepEqual(
    Array.from(tasks),
    Array.from(labels, (label) => (label < 3 ? 0 : 3)),
  );
  assert.ok(labels.some((label) => label > 5), 'later ones came in'); // prettier-ignore
  const held = [...memory.slots.counts().keys()].map((key) => Number(key.split('/')[1]));
  assert.deepEqual(new Set(labels), new Set(held), 'the host knows what is there');
  const { kernels: k, scope, toHost } = backend();
  const [z, w] = scope(() => {
    const empty = {
      x: k.tensor(new Float32Array(1), [1, 1]),
      y: k.tensor(new Int32Array(1), [1]),
      task: undefined,
      size: 1,
      drawn: {},
    };
    const { logits, weights } = memory.joined(k, empty, k.tensor(new Float32Array(1), [1, 1]));
    return [logits!, weights!].map((value) => Array.from(toHost(value)).slice(0, 4));
  });
  assert.deepEqual(
    z,
    Array.from(labels, (label) => 10 * label),
  );
  assert.deepEqual(w, [1, 1, 1, 1]);
});

test('while nothing is stored, what is drawn are rows of the batch itself', () => {
  const memory = make();
  memory.begin(0, 1);
  assert.deepEqual(Array.from(memory.drawReplay(3, 2)), [4, 5, 4]);
  show(memory, 0, 2);
  assert.ok(memory.drawReplay(2, 2).every((slot) => slot < 2));
});

test('outputs that come later: what they say now, or left out where each task has outputs of its own', () => {
  for (const shared of [true, false]) {
    const memory = make();
    memory.begin(0, 1);
    show(memory, 1, 2);
    memory.begin(1, 2, shared ? (images) => Float32Array.from(Array.from(images).flatMap((x) => [-1, x + 100])) : undefined);
    const state = memory.state();
    const numbers = (saved: { data: string }) =>
      Array.from(new Float32Array(new Uint8Array(Buffer.from(saved.data, 'base64')).buffer));
    assert.deepEqual(numbers(state.logits!), shared ? [10, 101, 20, 102] : [10, 0, 20, 0]);
    assert.deepEqual(numbers(state.weights!), shared ? [0.5, 0.5, 0.5, 0.5] : [1, 0, 1, 0]);
    const other = make();
    other.restore(JSON.parse(JSON.stringify(state)) as typeof state, { label: 9, task: 9 });
    assert.deepEqual(other.state(), state);
  }
});
