import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openStore } from '../../../src/experiments';
import { failedRun } from '../../../src/experiments/failedRun';
import { mergeRuns } from '../../../src/experiments/store/merge';
import { planned, result } from '../fixtures';

const folder = mkdtempSync(join(tmpdir(), 'merge-'));
after(() => rmSync(folder, { recursive: true }));

test('results are taken where there is none, failures where there is nothing; nothing else is replaced', () => {
  const [a, b, c, d, e] = [1, 2, 3, 4, 5].map((seed) => planned({ seed }));
  const other = { matrix: [[0.1]], taskNames: ['digits 0, 1'] };
  const into = openStore(join(folder, 'into'));
  assert.deepEqual(mergeRuns(into, [result({}, a), failedRun(b, 'here'), result({}, c), failedRun(e, 'here')]).added.length, 4);
  const from = openStore(join(folder, 'from'));
  mergeRuns(from, [result({}, a), result({}, b), result(other, c), failedRun(d, 'there'), failedRun(e, 'there')]);
  const merged = mergeRuns(into, from.runs());
  assert.deepEqual(merged.added.sort(), [b.id, d.id].sort());
  assert.deepEqual([merged.known, merged.different], [2, [c.id]]);
  assert.deepEqual(into.finished(b.id), result({}, b));
  assert.deepEqual(into.finished(c.id), result({}, c), 'stays as it was');
  assert.deepEqual([into.ids().length, (into.get(e.id) as { failed: string }).failed], [5, 'here']);
  assert.deepEqual(mergeRuns(into, from.runs()).added, [], 'merging again changes nothing');
  assert.deepEqual(mergeRuns(from, [failedRun(a, 'later')]).known, 1);
  assert.ok(from.finished(a.id), 'a failure takes no place of a result');
});
