import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { initBackend, loadVariable, readSaved, saveVariable, Variable, writeSaved, type TensorState } from '../../src/backend';
import { datasetFromTable } from '../../src/data';
import {
  EWC,
  ExperienceReplay,
  findMethod,
  GEM,
  loadTrainer,
  METHODS,
  registerMethod,
  type ReplayBuffer,
} from '../../src/methods';
import { architectureFor, DomainMLP, Model, type MultiHeadMLP } from '../../src/models';
import { domainScenario } from '../../src/scenarios';
import { CLTrainer, type TrainerOptions } from '../../src/training';
import { RandomStream } from '../../src/utils/random';
import { needsPython, runPython } from '../python';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend();
});

const folder = mkdtempSync(join(tmpdir(), 'load-'));
after(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);

const OPTIONS = { epochs: 2, lr: 0.02, seed: 1 };
const model = () => smallModel('MultiHeadMLP') as MultiHeadMLP;
const stream = () => easyStream('task-incremental');

for (const entry of METHODS) {
  test(`${entry.name}: saved after two tasks, it is made anew from the file alone, and learns the third as the first one does`, async () => {
    const scenario = entry.needs.notIn?.['task-incremental'] ? 'class-incremental' : 'task-incremental';
    const options = { ...OPTIONS, ...(entry.name === 'randumb' && { features: 20 }) };
    const trainer = entry.create(smallModel(entry.needs.architecture ?? architectureFor(scenario)), options);
    const { trainLoaders, testLoaders } = easyStream(scenario);
    for (const loader of trainLoaders.slice(0, 2)) {
      await trainer.trainTask(loader, { execution: 'op-by-op' });
      await trainer.consolidate(loader);
    }
    await trainer.save(at(entry.name));
    const loaded = await loadTrainer(at(entry.name));
    assert.equal(loaded.constructor, trainer.constructor);
    assert.deepEqual(loaded.options, trainer.options);
    for (const one of [trainer, loaded]) await one.runSequence({ trainLoaders, testLoaders }, { execution: 'op-by-op' });
    assert.equal(JSON.stringify(loaded.state()), JSON.stringify(trainer.state()));
  });
}

test('a variant of a method, and one with its old option names, are found by the method they belong to', async () => {
  const ewc = new EWC(model(), { ...OPTIONS, online: true, gamma: 0.9 });
  const gem = new GEM(model(), { ...OPTIONS, memorySize: 9 });
  for (const trainer of [ewc, gem]) {
    await trainer.save(at('variant'));
    const loaded = await loadTrainer(at('variant'));
    assert.deepEqual([loaded.method, loaded.options], [trainer.method, trainer.options]);
  }
});

/** As a user would write it: remembers the mean of the weights at the end of each task. */
class Own extends CLTrainer<{ strength: number }> {
  override readonly method = 'own';
  readonly means = new Variable('means', [0]);
  constructor(network: Model, options: Partial<TrainerOptions & { strength: number }> = {}) {
    super(network, options, { strength: 1 });
  }
  protected override endTask(): void {
    const [weight] = this.model.parameters();
    this.means.set(Float32Array.of(...this.means.data(), (weight.data() as Float32Array).reduce((a, b) => a + b)), [this.means.shape[0] + 1]);
  }
  protected override memoryState(): object {
    return { means: saveVariable(this.means) };
  }
  protected override restoreMemory({ means }: { means: TensorState }): void {
    loadVariable(this.means, means);
  }
} // prettier-ignore

test('a method of one’s own: by hand, or by name once it is registered', async () => {
  const trainer = new Own(model(), { ...OPTIONS, strength: 3 });
  await trainer.runSequence(stream());
  await trainer.save(at('own'));
  await assert.rejects(
    loadTrainer(at('own')),
    /own.trainer\.safetensors: its method 'own' is not known by name; call registerMethod before, or make the trainer by hand/,
  );
  const byHand = await new Own(model(), { ...OPTIONS, strength: 3 }).load(at('own'));
  assert.deepEqual(byHand.means.data(), trainer.means.data());
  registerMethod({ ...findMethod('naive'), name: 'own', label: 'Own', create: (network, options) => new Own(network, options) });
  const byName = (await loadTrainer(at('own'))) as unknown as Own;
  assert.deepEqual([byName.means.data(), byName.options.strength], [trainer.means.data(), 3]);
  assert.deepEqual(byName.state(), trainer.state());
});

test('a memory that a method of one’s own does not check fails in words, and the half restored trainer is not used', async () => {
  class Trusting extends Own {
    seen = 0;
    protected override restoreMemory(saved: object): void {
      this.seen = (saved as { counts: { seen: number } }).counts.seen;
    }
  }
  const trainer = new Trusting(model(), OPTIONS);
  const file = at('trusting.safetensors');
  await trainer.save(file);
  await assert.rejects(
    trainer.load(file),
    /^Error: .*trusting.safetensors: what the method remembers cannot be taken over \(Cannot read prop.*\); use another copy$/,
  );
  await assert.rejects(
    trainer.trainTask(stream().trainLoaders[0]),
    /a restore failed half-way, so model and memory may not belong/,
  );
});

test('next week: a saved trainer learns the data of a further period, and keeps what it knew', async () => {
  const random = new RandomStream(3, 'weeks');
  const rows = (week: string) =>
    Array.from({ length: 300 }, () => {
      const [age, visits] = [20 + 50 * random.uniform(), 10 * random.uniform()];
      return { age, visits, week, outcome: age + 5 * visits > 70 ? 'stays' : 'leaves' };
    });
  const table = { label: 'outcome', domain: 'week' };
  const dataset = datasetFromTable([...rows('week 1'), ...rows('week 2')], table);
  const weeks = domainScenario(dataset, { batchSize: 32 });
  const network = new DomainMLP({ inputSize: weeks.tasks[0].inputSize, hidden: [16], nClasses: 2, seed: 1 });
  const first = new ExperienceReplay(network, { epochs: 10, lr: 0.05, capacity: 100, seed: 1 });
  const tracker = await first.runSequence(weeks);
  await first.save(at('weeks'));

  const next = domainScenario(datasetFromTable(rows('week 3'), { ...table, like: dataset }), { batchSize: 32, firstTaskId: 2 });
  const trainer = await loadTrainer(at('weeks'));
  assert.deepEqual(trainer.tracker!.matrix, tracker.matrix);
  await trainer.trainTask(next.trainLoaders[0]);
  await trainer.consolidate(next.trainLoaders[0]);
  for (const loader of [...weeks.testLoaders, ...next.testLoaders]) {
    const accuracy = await trainer.evaluate(loader);
    assert.ok(accuracy > 0.85, `${loader.task.name}: ${accuracy}`);
  }
  assert.deepEqual([...(trainer as unknown as ExperienceReplay).buffer.countByTask().keys()].sort(), [0, 1, 2]);
  assert.equal(trainer.model.predict([{ age: 60, visits: 9 }])[0].className, 'stays');
  await trainer.save(at('weeks'));
  assert.deepEqual((await Model.load(at('weeks'))).learnt, ['week 1', 'week 2', 'week 3']);
  await network.save(at('weeks')); // of two weeks
  await assert.rejects(
    Model.load(at('weeks')),
    /Model.load: the folder '.*weeks' holds a saved model and a saved trainer, .*; name the file: /,
  );
  assert.equal((await Model.load(at('weeks', 'model.safetensors'))).learnt.length, 2);
  assert.equal((await Model.load(at('weeks', 'trainer.safetensors'))).learnt.length, 3);
});

test('Python reads the weights of a saved model and the memory of a saved trainer, number by number, and the rest as JSON', async (context) => {
  if (!needsPython(context, 'safetensors')) return;
  const trainer = new ExperienceReplay(model(), { ...OPTIONS, capacity: 50 });
  await trainer.runSequence(stream());
  await trainer.save(at('python'));
  await trainer.model.save(at('python', 'model.safetensors'));
  const script = `
import json, struct, sys
from safetensors import deserialize, safe_open
folder = json.load(sys.stdin)
def read(name):
    with open(folder + '/' + name, 'rb') as file: tensors = deserialize(file.read())
    numbers = lambda t: struct.unpack('<%d%s' % (len(t['data']) // 4, 'f' if t['dtype'] == 'F32' else 'i'), t['data'])
    with open(folder + '/' + name, 'rb') as file: header = json.loads(file.read(struct.unpack('<Q', file.read(8))[0]))
    return {'tensors': {name: [t['shape'], numbers(t)] for name, t in tensors}, 'state': json.loads(header['__metadata__']['state'])}
print(json.dumps([read('model.safetensors'), read('trainer.safetensors')]))`;
  const [network, whole] = runPython(script, at('python')) as { tensors: Record<string, unknown>; state: Record<string, unknown> }[];
  const weights = trainer.model.parameters().map(({ name, shape }, i) => {
    return [name, [shape, [...trainer.model.parameters()[i].data()]]];
  });
  assert.deepEqual(network.tensors, Object.fromEntries(weights));
  assert.equal(network.state.architecture, 'MultiHeadMLP');
  const buffer = trainer.buffer as ReplayBuffer;
  assert.deepEqual(whole.tensors['memory/labels'], [[50], [...buffer.labels.data()]]);
  assert.deepEqual(whole.tensors['memory/images'], [[50 * 16], [...buffer.images.data()]]);
  assert.deepEqual(whole.tensors['model/head2/bias'], network.tensors['head2/bias']);
  assert.equal((whole.state.options as { capacity: number }).capacity, 50);
}); // prettier-ignore

test('names in a file are only names: none leads to another file, or to what JavaScript itself has under it', async () => {
  const trainer = new EWC(model(), OPTIONS);
  await trainer.runSequence(stream());
  const state = trainer.state();
  const file = at('names', 'trainer.safetensors');
  for (const name of ['../../evil', '/etc/passwd', 'toString', 'hasOwnProperty', '..', 'file:///etc/passwd']) {
    const changed: [object, RegExp][] = [
      [{ method: name }, /trainer.safetensors: its method '.*' is not known by name/],
      [{ trainer: name }, /trainer.safetensors: the saved trainer is a '.*'|EWC.restore: the saved trainer is a '.*'/],
      [{ model: { ...state.model, architecture: name } }, /architecture: there is none called '.*'; known architectures/],
      [{ options: { ...state.options, [name]: 1 } }, /EWC: unknown option '.*'/],
      [{ optimizer: { ...state.optimizer, kind: name } }, /the state is of '.*', this optimizer is 'sgd'/],
      [{ history: { ...state.history, scenario: name } }, /scenario of its history is '.*'/],
    ];
    for (const [change, message] of changed) {
      writeSaved(file, 'trainer', { ...state, ...change });
      await assert.rejects(loadTrainer(file), message);
    }
    const parameters = state.model.parameters.map((one, i) => (i === 0 ? { ...one, name } : one));
    writeSaved(file, 'trainer', { ...state, model: { ...state.model, parameters } });
    assert.deepEqual(readdirSync(at('names')), ['trainer.safetensors'], 'tensors stay inside the file');
    await assert.rejects(
      loadTrainer(file),
      ({ message }: Error) => /has no hidden0\/weight|has hidden0\/weight, the/.test(message) || assert.fail(message),
    );
  }
  for (const name of ['__proto__', 'constructor', '$tensor']) {
    const options = JSON.parse(`{"${name}": {"polluted": true}}`) as object;
    assert.throws(
      () => writeSaved(file, 'trainer', { ...state, options }),
      /saving: .* an object with the name .*, which is not saved/,
    );
  }
});

const HOSTILE: unknown[] = [
  null, true, '', 'x', 'constructor', -1, 0, 0.5, 1e9, 2 ** 53, 1e308, NaN, Infinity, [], {}, [[]], [null], [1e9, 1e9],
  { shape: [1e9, 1e9], dtype: 'float32', data: '' }, { length: 1e9 }, { 0: 1 }, 'é'.repeat(1000), Array(1000).fill(0),
]; // prettier-ignore

/** A copy with one entry somewhere replaced, removed or doubled. */
function mutated(state: object, random: RandomStream): object {
  const copy = structuredClone(state) as Record<string, unknown>;
  const holders: (Record<string, unknown> | unknown[])[] = [];
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    holders.push(value as Record<string, unknown>);
    for (const [name, entry] of Object.entries(value)) if (name !== 'shape') visit(entry);
  };
  visit(copy);
  const holder = holders[random.integer(holders.length)] as Record<string, unknown>;
  const names = Object.keys(holder);
  const name = names.length ? names[random.integer(names.length)] : 'more';
  const what = random.integer(10);
  if (what === 0) delete holder[name];
  else if (what === 1 && Array.isArray(holder)) holder.push(structuredClone(holder[0]));
  else if (what === 2) holder[random.integer(2) ? 'more' : '99'] = structuredClone(holder[name]);
  else holder[name] = HOSTILE[random.integer(HOSTILE.length)];
  return copy;
}

test('2,000 seeded changes of saved trainers, with right checksums: each is an error in one line, or makes a trainer', async (context) => {
  context.mock.method(console, 'warn', () => undefined);
  const random = new RandomStream(6, 'changes');
  const file = at('changed.safetensors');
  const states = ['ewc', 'er', 'gem', 'pnn'].map(
    (name) => readSaved(at(name, 'trainer.safetensors'), ['trainer']).state as object,
  );
  const seen = { errors: 0, made: 0 };
  for (let i = 0; i < 2000; i++) {
    let state = mutated(states[i % states.length], random);
    if (i % 3 === 0) state = mutated(state, random);
    let trainer: CLTrainer<object> | undefined;
    try {
      writeSaved(file, 'trainer', state);
      trainer = await loadTrainer(file);
      JSON.stringify(trainer.state());
      seen.made++;
    } catch (error) {
      const { name, message, stack } = error as Error;
      assert.equal(name, 'Error', `change ${i}: ${stack}`);
      assert.match(message, /^[^\n]{2,200}[:,] [^\n]{8,400}$/, `change ${i}`);
      seen.errors++;
    }
    trainer?.dispose();
    trainer?.model.dispose();
  }
  assert.ok(seen.errors > 1000 && seen.made > 20, JSON.stringify(seen));
  assert.ok(process.memoryUsage().rss < 2e9);
  assert.ok(readFileSync(file).length < 1e6);
});
