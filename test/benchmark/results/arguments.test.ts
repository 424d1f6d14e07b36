import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultsCommand } from '../../../src/benchmark/results/arguments';
import type { ResultsRequest } from '../../../src/benchmark/results/arguments';

/** What these arguments ask for; wrong ones throw with the message. */
function asked(...args: string[]): ResultsRequest {
  const written: string[] = [];
  const heard: ResultsRequest[] = [];
  const command = resultsCommand((request) => heard.push(request));
  for (const one of [command, ...command.commands]) {
    one.configureOutput({ writeErr: (text) => void written.push(text), writeOut: (text) => void written.push(text) });
  }
  try {
    command.parse(['node', 'results', ...args]);
  } catch (error) {
    throw new Error(`${written.join('')} ${(error as Error).message}`);
  }
  return heard[0];
}

test('each command has its own arguments, all have a store', () => {
  assert.deepEqual({ ...asked('list') }, { command: 'list', store: undefined, filter: asked('list').filter });
  assert.equal(asked('compare', '--store', 'runs').store, 'runs');
  assert.equal((asked('export', 'runs.csv') as { file: string }).file, 'runs.csv');
  assert.equal((asked('report', 'runs.html') as { file: string }).file, 'runs.html');
  assert.equal((asked('show', '12ab') as { id: string }).id, '12ab');
  assert.deepEqual((asked('merge', 'a', 'b', '--store', 'c') as { from: string[] }).from, ['a', 'b']);
});

test('compare and report take a baseline and a metric, the others do not', () => {
  for (const args of [['compare'], ['report', 'runs.html']]) {
    const { baseline, metric } = asked(...args, '--baseline', 'naive', '--metric', 'fm') as {
      baseline?: string;
      metric?: string;
    };
    assert.deepEqual([baseline, metric], ['naive', 'fm']);
  }
  assert.deepEqual((asked('compare') as { baseline?: string }).baseline, undefined);
  assert.throws(() => asked('compare', '--metric', 'accuracy'), /Allowed choices are acc, bwt, fm, averageIncrementalAccuracy/);
  assert.throws(() => asked('list', '--baseline', 'naive'), /unknown option '--baseline'/);
});

test('filters take lists, with commas, spaces or repeated', () => {
  const { filter } = asked(
    ...['list', '--method', 'er,ewc', '--method', 'gem', '--seeds', '1', '2,3', '--label', 'EWC, small'],
    ...['--status', 'failed', 'diverged', '--id', 'ab', '--study', 'x', '--stream', 'y', '--scenario', 'z'],
  );
  assert.deepEqual(filter, {
    ids: ['ab'],
    studies: ['x'],
    methods: ['er', 'ewc', 'gem'],
    streams: ['y'],
    scenarios: ['z'],
    labels: ['EWC, small'],
    seeds: [1, 2, 3],
    statuses: ['failed', 'diverged'],
  });
});

test('wrong arguments are refused with what is allowed', () => {
  const wrong: [string[], RegExp][] = [
    [['lst'], /unknown command 'lst'[^]*--help shows all options/],
    [['list', '--status', 'broken'], /Allowed choices are finished, stuck, failed, diverged/],
    [['list', '--seeds', 'one'], /whole numbers separated by commas or spaces/],
    [['list', '--colour'], /unknown option '--colour'/],
    [['export'], /missing required argument 'file'/],
    [['merge'], /missing required argument 'from'/],
    [['list', 'more'], /too many arguments/],
  ];
  for (const [args, message] of wrong) assert.throws(() => asked(...args), message, args.join(' '));
});

test('the help tells every command and the exit status', () => {
  assert.throws(
    () => asked('--help'),
    /list[^]*compare[^]*export[^]*report[^]*show[^]*merge[^]*Exit status: 0 all is well, 1 .*, 2 what was asked for cannot be done/,
  );
});
