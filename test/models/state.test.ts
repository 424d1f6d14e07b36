import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { isDeepStrictEqual } from 'node:util';
import { DomainMLP, MLP, Model, MultiHeadMLP, ProgressiveNeuralNet, SingleHeadMLP, type ModelState } from '../../src/models';
import { bytes, logits, randomBatch, task } from './fixtures';

before(async () => {
  await initBackend();
});

const folder = mkdtempSync(join(tmpdir(), 'models-'));
after(() => rmSync(folder, { recursive: true }));

const NET = { inputSize: 6, hidden: [7, 5] };
const throughJson = (state: ModelState) => JSON.parse(JSON.stringify(state)) as ModelState;

const CONV = {
  ...NET,
  inputSize: 6,
  inputShape: [3, 2, 1],
  conv: [
    { filters: 3, pool: 'none' as const },
    { filters: 2, pool: 'mean' as const },
  ],
};

/** One of each network, made with a seed. */
const NETWORKS: Record<string, (seed: number) => Model> = {
  MLP: (seed) => new MLP({ ...NET, seed, nClasses: 6 }),
  DomainMLP: (seed) => new DomainMLP({ ...NET, seed, nClasses: 6 }),
  SingleHeadMLP: (seed) => new SingleHeadMLP({ ...NET, seed }),
  MultiHeadMLP: (seed) => new MultiHeadMLP({ ...NET, seed }),
  ProgressiveNeuralNet: (seed) => new ProgressiveNeuralNet({ ...NET, seed }),
  'convolutional DomainMLP': (seed) => new DomainMLP({ ...CONV, seed, nClasses: 6 }),
  'convolutional SingleHeadMLP': (seed) => new SingleHeadMLP({ ...CONV, seed }),
  'convolutional MultiHeadMLP': (seed) => new MultiHeadMLP({ ...CONV, seed, hidden: [] }),
  'normalised SingleHeadMLP': (seed) => new SingleHeadMLP({ ...NET, seed, normalisation: 'batch' }),
  'normalised convolutional MultiHeadMLP': (seed) => new MultiHeadMLP({ ...CONV, seed, normalisation: 'batch' }),
};
const variablesOf = (model: Model) => [...model.parameters(), ...model.buffers()];
const scenarioOf = (name: string) => (name.includes('SingleHead') ? 'class-incremental' : 'task-incremental');

/** A network that has learnt to answer three tasks. */
function grown(name: string): Model {
  const model = NETWORKS[name](1);
  const columns = [
    { name: 'x', kind: 'category' as const, categories: ['low', 'middle', 'high', 'top', 'none'] },
    { name: 'y', kind: 'number' as const },
  ];
  const inputs = { shape: [6], mean: [0, 0, 0, 0, 0, 0.5], std: [1, 1, 1, 1, 1, 2], columns };
  for (let id = 0; id < 3; id++) {
    const one = task(id, { scenario: scenarioOf(name) });
    model.prepareTask(one);
    model.meet(id === 0 ? { ...one, inputs } : one);
    model.learnt.push(one.name);
  }
  model.buffers().forEach((one, i) => one.set(one.data().map((value) => value + 0.1 * (i + 1))));
  return model;
}

for (const name of Object.keys(NETWORKS)) {
  test(`${name} survives save and load: a fresh one, one made from the state or the file alone and a clone are alike`, async () => {
    const original = grown(name);
    original.parameters()[0].frozen = true;
    const batch = randomBatch(4, 6, 2, 1);
    const outputs = logits(original, batch); // the weights are on the device now
    const state = throughJson(original.state());
    const fresh = NETWORKS[name](2);
    fresh.restore(state);
    const file = join(folder, `${name}.safetensors`);
    await original.save(file);
    for (const copy of [fresh, Model.from(state), await Model.load(file), original.clone()]) {
      assert.equal(copy.constructor, original.constructor);
      assert.deepEqual(variablesOf(copy).map(bytes), variablesOf(original).map(bytes));
      assert.deepEqual(
        copy.parameters().map((one) => [one.name, one.shape, one.frozen]),
        original.parameters().map((one) => [one.name, one.shape, one.frozen]),
      );
      assert.deepEqual([copy.learnt, copy.tasks], [original.learnt, original.tasks]);
      assert.deepEqual(logits(copy, batch), outputs);
      assert.ok(copy.canAnswer(task(2, { scenario: scenarioOf(name) })));
      if (copy !== fresh) assert.deepEqual(throughJson(copy.state()), state, 'its options included');
    }
    const later = { scenario: 'class-incremental' as const };
    if (/Head|Progressive/.test(name)) {
      const next = [original.clone(), original].map(
        (model) => (model.prepareTask(task(3, later)), variablesOf(model).map(bytes)),
      );
      assert.deepEqual(next[0], next[1], 'and it grows on as the original does');
    }
  });

  test(`${name} begins anew with the weights it started with, nothing frozen, and as many outputs`, () => {
    const model = grown(name);
    const shapes = model.parameters().map(({ shape }) => [...shape]);
    const start = NETWORKS[name](1);
    const first = start.parameters().filter((one) => !one.name.startsWith('head')).map(bytes); // prettier-ignore
    assert.equal(isDeepStrictEqual(model.buffers().map(bytes), start.buffers().map(bytes)), model.buffers().length === 0);
    for (const parameter of model.parameters()) {
      parameter.set(parameter.data().map((value) => value + 1));
      parameter.frozen = true;
    }
    model.restart();
    assert.deepEqual(model.parameters().map(({ shape }) => [...shape]), shapes); // prettier-ignore
    assert.ok(model.parameters().every(({ frozen }) => !frozen));
    const now = model.parameters().filter((one) => !one.name.startsWith('head')).map(bytes); // prettier-ignore
    assert.deepEqual(now.slice(0, first.length), first);
    assert.deepEqual(model.buffers().map(bytes), start.buffers().map(bytes));
    const bound = (one: { shape: readonly number[] }) => (one.shape.length > 1 ? 1 : Infinity);
    for (const one of model.parameters())
      assert.ok(
        one.data().every((value: number) => Math.abs(value) <= bound(one)),
        one.name,
      );
    const again = model.parameters().map(bytes);
    model.restart();
    assert.deepEqual(model.parameters().map(bytes), again);
  });

  test(`${name}: a state with one thing changed is refused in words, or the model is what it says`, () => {
    const state = throughJson(grown(name).state());
    let [accepted, refused] = [0, 0];
    for (const [about, damaged] of corruptions(state)) {
      for (const [how, take] of Object.entries({
        from: () => Model.from(damaged),
        restore: () => restored(NETWORKS[name](1), damaged),
      })) {
        let model: Model;
        try {
          model = take();
        } catch (error) {
          refused++;
          assert.equal((error as Error).constructor, Error, `${about}: ${String(error)}`);
          assert.match((error as Error).message, /^[\w. :/]+: .{8,}/, about);
          continue;
        }
        accepted++;
        const { version, ...content } = damaged;
        const { config, ...taken } = throughJson(model.state());
        assert.deepEqual(
          { ...taken, version, config: content.config },
          { ...content, version },
          `${about} was taken as something else`,
        );
        assert.ok(
          !damaged.config || sameBut(how === 'from' ? [] : freeOf(model), config!, damaged.config),
          `${about}: made with other options`,
        );
        model.dispose();
      }
    }
    assert.ok(refused > 500 && accepted > 10, `${refused} refused, ${accepted} accepted`);
  });
}

function restored(model: Model, state: ModelState): Model {
  model.restore(state);
  return model;
}

/** Options that only decide how weights start. */
const freeOf = (model: Model) => (model instanceof SingleHeadMLP ? ['seed', 'nClasses'] : ['seed']);

function sameBut(free: string[], here: object, there: object): boolean {
  const rest = (options: object) => Object.fromEntries(Object.entries(options).filter(([name]) => !free.includes(name)));
  return isDeepStrictEqual(rest(here), rest(there));
}

/** The state with one place at a time deleted, or replaced by what does not belong there. */
function* corruptions(state: ModelState): Generator<[string, ModelState]> {
  const strange = [null, true, false, 0, 1, -1, 1.5, 1e12, 2 ** 31, 'x', '', '4,3', [], {}, [null], ['x'], [1e9, 1e9]];
  for (const path of pathsOf(state)) {
    const change = (about: string, act: (owner: Record<string, unknown>, key: string) => void): [string, ModelState] => {
      const copy = throughJson(state);
      const owner = path.slice(0, -1).reduce((inner, key) => inner[key] as never, copy as unknown as Record<string, unknown>);
      act(owner, path.at(-1)!);
      return [`${path.join('.')} ${about}`, copy];
    };
    yield change('deleted', (owner, key) => (Array.isArray(owner) ? owner.splice(Number(key), 1) : delete owner[key]));
    for (const value of strange) yield change(`= ${JSON.stringify(value)}`, (owner, key) => (owner[key] = value));
    yield change('twice', (owner, key) => Array.isArray(owner) && owner.push(owner[Number(key)]));
    yield change('longer', (owner, key) => typeof owner[key] === 'string' && (owner[key] += 'A'));
  }
}

function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]));
  return path.length ? [path, ...inner] : inner;
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
  refused(
    new MultiHeadMLP({ ...NET, hidden: [8, 5] }),
    state,
    /MultiHeadMLP.restore: hidden is \[8, 5\] here and \[7, 5\] in the saved model; make the model with the options of/,
  );
  refused(new MultiHeadMLP({ ...NET, hidden: [7] }), state, /MultiHeadMLP.restore: hidden is \[7\] here/);
  const wider = new MultiHeadMLP(NET);
  for (const classes of [2, 2]) wider.addTaskHead(classes);
  refused(wider, state, /the saved model has no head1\/weight; restore into a model that is newly made/);
  const damaged = {
    ...state,
    parameters: state.parameters.map((one, i) => (i === 2 ? { ...one, data: one.data.slice(0, 8) } : one)),
  };
  refused(
    new MultiHeadMLP(NET),
    damaged,
    /MultiHeadMLP.restore: hidden1\/weight: the data of a saved tensor do not fill its shape \[7, 5\]/,
  );
});

test('options that no shape shows are compared, too: pooling and the sides of the images', () => {
  const make = (conv: object[], inputShape: number[]) =>
    new DomainMLP({ inputShape, conv: conv as never, hidden: [4], nClasses: 2 });
  const state = throughJson(make([{ filters: 2, pool: 'mean' }], [4, 8, 1]).state());
  assert.throws(
    () => make([{ filters: 2 }], [4, 8, 1]).restore(state),
    /DomainMLP.restore: conv is \[.*'max'.*\] here and \[.*'mean'.*\] in the saved model; make the model with the options of the saved one/,
  );
  assert.throws(
    () => make([{ filters: 2, pool: 'mean' }], [8, 4, 1]).restore(state),
    /inputShape is \[8, 4, 1\] here and \[4, 8, 1\]/,
  );
});

test('what a file only announces takes no memory: layers, outputs, heads and columns', () => {
  const heads = throughJson(grown('MultiHeadMLP').state());
  const config = heads.config as { hidden: number[] };
  const wide = { ...heads, config: { ...config, hidden: [2e5, 2e5] } };
  assert.throws(() => Model.from(wide), /hidden1\/weight: it would have 200000×200000 weights, 1.5e\+2 GB; use smaller layers/);
  const many = { ...heads, config: { ...config, hidden: Array(1000).fill(2000) } }; // 16 GB in layers of 16 MB
  assert.throws(
    () => Model.from(many),
    /^Error: the saved model: its options ask for many more weights than it has; use another copy$/,
  );
  assert.doesNotThrow(
    () => new MultiHeadMLP({ inputSize: 6, hidden: [2000, 2000, 2000] }),
    'a new model may be as large as it likes',
  );
  const single = throughJson(grown('DomainMLP').state());
  assert.throws(
    () => Model.from({ ...single, config: { ...single.config, nClasses: 1e12 } }),
    /head\/weight: it would have 5×1000000000000/,
  );
  const bias = heads.parameters.at(-1)!;
  for (const name of ['MultiHeadMLP', 'ProgressiveNeuralNet']) {
    const state = throughJson(grown(name).state());
    const announced = Array.from({ length: 5000 }, (_, i) => ({
      ...bias,
      name: name === 'MultiHeadMLP' ? `head${i + 3}/bias` : `column${i + 3}/head/bias`,
    }));
    const model = NETWORKS[name](1);
    assert.throws(
      () => model.restore({ ...state, parameters: [...state.parameters, ...announced] }),
      /the saved model has no (head\d+|column\d+\/hidden0)\/weight|this model has no (head|column)\d+\/(head\/)?bias/,
    );
    assert.ok(model.layers().length < 2000, `${model.layers().length} layers were made`);
  }
});

test('weights that are not finite are refused, and nothing of the state is taken over', () => {
  const state = throughJson(grown('DomainMLP').state());
  const { shape } = state.parameters[3];
  const data = Buffer.from(new Float32Array(shape[0]).fill(NaN).buffer).toString('base64');
  state.parameters[3].data = data;
  const model = NETWORKS.DomainMLP(2);
  const before = model.parameters().map(bytes);
  assert.throws(
    () => model.restore(state),
    /DomainMLP.restore: hidden1\/bias holds a number that is not finite; the saved model had diverged/,
  );
  assert.deepEqual(model.parameters().map(bytes), before);
});

test('a running variance that is none, and a running mean saved as a weight, are refused', () => {
  const state = throughJson(grown('normalised SingleHeadMLP').state());
  const changed = (name: string, change: object) => {
    const parameters = state.parameters.map((one) => (one.name === name ? { ...one, ...change } : one));
    return () => Model.from({ ...state, parameters });
  };
  const data = Buffer.from(new Float32Array(7).fill(-1).buffer).toString('base64');
  assert.throws(
    changed('hidden0/norm/runningVariance', { data }),
    /SingleHeadMLP.restore: hidden0\/norm\/runningVariance holds a negative number; the saved model is damaged; use another copy/,
  );
  assert.throws(
    changed('hidden0/norm/runningMean', { frozen: false }),
    /hidden0\/norm\/runningMean is no weight, but saved as one/,
  );
  changed('hidden0/norm/runningMean', { data })();
});

test('saved tasks that a model could not answer by are refused', () => {
  const state = throughJson(grown('MultiHeadMLP').state());
  const [first, second] = state.tasks as unknown as Record<string, unknown>[];
  const inputs = first.inputs as Record<string, unknown>;
  const refused = (task: object, reason: RegExp) => {
    const damaged = { ...state, tasks: [{ ...first, ...task }, second] } as unknown as ModelState;
    assert.throws(() => Model.from(damaged), ({ message }: Error) => reason.test(message) || assert.fail(message)); // prettier-ignore
  };
  refused({ id: second.id }, /the id of a task is 1, no whole number of its own/);
  refused({ id: -1 }, /the id of a task is -1/);
  refused({ classes: [0] }, /the classes of task 0 and their names do not fit together/);
  refused({ classes: [], classNames: [] }, /the classes of task 0/);
  refused({ classes: [1, 1] }, /the classes of task 0/);
  const [category, number] = inputs.columns as Record<string, unknown>[];
  const twice = { ...category, categories: ['low', 'low', 'high', 'top', 'none'] };
  const wrongInputs: [string, unknown][] = [
    ['shape', [6, 1, 2]],
    ['shape', [6, 1, 1]],
    ['mean', [1, 2]],
    ['std', [1, 1, 1, 1, 1, 0]],
    ['columns', [category, { name: 'y', kind: 'date' }]],
    ['columns', [category]],
    ['columns', [category, number, number]],
    ['columns', [twice, number]],
  ];
  for (const [name, value] of wrongInputs) {
    refused({ inputs: { ...inputs, [name]: value } }, /what the inputs of task 0 are is damaged/);
  }
});

test('a folder holds model.safetensors; what is no saved model, or of an architecture nobody knows, is refused', async () => {
  const model = grown('MultiHeadMLP');
  await model.save(join(folder, 'own', 'folder'));
  assert.deepEqual((await Model.load(join(folder, 'own', 'folder'))).state(), model.state());
  await assert.rejects(Model.load(join(folder, 'nothing')), /nothing.model\.safetensors: cannot be read \(ENOENT\)/);
  await assert.rejects(Model.load(''), /Model.load: the path is empty/);
  class Unknown extends MultiHeadMLP {
    override readonly architecture = 'Unknown' as never;
  }
  await new Unknown(NET).save(join(folder, 'unknown'));
  await assert.rejects(
    Model.load(join(folder, 'unknown')),
    /architecture: there is none called 'Unknown'; known architectures: .*MultiHeadMLP/,
  );
});
