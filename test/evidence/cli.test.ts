import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'evidence-cli-'));
after(() => rmSync(folder, { recursive: true }));
const cli = join(__dirname, '..', '..', 'src', 'evidence', 'cli.js');
const reproduce = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });

test('wrong names and options end with status 2 and one line; help and lists with 0', () => {
  const wrong = reproduce('nothing', '--store', join(folder, 'runs'));
  assert.deepEqual([wrong.status, wrong.stdout], [2, '']);
  assert.match(wrong.stderr, /^error: reproduce: there is no protocol 'nothing'; protocols: .*\n$/);
  const option = reproduce('vandeven-split', '--seed', '1');
  assert.equal(option.status, 2);
  assert.match(option.stderr, /^error: unknown option '--seed'/);
  assert.equal(reproduce().status, 2);
  assert.equal(reproduce('--help').status, 0);
  const list = reproduce('--list', '--store', join(folder, 'runs'));
  assert.deepEqual([list.status, list.stderr], [0, '']);
  assert.match(list.stdout, /^vandeven-split /m);
});
