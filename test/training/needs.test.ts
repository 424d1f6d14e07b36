import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsFit } from '../../src/training';

test('a method that needs the task id at test cannot learn a scenario that hides it, whatever else it says', () => {
  const needs = { taskId: 'test', forgetsIn: { 'class-incremental': 'it forgets' } } as const;
  assert.deepEqual(needsFit(needs, 'class-incremental', 'why', 'er or gem'), {
    fit: 'no',
    reason: 'it needs the task id at test time, which the class-incremental scenario hides; use er or gem',
  });
  assert.equal(needsFit(needs, 'domain-incremental', 'why', 'er').fit, 'no');
  assert.deepEqual(needsFit(needs, 'task-incremental', 'why', 'er'), { fit: 'yes', reason: 'why' });
});

test('a method that needs the task id in training alone can learn every scenario', () => {
  assert.equal(needsFit({ taskId: 'training' }, 'class-incremental', 'why', 'er').fit, 'yes');
});

test('where a method keeps no more than naive it is possible, with its own reason', () => {
  const needs = { forgetsIn: { 'class-incremental': 'no gradient compares old classes with new ones' } };
  assert.deepEqual(needsFit(needs, 'class-incremental', 'why', 'er'), {
    fit: 'possible',
    reason: 'no gradient compares old classes with new ones',
  });
  assert.equal(needsFit(needs, 'domain-incremental', 'why', 'er').fit, 'yes');
});

test('what a method says it cannot learn is impossible, whatever else it says', () => {
  const needs = { notIn: { 'task-incremental': 'it has one output layer' }, forgetsIn: { 'task-incremental': 'it forgets' } };
  assert.deepEqual(needsFit(needs, 'task-incremental', 'why', 'er or gem'), {
    fit: 'no',
    reason: 'it has one output layer; use er or gem',
  });
  assert.equal(needsFit(needs, 'class-incremental', 'why', 'er').fit, 'yes');
});
