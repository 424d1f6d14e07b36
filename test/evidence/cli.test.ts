import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
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
  mkdirSync(join(folder, 'empty'));
  const list = reproduce('--list', '--store', join(folder, 'empty'));
  assert.deepEqual([list.status, list.stderr], [0, '']);
  assert.match(list.stdout, /^vandeven-split /m);
});

test('after Ctrl-C it says how many runs are finished, and that the same command goes on', async () => {
  const args = ['stability-gap', '--row', 'ER, online', '--seeds', '2', '--workers', '1', '--store', join(folder, 'stopped')];
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (!said.includes('started') && (said + text).includes('started')) child.kill('SIGINT');
    said += text;
  });
  child.stdout.resume();
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(status, 130);
  assert.match(said, /^2 runs; a run takes 30 s to 6 min, on one core$/m);
  assert.match(said, /^Interrupted: 0 of 2 runs finished; the same command goes on\.$/m);
});
