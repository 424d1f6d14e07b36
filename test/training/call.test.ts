import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCall } from '../../src/training/call';

test('options of a training call that do not exist or cannot be meant are refused', () => {
  const refused = (call: object, reason: RegExp) =>
    assert.throws(() => checkCall('trainTask', call, 'nTasks'), { name: 'Error', message: reason });
  refused({ onProgres: () => {} }, /^trainTask: unknown option 'onProgres'; known options: onProgress, /);
  refused([], /options must be an object of named values, got \[\]/);
  refused(null as never, /options must be an object of named values, got null/);
  for (const name of ['onProgress', 'onLosses', 'onTask'])
    refused({ [name]: 'text' }, new RegExp(`${name} must be a function, got 'text'`));
  refused({ signal: true }, /signal must have a field aborted, got true; pass the signal of an AbortController/);
  refused({ signal: new AbortController() }, /signal must have a field aborted/);
  refused({ execution: 'fast' }, /execution must be 'auto', 'recorded' or 'op-by-op', got 'fast'/);
  refused({ nTasks: 0 }, /nTasks must be a whole number of at least 1, got 0/);
  refused({ probes: { steps: 5, measure: () => {} } }, /probes.steps must list whole numbers of steps, from 0/);
  refused({ probes: { steps: [-1], measure: () => {} } }, /probes.steps must list whole numbers/);
  refused({ probes: { every: 0, measure: () => {} } }, /probes.every/);
  refused({ probes: { every: 2, steps: [1], measure: () => {} } }, /probes has steps and every; give one of the two/);
  refused({ probes: { measure: () => {} } }, /probes has neither steps nor every/);
  refused({ probes: { steps: [1] } }, /probes.measure must be a function, got undefined/);
  refused({ checkpoint: { folder: 'runs/x' } }, /unknown option 'checkpoint'/);
  refused({ probes: { steps: [1], mesure: () => {} } }, /unknown option 'mesure'/);
});

test('only a whole sequence has a checkpoint; its folder has a name, and it is saved after one step or more', () => {
  const refused = (checkpoint: unknown, reason: RegExp) =>
    assert.throws(() => checkCall('runSequence', { checkpoint } as object, 'checkpoint'), { name: 'Error', message: reason });
  assert.throws(
    () => checkCall('runSequence', { nTasks: 3 }, 'checkpoint'),
    /unknown option 'nTasks'; known options: .*checkpoint/,
  );
  refused({ folder: '' }, /^runSequence, checkpoint: folder is empty/);
  refused({ everySteps: 3 }, /folder must be text, got undefined/);
  refused({ folder: 'x', every: 3 }, /unknown option 'every'; known options: folder, everySteps/);
  refused({ folder: 'x', everySteps: 0.5 }, /everySteps must be a whole number of at least 1, got 0.5/);
  refused('runs/x', /options must be an object of named values, got 'runs\/x'/);
});

test('what can be meant passes', () => {
  class Watch {
    get aborted() {
      return false;
    }
  }
  checkCall('trainTask', {}, 'nTasks');
  checkCall('trainTask', { signal: new AbortController().signal, nTasks: 3, execution: 'auto', onTask: undefined }, 'nTasks');
  checkCall('trainTask', { signal: new Watch(), probes: { steps: [], measure: () => {} } }, 'nTasks');
  checkCall('runSequence', { checkpoint: { folder: 'runs/x', everySteps: 1 } }, 'checkpoint');
});
