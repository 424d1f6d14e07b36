import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandText, readTuneArguments, tuneCommand } from '../../../src/benchmark/tune/arguments';
import type { TuneArguments } from '../../../src/benchmark/tune/arguments';
import { streamNames } from '../../../src/experiments';
import { METHODS } from '../../../src/methods';

/** Reads arguments; a wrong one throws with the message. */
function read(...args: string[]): TuneArguments {
  const written: string[] = [];
  const command = tuneCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => void written.push(text), outputError: (text) => void written.push(text) });
  try {
    return readTuneArguments(command, ['node', 'tune', ...args]);
  } catch (error) {
    throw new Error(`${written.join('')} ${(error as Error).message}`);
  }
}

test('methods, streams, scenarios and seeds take commas and spaces alike', () => {
  const { request, alsoFor } = read(
    ...['ewc,si', 'naive', '--stream', 'split-mnist', 'rotated-mnist', '--scenario', 'class-incremental,task-incremental'],
    ...['--seeds', '7,8', '9', '--also-for', 'domain-split-mnist,domain-split-mnist'],
  );
  assert.deepEqual(request.methods, ['ewc', 'si', 'naive']);
  assert.deepEqual(request.streams, ['split-mnist', 'rotated-mnist']);
  assert.deepEqual(request.scenarios, ['class-incremental', 'task-incremental']);
  assert.deepEqual([request.seeds, alsoFor], [[7, 8, 9], ['domain-split-mnist']]);
});

test('what is left out is left to the plan; presets.json and the default store are written', () => {
  const { request, presets, store, force, alsoFor } = read('naive');
  const { methods, validation, ...others } = request;
  assert.deepEqual([methods, validation], [['naive'], 0.1]);
  assert.ok(Object.values(others).every((value) => value === undefined));
  assert.deepEqual([presets, store, force, alsoFor], ['presets.json', undefined, false, []]);
});

test('every option of training arrives', () => {
  const { request, presets, store, force, workers } = read(
    ...'naive --tasks 3 --epochs 2 --limit 500 --lr 1e-3 --validation .25 --data synthetic'.split(' '),
    ...'--presets some.json --store runs --force --workers 1'.split(' '),
  );
  const { firstTasks, epochs, limit, lr, validation, data } = request;
  assert.deepEqual([firstTasks, epochs, limit, lr, validation, data], [3, 2, 500, 0.001, 0.25, 'synthetic']);
  assert.deepEqual([presets, store, force, workers], ['some.json', 'runs', true, 1]);
});

test('wrong arguments are refused with what is right', () => {
  const cases: [string[], RegExp][] = [
    [[], /missing required argument 'method'/],
    [['sgd'], /Allowed choices are naive, ewc/],
    [['ewc,,si'], /Allowed choices/],
    [['ewc', '--stream', 'mnist'], /Allowed choices are split-mnist/],
    [['ewc', '--also-for', 'mnist'], /Allowed choices are split-mnist/],
    [['ewc', '--scenario', 'sideways'], /Allowed choices are task-incremental, domain-incremental, class-incremental/],
    [['ewc', '--tasks', '0'], /at least 1/],
    [['ewc', '--seeds', '1.5'], /whole numbers separated by commas or spaces/],
    [['ewc', '--validation', '0'], /It must be a number above 0 and at most 0.9/],
    [['ewc', '--validation', '1'], /It must be a number above 0 and at most 0.9/],
    [['ewc', '--lr=-1'], /It must be a number above 0/],
    [['ewc', '--lr', '0x10'], /It must be a number above 0/],
    [['ewc', '--lr', '1e999'], /It must be a number above 0/],
    [['ewc', '--epochs', 'many'], /at least 1/],
    [['ewc', '--presets', ''], /It is empty/],
    [['ewc', '--store', ' '], /It is empty/],
    [['ewc', '--workers', '-1'], /at least 1/],
    [['ewc', '--data', 'fake'], /Allowed choices are real, synthetic/],
    [['ewc', '--study', 'class-incremental'], /unknown option '--study'/],
  ];
  for (const [args, message] of cases) assert.throws(() => read(...args), message, args.join(' '));
});

test('the help names every stream and every method that has something to tune', () => {
  const help = tuneCommand().helpInformation().replace(/\s+/g, ' ');
  const tunable = METHODS.filter(({ grid }) => grid).map(({ name }) => name);
  for (const name of [...tunable, ...streamNames()]) assert.match(help, new RegExp(`[ "]${name}[",. ]`), name);
  assert.doesNotMatch(help, / ncm[, ]/);
});

test('the command that presets tell names no place of the machine it ran on', () => {
  const places = ['--store', 'elsewhere/runs', '--presets=elsewhere/mine.json', '--workers', '2', '--force'];
  assert.equal(commandText(['ewc', ...places, '--seeds', '7,8']), 'tune ewc --seeds 7,8');
});
