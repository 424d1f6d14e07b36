import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runNode } from '../../child';
import { withGraphFolder } from '../../../src/backend/graph/graphFolder';

const module_ = require.resolve('../../../src/backend/graph/graphFolder');

test('the folder is there while it is used and gone afterwards, also after an error', () => {
  const seen: string[] = [];
  withGraphFolder((folder) => seen.push(folder) && assert.ok(existsSync(folder)));
  assert.throws(() => withGraphFolder((folder) => assert.fail(folder)));
  assert.equal(existsSync(seen[0]), false);
});

test('the folder of a process that was killed is taken off by the next, not that of one that lives nor one of others', (t) => {
  const place = mkdtempSync(join(tmpdir(), 'graph-folder-'));
  t.after(() => rmSync(place, { recursive: true }));
  const killed = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(module_)}).withGraphFolder(() => process.kill(process.pid, 'SIGKILL'))`], { env: { ...process.env, TMPDIR: place } }); // prettier-ignore
  assert.equal(killed.signal, 'SIGKILL');
  const [left] = readdirSync(place);
  assert.match(left, new RegExp(`^continual-learning-graph-(\\d+-)?${killed.pid}-`));
  writeFileSync(join(place, left, 'saved_model.pb'), 'half a graph');
  const living = left.replace(`${killed.pid}-`, `${process.pid}-`);
  for (const name of [living, 'continual-learning-other']) mkdirSync(join(place, name));
  const { status, output } = runNode(['-e', `require(${JSON.stringify(module_)}).withGraphFolder(() => 0)`], { TMPDIR: place });
  assert.equal(status, 0, output);
  assert.deepEqual(readdirSync(place).sort(), [living, 'continual-learning-other'].sort());
});
