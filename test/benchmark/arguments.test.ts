import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from 'commander';
import { benchmarkCommand, readArguments } from '../../src/benchmark/arguments';
import type { Arguments } from '../../src/benchmark/arguments';
import { STUDIES } from '../../src/benchmark/presets';
import { streamNames } from '../../src/experiments';
import { METHODS } from '../../src/methods';

/** Reads arguments; a wrong one throws with the message. */
function read(...args: string[]): Arguments {
  const written: string[] = [];
  const command: Command = benchmarkCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => void written.push(text), outputError: (text) => void written.push(text) });
  try {
    return readArguments(command, ['node', 'benchmark', ...args]);
  } catch (error) {
    throw new Error(`${written.join('')} ${(error as Error).message}`);
  }
}

test('without arguments everything is left to the plan, so that a stream that knows no `data` gets none', () => {
  const { request, json, overwrite, notes } = read();
  assert.deepEqual({ ...request }, { studies: undefined, stream: undefined, methods: undefined });
  assert.deepEqual([json, overwrite, notes], ['results.json', false, []]);
});

test('lists take commas, spaces and repeated options alike', () => {
  for (const args of [
    ['--method', 'er,naive'],
    ['--method', 'er', 'naive'],
    ['--method', 'er,', 'naive'],
    ['--method', 'er', '--method', 'naive'],
  ]) {
    assert.deepEqual(read(...args).request.methods, ['er', 'naive'], args.join(' '));
  }
  for (const args of [
    ['--seeds', '1,2', '3'],
    ['--seeds', '1', '2', '3'],
    ['--seeds', '1, 2,3'],
  ]) {
    assert.deepEqual(read(...args, '--quick').request.seeds, [1, 2, 3], args.join(' '));
  }
  assert.deepEqual(read('--seeds=-1,2').request.seeds, [-1, 2]);
  assert.deepEqual(read('--study', 'task-incremental,class-incremental').request.studies, [
    'task-incremental',
    'class-incremental',
  ]);
});

test('old names are understood, with a note of the new ones', () => {
  const { request, notes } = read('--scenario', 'class-incremental', '--dataset', 'split-fashion-mnist');
  assert.deepEqual([request.studies, request.stream], [['class-incremental'], 'split-fashion-mnist']);
  assert.deepEqual(
    notes.map((note) => note.split(';')[0]),
    ['--scenario is now called --study', '--dataset is now called --stream'],
  );
  assert.throws(
    () => read('--scenario', 'class-incremental', '--study', 'task-incremental'),
    /--scenario is the old name of --study: give one of them/,
  );
  assert.doesNotMatch(benchmarkCommand().helpInformation(), /--scenario|--dataset/);
});

test('wrong arguments are refused with what is right', () => {
  const cases: [string[], RegExp][] = [
    [['--study', 'sideways'], /Allowed choices are task-incremental, domain-incremental/],
    [['--method', 'er,sgd'], /Allowed choices are naive, ewc, er, gem, pnn/],
    [['--method', 'er,,naive'], /Allowed choices/],
    [['--stream', 'mnist'], /Allowed choices are split-mnist, permuted-mnist/],
    [['--seeds', 'many'], /whole numbers separated by commas or spaces/],
    [['--seeds', '1e3'], /whole numbers/],
    [['--seeds', '1.5'], /whole numbers/],
    [['--seeds', '9007199254740993'], /whole numbers/],
    [['--epochs', '0'], /at least 1/],
    [['--limit', '0x10'], /at least 1/],
    [['--workers', '-1'], /at least 1/],
    [['--data', 'fake'], /Allowed choices are real, synthetic/],
    [['--fast'], /unknown option '--fast'/],
    [['naive'], /too many arguments|unexpected/i],
  ];
  for (const [args, message] of cases) assert.throws(() => read(...args), message, args.join(' '));
});

test('the help names every study, method and stream', () => {
  const help = benchmarkCommand().helpInformation().replace(/\s+/g, ' ');
  for (const name of [...STUDIES.map((study) => study.name), ...METHODS.map((method) => method.name), ...streamNames()]) {
    assert.match(help, new RegExp(`[ "]${name}[",. ]`), name);
  }
});

test('the store is the default one, a named one or none; finished runs are repeated by force only', () => {
  assert.deepEqual([read().store, read().force], [undefined, false]);
  assert.equal(read('--store', 'runs').store, 'runs');
  assert.equal(read('--no-store').store, false);
  assert.ok(read('--force').force);
  assert.throws(() => read('--store', ''), /it is empty/i);
});

test('a part of the plan is given as 3/8; it writes no results file unless one is named', () => {
  const { shard, json } = read('--shard', '3/8');
  assert.deepEqual([shard, json], [{ index: 3, count: 8 }, undefined]);
  assert.equal(read('--shard', '3/8', '--json', 'results.json').json, 'results.json');
  for (const wrong of ['0/8', '9/8', '3', '3/', '/8', 'a/b', '1.5/2', '-1/3', '1/99999999999']) {
    assert.throws(() => read(`--shard=${wrong}`), /It must be a part and the number of parts, from 1\/8 to 8\/8/, wrong);
  }
});

test('a queue is named by its URL or left to the environment, and has workers of its own', () => {
  assert.equal(read().queue, undefined);
  assert.equal(read('--queue').queue, true);
  assert.equal(read('--queue', '--quick').queue, true);
  assert.equal(read('--queue', 'redis://host:1').queue, 'redis://host:1');
  assert.throws(() => read('--queue', 'redis://host', '--workers', '2'), /cannot be used with option '--workers <n>'/);
});
