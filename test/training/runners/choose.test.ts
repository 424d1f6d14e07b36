import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../src/backend';
import { NaiveTrainer } from '../../../src/methods';
import type { TrainCall } from '../../../src/training';
import { notRecordable } from '../../../src/training/runners/choose';
import { easyStream, smallModel } from '../../methods/fixtures';

before(async () => {
  await initBackend('native');
});

test('a short task is not recorded unless that is asked for, and the environment can ask', async (t) => {
  const train = async (call: TrainCall = {}) => {
    const report = await new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 2 }).trainTask(
      easyStream('class-incremental').trainLoaders[0],
      call,
    );
    return [report.execution, report.executionNote];
  };
  delete process.env.CL_EXECUTION;
  t.after(() => delete process.env.CL_EXECUTION);
  assert.deepEqual(await train(), ['op-by-op', '10 steps are too few to record']);
  assert.deepEqual(await train({ execution: 'recorded' }), ['recorded', undefined]);
  process.env.CL_EXECUTION = 'recorded';
  assert.deepEqual(await train(), ['recorded', undefined]);
  process.env.CL_EXECUTION = 'fast';
  await assert.rejects(train(), /CL_EXECUTION: unknown execution 'fast'; use auto, recorded or op-by-op/);
});

class Base {
  static readonly recordable: boolean = true;
  draws() {}
  loss() {}
}
class Declared extends Base {
  static override readonly recordable: boolean = true;
  override loss() {}
}
class Inheriting extends Declared {}
class Undeclared extends Declared {
  override draws() {}
}
class Withdrawn extends Base {
  static override readonly recordable: boolean = false;
  override loss() {}
}

test('a step is recordable when each class that overrides one of its hooks says so itself', () => {
  const why = (object: object) => notRecordable(object, ['draws', 'loss']);
  assert.deepEqual([why(new Base()), why(new Declared()), why(new Inheriting())], [undefined, undefined, undefined]);
  assert.equal(why(new Undeclared()), 'Undeclared overrides draws and does not declare: static readonly recordable = true');
  assert.match(why(new Withdrawn())!, /^Withdrawn overrides loss/);
});

test('a phase without a full batch runs op by op, and says why', async () => {
  const [loader] = easyStream('class-incremental', 100).trainLoaders;
  const report = await new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 2 }).trainTask(loader, { execution: 'recorded' });
  assert.deepEqual([report.execution, report.executionNote], ['op-by-op', 'recording: there is no full batch']);
});
