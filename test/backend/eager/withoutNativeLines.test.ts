import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const LIBRARY = join(__dirname, '../../../src/index.js');

/** What a script writes to stderr, which is a pipe as in a shell (a child process of Node would get a socket). */
function stderrOf(script: string): string {
  const command = '{ "$0" -e "$1" 2>&1 >/dev/null; } | cat';
  const { stdout } = spawnSync('sh', ['-c', command, process.execPath, script], { encoding: 'utf8' });
  return stdout;
}

test('a script that computes shows no line of TensorFlow, and what it writes to stderr itself arrives, before and after', () => {
  const script = `
    console.error('before');
    const { getDevice } = require(${JSON.stringify(LIBRARY)});
    getDevice();
    console.error('after');
    process.stderr.write('end\\n');`;
  assert.equal(stderrOf(script), 'before\nafter\nend\n');
});

test('stderr is back where it was when loading fails', () => {
  const script = `
    const { withoutNativeLines } = require(${JSON.stringify(join(__dirname, '../../../src/backend/eager/withoutNativeLines.js'))});
    try { withoutNativeLines(() => { throw new Error('no library'); }); } catch (error) { console.error(error.message); }`;
  assert.equal(stderrOf(script), 'no library\n');
});
