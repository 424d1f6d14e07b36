import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { csvOf } from '../../../src/benchmark/results/csv';
import { readCsv } from '../../../src/data';
import { temporaryFolder } from '../../data/fixtures';

test('rows become lines under one head; what is missing is empty; commas, quotes and lines stay in their cell', (t) => {
  const text = csvOf([
    { label: 'EWC, λ "1"', ACC: 0.5, reason: null },
    { label: 'two\nlines', ACC: -0.25, 'option.lambda': 7 },
  ]);
  assert.equal(text, 'label,ACC,reason,option.lambda\r\n"EWC, λ ""1""",0.5,,\r\n"two\nlines",-0.25,,7\r\n');
  const file = join(temporaryFolder(t), 'runs.csv');
  writeFileSync(file, text);
  assert.deepEqual(readCsv(file), [
    { label: 'EWC, λ "1"', ACC: 0.5, reason: null, 'option.lambda': null },
    { label: 'two\nlines', ACC: -0.25, reason: null, 'option.lambda': 7 },
  ]);
});

test('text that a spreadsheet would take for a formula is text there; numbers stay numbers', () => {
  const [, line] = csvOf([{ label: '=HYPERLINK("http://x")', a: '+1', b: '-x', c: '@y', d: -3 }]).split('\r\n');
  assert.equal(line, `"'=HYPERLINK(""http://x"")",'+1,'-x,'@y,-3`);
});
