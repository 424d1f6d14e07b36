import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import {
  Cumulative,
  EWC,
  ExperienceReplay,
  GEM,
  loadTrainer,
  LwF,
  NaiveTrainer,
  PNNTrainer,
  SynapticIntelligence,
} from '../../src/methods';
import { Model, type MultiHeadMLP } from '../../src/models';
import type { CLTrainer, SequenceCall } from '../../src/training';
import { RandomStream } from '../../src/utils/random';
import { TwoPhases } from '../examples/twoPhases';
import { easyStream, lifeStream, smallModel, Stutter, untilDone } from '../methods/fixtures';
import { learn, LEARNERS, trainerOf } from './killed';
import type { Killed, Learner } from './killed';

before(async () => {
  await initBackend();
});

const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
after(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);

const script = require.resolve('./killed');
const argumentsOf = (job: Killed) => [script, JSON.stringify(job)];
const environment = { ...process.env, NODE_TEST_CONTEXT: undefined }; // else the child would report to our own runner
const endsIn = (job: Killed) => JSON.parse(readFileSync(join(job.folder, 'ends.json'), 'utf8')) as Record<string, string>;

/** Recorded those whose recorded steps keep something: draws, calls of the host, columns, phases, running means. */
const RECORDED = ['er', 'gem', 'pnn', 'packnet', 'ewc-online'];

for (const execution of ['recorded', 'op-by-op'] as const) {
  test(`killed once in the middle of each method's second task and started anew, it ends bit for bit like a run left alone, ${execution}`, async () => {
    const random = new RandomStream(2, execution);
    const learners = LEARNERS.filter(({ name }) => execution === 'op-by-op' || RECORDED.includes(name));
    const job: Killed = { folder: at(execution), execution, learners, everySteps: 4 };
    mkdirSync(job.folder);
    const live = (kill?: Killed['kill']) =>
      spawnSync(process.execPath, argumentsOf({ ...job, kill }), { env: environment, encoding: 'utf8' });
    const names = learners.map(({ name }) => name);
    for (const [i, name] of [...names, undefined].entries()) {
      const kill = name && { name, steps: 1 + random.integer(26) };
      const { signal, status, stdout, stderr } = live(kill || undefined);
      assert.ok(kill ? signal === 'SIGKILL' : status === 0, `${JSON.stringify(kill)}: ${stderr}`);
      if (i > 0) assert.match(stdout, new RegExp(`: goes on from .*[\\\\/]${names[i - 1]}[\\\\/].*, 1 task learnt`));
    }
    for (const learner of learners) {
      assert.equal(endsIn(job)[learner.name], await learn(trainerOf(learner), { execution }), learner.name);
      assert.deepEqual(readdirSync(join(job.folder, learner.name)), ['trainer.safetensors']);
    }
  });
}

test('killed at any moment, also while it saves, there is a whole checkpoint, and in the end the numbers of a run left alone', async () => {
  const er: Learner = { name: 'er', method: 'er', options: {} };
  const job: Killed = { folder: at('any'), execution: 'op-by-op', learners: [er], everySteps: 1 };
  mkdirSync(job.folder);
  const random = new RandomStream(4, 'moments');
  let steps = -1;
  for (let kills = 0; ; kills++) {
    const child = spawn(process.execPath, argumentsOf(job), { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<[code: number | null, signal: string | null]>((resolve) =>
      child.on('exit', (...how) => resolve(how)),
    );
    if (kills < 6) child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), random.integer(400))); // data: it begins
    const [code] = await ended;
    if (code === 0) break;
    const file = join(job.folder, 'er', 'trainer.safetensors');
    if (!existsSync(file)) continue; // killed before the first step
    const { history, cursor } = (await loadTrainer(join(job.folder, 'er'))).state();
    const now = 28 * history.trained.length + (cursor ? 7 * cursor.epoch + cursor.batch : 0);
    assert.ok(now >= steps, `${now} steps, ${steps} before`);
    steps = now;
  }
  assert.equal(endsIn(job).er, await learn(trainerOf(er), { execution: 'op-by-op' }));
  assert.deepEqual(readdirSync(join(job.folder, 'er')), ['trainer.safetensors']);
});

const OPTIONS = { epochs: 2, lr: 0.02, seed: 1 };
const model = () => smallModel('MultiHeadMLP') as MultiHeadMLP;
const stream = () => easyStream('task-incremental');

test('a finished run comes from its checkpoint without a step', async () => {
  const checkpoint = { folder: at('finished') };
  const whole = await new NaiveTrainer(model(), OPTIONS).runSequence(stream(), { checkpoint });
  const never = () => assert.fail('a step was trained');
  const again = new NaiveTrainer(model(), OPTIONS);
  assert.deepEqual((await again.runSequence(stream(), { checkpoint, onLosses: never })).matrix, whole.matrix);
});

for (const Method of [EWC, Cumulative, LwF, SynapticIntelligence, TwoPhases]) {
  test(`${Method.name}: interrupted again and again, it saves, and each time a new trainer goes on from there`, async () => {
    const checkpoint = { folder: at('interrupted', Method.name) };
    const options = { ...OPTIONS, epochs: 4 };
    const [scenario, network] =
      Method === LwF ? (['domain-incremental', 'DomainMLP'] as const) : (['task-incremental', 'MultiHeadMLP'] as const);
    const make = () => new Method(smallModel(network), options) as CLTrainer<object>;
    const { result, interruptions } = await untilDone(() =>
      make().runSequence(easyStream(scenario), { checkpoint, execution: 'op-by-op', signal: new Stutter() }),
    );
    assert.ok(interruptions >= 2);
    const whole = make();
    await whole.runSequence(easyStream(scenario), { execution: 'op-by-op' });
    assert.deepEqual(result.matrix, whole.tracker!.matrix);
    assert.deepEqual((await make().load(checkpoint.folder)).state(), whole.state());
  });
}

test('every so many steps means after these steps of each task, and after each task', async () => {
  const trainer = new NaiveTrainer(model(), OPTIONS); // 10 steps a task
  const file = at('steps', 'trainer.safetensors');
  const saved: string[] = [];
  let [task, last] = [0, ''];
  const look = () => {
    const content = existsSync(file) ? readFileSync(file).toString('latin1') : '';
    if (content !== last) saved.push(/"cursor\\":null/.test(content) ? 'between' : `${task}: ${/"epoch\\":(\d),\\"batch\\":(\d)/.exec(content)!.slice(1)}`);
    last = content;
  }; // prettier-ignore
  const probes = { steps: Array.from({ length: 11 }, (_, step) => step), measure: look };
  const onTask = () => void task++;
  await trainer.runSequence(stream(), { checkpoint: { folder: at('steps'), everySteps: 4 }, probes, onTask });
  look();
  const each = (n: number) => [`${n}: 0,4`, `${n}: 1,3`];
  assert.deepEqual(saved, [...each(0), 'between', ...each(1), 'between', ...each(2), 'between']);
});

test('save in a probe or in a callback: loaded, it goes on from that step', async () => {
  const whole = new ExperienceReplay(model(), OPTIONS);
  const end = JSON.stringify(await whole.runSequence(stream(), { execution: 'op-by-op' }).then(() => whole.state()));
  const kinds: Record<string, (trainer: NaiveTrainer) => SequenceCall> = {
    probe: (trainer) => ({ probes: { steps: [7], measure: () => trainer.save(at('probe')) } }),
    callback: (trainer) => ({ onProgress: ({ step }) => step > 6 && void trainer.save(at('callback')) }),
  };
  for (const [kind, callOf] of Object.entries(kinds)) {
    const trainer = new ExperienceReplay(model(), OPTIONS);
    await trainer.runSequence(stream(), { execution: 'op-by-op', ...callOf(trainer as never) });
    const loaded = await loadTrainer(at(kind));
    await loaded.runSequence(stream(), { execution: 'op-by-op' });
    assert.equal(JSON.stringify(loaded.state()), end, kind);
  }
});

test('a checkpoint of another method, other options, another model or another stream is neither taken over nor replaced', async () => {
  const checkpoint = { folder: at('mine') };
  const file = at('mine', 'trainer.safetensors');
  await new EWC(model(), OPTIONS).runSequence(stream(), { checkpoint });
  const before = readFileSync(file);
  const refused = async (trainer: NaiveTrainer | EWC | GEM, message: RegExp, tasks = stream()) => {
    await assert.rejects(trainer.runSequence(tasks, { checkpoint }), message);
    assert.deepEqual(readFileSync(file), before);
  };
  const name = 'mine.trainer\\.safetensors: ';
  await refused(new GEM(model(), OPTIONS), new RegExp(`${name}the saved trainer is a 'EWC'`));
  await refused(new EWC(model(), { ...OPTIONS, lambda: 7 }), new RegExp(`${name}lambda is 7 here and 100 in the saved trainer`));
  await refused(new EWC(smallModel('MultiHeadMLP', 8), OPTIONS), new RegExp(`${name}seed is 8 here and 7 in the saved trainer`));
  await refused(new EWC(model(), OPTIONS), new RegExp(`${name}it is of a run that was given task 1 \\(classes 0, 1\\) with other samples, in another order`), easyStream('task-incremental', 8));
  await refused(new EWC(model(), OPTIONS), new RegExp(`${name}the train data of task 1 .* is of another stream`), lifeStream('task-incremental'));
  const begun = new EWC(model(), { ...OPTIONS, epochs: 1 });
  await begun.runSequence(stream());
  await refused(begun, new RegExp(`${name}epochs is 1 here and 2`));
}); // prettier-ignore

test('a trainer that has begun already keeps what it knows, and replaces a checkpoint of its own', async () => {
  const checkpoint = { folder: at('begun') };
  const trainer = new EWC(model(), OPTIONS);
  const { trainLoaders, testLoaders } = stream();
  await trainer.runSequence({ trainLoaders: trainLoaders.slice(0, 1), testLoaders: testLoaders.slice(0, 1) }, { checkpoint });
  const size = statSync(at('begun', 'trainer.safetensors')).size;
  await trainer.runSequence({ trainLoaders, testLoaders }, { checkpoint });
  assert.ok(statSync(at('begun', 'trainer.safetensors')).size > size);
  assert.deepEqual((await loadTrainer(at('begun'))).tracker!.matrix, trainer.tracker!.matrix);
});

test('a trainer whose weights are no numbers any more is not saved over a good one', async () => {
  const trainer = new NaiveTrainer(model(), OPTIONS);
  await trainer.runSequence(stream());
  await trainer.save(at('good'));
  const before = readFileSync(at('good', 'trainer.safetensors'));
  const [weight] = trainer.model.parameters();
  weight.set(weight.data().fill(NaN) as Float32Array);
  await assert.rejects(
    trainer.save(at('good')),
    /^Error: saving: model\/hidden0\/weight holds a number that is not finite; training has/,
  );
  await assert.rejects(
    trainer.model.save(at('good', 'm.safetensors')),
    /saving: hidden0\/weight holds a number that is not finite/,
  );
  assert.deepEqual(readFileSync(at('good', 'trainer.safetensors')), before);
  assert.deepEqual(readdirSync(at('good')), ['trainer.safetensors']);
});

test('by hand: load takes over what save of a trainer with the same options wrote, and gives the trainer', async () => {
  const first = new PNNTrainer(smallModel('ProgressiveNeuralNet') as never, OPTIONS);
  await first.runSequence(stream());
  await first.save(at('hand.safetensors'));
  const second = await new PNNTrainer(smallModel('ProgressiveNeuralNet') as never, OPTIONS).load(at('hand.safetensors'));
  assert.deepEqual(second.state(), first.state());
  await assert.rejects(
    new NaiveTrainer(model(), OPTIONS).load(at('hand.safetensors')),
    /hand.safetensors: the saved trainer is a 'PNNTrainer'/,
  );
  await assert.rejects(new NaiveTrainer(model(), OPTIONS).load(at('nothing')), /trainer.safetensors: cannot be read \(ENOENT\)/);
  await first.model.save(at('model'));
  await assert.rejects(
    new NaiveTrainer(model(), OPTIONS).load(at('model', 'model.safetensors')),
    /it holds 'model', not a trainer/,
  );
  assert.equal((await Model.load(at('hand.safetensors'))).architecture, 'ProgressiveNeuralNet');
});

test('while a call runs, a trainer is neither loaded nor saved from outside', async () => {
  const trainer = new NaiveTrainer(model(), OPTIONS);
  const running = trainer.trainTask(stream().trainLoaders[0]);
  await assert.rejects(trainer.save(at('outside')), /NaiveTrainer.trainTask is still running on this model; wait for it/);
  await assert.rejects(trainer.load(at('hand.safetensors')), /NaiveTrainer.load: NaiveTrainer.trainTask is still running/);
  await running;
  writeFileSync(at('plain'), '');
  await assert.rejects(trainer.save(at('plain')), /the folder cannot be made/);
});
