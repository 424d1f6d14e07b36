import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend, type Value } from '../../../src/backend';
import { ExperienceReplay, NaiveTrainer } from '../../../src/methods';
import { amongActive } from '../../../src/methods/parts/activeOutputs';
import { MLP } from '../../../src/models';
import { task } from '../../models/fixtures';
import { easyStream, smallModel } from '../fixtures';

before(async () => {
  await initBackend('native');
});

const OPTIONS = { epochs: 6, lr: 0.05, seed: 1 };

test('outputs of other classes are out: those of no task, those of other tasks than a row’s', () => {
  const model = new MLP({ inputSize: 6, hidden: [2], nClasses: 5, seed: 1 });
  for (const id of [0, 1]) model.meet(task(id, { scenario: 'class-incremental' })); // classes 0, 1 and 2, 3
  const { kernels: k, scope, toHost } = backend();
  const rows = (of: (logits: Value) => Value) =>
    scope(() => Array.from(toHost(of(k.tensor(new Float32Array(10).fill(1), [2, 5])))).map((value) => Number(value > 0)));
  assert.deepEqual(rows((logits) => amongActive(k, logits, model, 'all', 0)), [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]); // prettier-ignore
  assert.deepEqual(rows((logits) => amongActive(k, logits, model, 'seen', 0)), [1, 1, 1, 1, 0, 1, 1, 1, 1, 0]); // prettier-ignore
  assert.deepEqual(rows((logits) => amongActive(k, logits, model, 'task', 1)), [0, 0, 1, 1, 0, 0, 0, 1, 1, 0]); // prettier-ignore
  const tasks = Int32Array.of(1, 0);
  assert.deepEqual(rows((logits) => amongActive(k, logits, model, 'task', k.tensor(tasks, [2]))), [0, 0, 1, 1, 0, 1, 1, 0, 0, 0]); // prettier-ignore
});

test('with the outputs of the task alone, old classes’ outputs do not learn from new samples', async () => {
  const { trainLoaders } = easyStream('class-incremental');
  const columns = async (activeOutputs: 'all' | 'task') => {
    const model = smallModel('SingleHeadMLP');
    const trainer = new NaiveTrainer(model, { ...OPTIONS, activeOutputs });
    await trainer.trainTask(trainLoaders[0]);
    model.prepareTask(trainLoaders[1].task);
    const old = () => Array.from(model.parameters().at(-1)!.data()).slice(0, 2);
    const before = old();
    await trainer.trainTask(trainLoaders[1], { execution: 'recorded' });
    return before.map((value, i) => Math.abs(value - old()[i]));
  };
  assert.deepEqual(await columns('task'), [0, 0]);
  assert.ok((await columns('all')).every((change) => change > 0.01));
});

test('replay: each stored sample competes within its own task', async () => {
  const learn = async (activeOutputs: 'all' | 'seen' | 'task') => {
    const trainer = new ExperienceReplay(smallModel('SingleHeadMLP'), { ...OPTIONS, activeOutputs, replayRatio: 1 });
    const losses: number[] = [];
    await trainer.runSequence(easyStream('class-incremental'), { onLosses: (some) => void losses.push(...some) });
    return losses;
  };
  const [all, seen, own] = [await learn('all'), await learn('seen'), await learn('task')];
  all.forEach((loss, i) => assert.ok(Math.abs(loss - seen[i]) < 1e-5, 'a growing head has no others'));
  const mean = (losses: number[]) => losses.slice(30, 40).reduce((a, b) => a + b) / 10;
  assert.ok(mean(own) < 0.8 * mean(all), `${mean(own)} among two classes, ${mean(all)} among all`);
  assert.throws(
    () => new NaiveTrainer(smallModel('DomainMLP'), { activeOutputs: 'some' as never }),
    /activeOutputs must be 'all', 'seen' or 'task'/,
  );
});
