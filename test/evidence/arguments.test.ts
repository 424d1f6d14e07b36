import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reproduceCommand } from '../../src/evidence/arguments';
import type { ReproduceRequest } from '../../src/evidence/arguments';

/** What these arguments ask for; wrong ones throw with the message. */
function asked(...args: string[]): ReproduceRequest {
  const written: string[] = [];
  const heard: ReproduceRequest[] = [];
  const command = reproduceCommand((request) => void heard.push(request));
  command.configureOutput({ writeErr: (text) => void written.push(text), writeOut: (text) => void written.push(text) });
  try {
    command.parse(['node', 'reproduce', ...args]);
  } catch (error) {
    throw new Error(`${written.join('')} ${(error as Error).message}`);
  }
  return heard[0];
}

test('a protocol with its options', () => {
  const { workers, ...plain } = asked('vandeven-split');
  const nothing = { rows: undefined, seeds: undefined, store: undefined };
  assert.deepEqual(plain, { name: 'vandeven-split', list: false, ...nothing, force: false, form: 'text' });
  assert.ok(workers >= 1);
  const all = ['x', '--row', 'EWC (task)', 'LwF', '--seeds', '3', '--workers', '2', '--store', 'runs', '--force', '--json'];
  assert.deepEqual(asked(...all), {
    name: 'x',
    list: false,
    rows: ['EWC (task)', 'LwF'],
    seeds: 3,
    workers: 2,
    store: 'runs',
    force: true,
    form: 'json',
  });
  assert.deepEqual([asked('--list', '--markdown').form, asked('--list').name], ['markdown', undefined]);
});

test('what cannot be meant is refused', () => {
  assert.throws(() => asked(), /name a protocol, or give --list/);
  assert.throws(() => asked('--list', '--seeds', '3'), /--list runs nothing/);
  assert.throws(() => asked('--list', '--workers', '3'), /--list runs nothing/);
  assert.throws(() => asked('--list', '--force'), /--list runs nothing/);
  assert.throws(() => asked('--list', '--row', 'EWC'), /--row needs the name of a protocol/);
  assert.throws(() => asked('x', '--json', '--markdown'), /give --json or --markdown/);
  for (const seeds of ['0', '-1', '1.5', 'three', '']) assert.throws(() => asked('x', '--seeds', seeds), /whole number/, seeds);
  assert.throws(() => asked('x', '--workers', '0'), /whole number/);
  assert.throws(() => asked('x', 'y'), /too many arguments/);
  assert.throws(() => asked('x', '--speed'), /unknown option '--speed'/);
});
