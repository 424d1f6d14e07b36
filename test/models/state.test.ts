import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { DomainMLP, MultiHeadMLP, ProgressiveNeuralNet, SingleHeadMLP, type Model, type ModelState } from '../../src/models';
import { bytes, logits, randomBatch, task } from './fixtures';

before(async () => {
  await initBackend();
});

const NET = { inputSize: 6, hidden: [7, 5] };
const throughJson = (state: ModelState) => JSON.parse(JSON.stringify(state)) as ModelState;

/** One of each network that has learnt to answer three tasks, made with a seed. */
const NETWORKS: Record<string, (seed: number) => Model> = {
  DomainMLP: (seed) => new DomainMLP({ ...NET, seed, nClasses: 6 }),
  SingleHeadMLP: (seed) => new SingleHeadMLP({ ...NET, seed }),
  MultiHeadMLP: (seed) => new MultiHeadMLP({ ...NET, seed }),
  ProgressiveNeuralNet: (seed) => new ProgressiveNeuralNet({ ...NET, seed }),
};

for (const [name, make] of Object.entries(NETWORKS)) {
  test(`${name} survives save and load: a fresh one, grown by itself, has its outputs, weights and frozen parts bit for bit`, () => {
    const original = make(1);
    const scenario = name === 'SingleHeadMLP' ? 'class-incremental' : 'task-incremental';
    for (let id = 0; id < 3; id++) original.prepareTask(task(id, { scenario }));
    const batch = randomBatch(4, 6, 2, 1);
    const outputs = logits(original, batch); // the weights are on the device now
    const copy = make(2);
    copy.restore(throughJson(original.state()));
    assert.deepEqual(copy.parameters().map(bytes), original.parameters().map(bytes));
    assert.deepEqual(
      copy.parameters().map(({ frozen }) => frozen),
      original.parameters().map(({ frozen }) => frozen),
    );
    assert.deepEqual(logits(copy, batch), outputs);
    assert.ok(copy.canAnswer(task(2, { scenario })));
  });
}

test('a state is a copy: training on does not change it', () => {
  const model = NETWORKS.DomainMLP(1);
  const state = model.state();
  const text = JSON.stringify(state);
  model.parameters()[0].set(new Float32Array(42));
  assert.equal(JSON.stringify(state), text);
});

test('a state of another network is refused with the reason, and no weight changes', () => {
  const saved = new MultiHeadMLP({ ...NET, seed: 1 });
  saved.addTaskHead(2);
  const state = throughJson(saved.state());
  const refused = (model: Model, given: ModelState, reason: RegExp) => {
    const before = model.parameters().map(bytes);
    assert.throws(() => model.restore(given), reason);
    assert.deepEqual(model.parameters().slice(0, before.length).map(bytes), before);
  };
  refused(
    new DomainMLP(NET),
    state,
    /DomainMLP.restore: the saved model is a MultiHeadMLP of 6 inputs, .*new MultiHeadMLP\(\{ inputSize: 6 \}\)/,
  );
  refused(new MultiHeadMLP({ ...NET, inputSize: 5 }), state, /the saved model is a MultiHeadMLP of 6 inputs, this one has 5/);
  refused(new MultiHeadMLP({ ...NET, hidden: [8, 5] }), state, /hidden0\/weight is \[6,8\] here and \[6,7\] in the saved model/);
  refused(new MultiHeadMLP({ ...NET, hidden: [7] }), state, /MultiHeadMLP.restore: /);
  const wider = new MultiHeadMLP(NET);
  for (const classes of [2, 2]) wider.addTaskHead(classes);
  refused(wider, state, /the saved model has no head1\/weight; restore into a model that is newly made/);
  const damaged = {
    ...state,
    parameters: state.parameters.map((one, i) => (i === 2 ? { ...one, data: one.data.slice(0, 8) } : one)),
  };
  refused(new MultiHeadMLP(NET), damaged, /hidden1\/weight holds 6 bytes, its shape \[7,5\] needs 140; pass what state/);
});
