import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { claimFile } from '../../src/utils/fileLock';

const folder = mkdtempSync(join(tmpdir(), 'lock-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'results.json');

test('a file is claimed once at a time, by this process or another, and free when it is given back', async () => {
  const release = claimFile(file);
  assert.throws(() => claimFile(file), new RegExp(`results\\.json: process ${process.pid} is writing it; wait for it`));
  release();
  assert.deepEqual(readdirSync(folder), []);

  const code = `require(${JSON.stringify(require.resolve('../../src/utils/fileLock'))}).claimFile(${JSON.stringify(file)}); console.log('claimed'); setInterval(() => 0, 1000)`;
  const other = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  assert.throws(() => claimFile(file), new RegExp(`process ${other.pid} is writing it`));
  other.kill('SIGKILL');
  await once(other, 'exit');
  claimFile(file)(); // the claim of a process that ended by force does not count
  assert.deepEqual(readdirSync(folder), []);
});

test('a claim of another machine counts, as nobody here can know whether it still runs', () => {
  symlinkSync('12@another-machine', `${file}.lock`);
  assert.throws(() => claimFile(file), /process 12 on another-machine is writing it; .* delete .*results\.json\.lock/);
  assert.ok(lstatSync(`${file}.lock`).isSymbolicLink());
});
