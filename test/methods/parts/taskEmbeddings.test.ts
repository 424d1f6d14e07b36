import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../src/backend';
import { TaskEmbeddings, type TaskEmbeddingsState } from '../../../src/methods/parts/taskEmbeddings';
import { MultiHeadMLP } from '../../../src/models';
import { task } from '../../models/fixtures';

before(async () => {
  await initBackend('native');
});

function model(): MultiHeadMLP {
  const made = new MultiHeadMLP({ inputSize: 6, hidden: [400, 300], seed: 1 });
  for (const id of [0, 1, 2]) {
    made.prepareTask(task(id));
    made.meet(task(id));
  }
  return made;
}

const numbersOf = (embeddings: TaskEmbeddings, id: number) =>
  [...embeddings.of(id)!].map(([name, e]) => [name, Array.from(e.data())] as const);

test('each task gets normal numbers of its own for each hidden unit, the same with the same seed, once', () => {
  const embeddings = new TaskEmbeddings(model(), 1);
  embeddings.add(2);
  embeddings.add(0);
  assert.deepEqual(embeddings.tasks, [2, 0]);
  assert.equal(embeddings.of(1), undefined);
  const [[name, hidden0], [, hidden1]] = numbersOf(embeddings, 0);
  assert.deepEqual([name, hidden0.length, hidden1.length], ['hidden0', 400, 300]);
  const mean = hidden0.reduce((a, b) => a + b) / 400;
  const deviation = Math.sqrt(hidden0.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 400);
  assert.ok(Math.abs(mean) < 0.15 && Math.abs(deviation - 1) < 0.1, `${mean} ± ${deviation}`);
  assert.notDeepEqual(numbersOf(embeddings, 0), numbersOf(embeddings, 2));
  const again = new TaskEmbeddings(model(), 1);
  again.add(0);
  assert.deepEqual(numbersOf(again, 0), numbersOf(embeddings, 0));
  embeddings.of(0)!.get('hidden0')!.set(new Float32Array(400));
  embeddings.add(0);
  assert.ok(
    numbersOf(embeddings, 0)[0][1].every((value) => value === 0),
    'what is there stays',
  );
});

test('saved and restored they are the same; damaged ones are refused and nothing changes', () => {
  const embeddings = new TaskEmbeddings(model(), 1);
  assert.deepEqual(embeddings.state(), { tasks: [], layers: null });
  embeddings.add(1);
  embeddings.add(0);
  const saved = JSON.parse(JSON.stringify(embeddings.state())) as TaskEmbeddingsState;
  assert.deepEqual(saved.layers!.hidden1.shape, [2, 300]);
  const other = new TaskEmbeddings(model(), 2);
  other.restored('test', saved)();
  assert.deepEqual([0, 1].map((id) => numbersOf(other, id)), [0, 1].map((id) => numbersOf(embeddings, id))); // prettier-ignore
  const before = JSON.stringify(other.state());
  const refused = (state: unknown, reason: RegExp) =>
    assert.throws(() => other.restored('test', state as TaskEmbeddingsState)(), reason);
  refused({ ...saved, tasks: [1, 1] }, /test: there is no task 1, or it comes twice; the saved state is damaged/);
  refused({ ...saved, tasks: [1, 7] }, /there is no task 7/);
  refused({ ...saved, tasks: [1] }, /the embeddings of hidden0 holds 800 numbers instead of 400/);
  refused({ ...saved, tasks: [] }, /there are embeddings of hidden0, hidden1/);
  refused({ ...saved, layers: null }, /there are embeddings of nothing/);
  refused({ ...saved, layers: { hidden0: saved.layers!.hidden0 } }, /there are embeddings of hidden0;/);
  refused(undefined, /tasks must be an array/);
  assert.equal(JSON.stringify(other.state()), before);
  other.restored('test', { tasks: [], layers: null })();
  assert.deepEqual(other.tasks, []);
});
