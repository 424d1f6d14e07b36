import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVIDENCE_TABLES, scoreOf } from './evidenceTables';

test('rows that naive training reaches, too, do not count; rows that are not run count as not reached and are told', () => {
  assert.equal(scoreOf(['reproduced', 'not reached', 'reproduced']), '2 of 3');
  assert.equal(scoreOf(['reproduced', 'reproduced, as naive', 'reproduced, as naive']), '1 of 1 (2 more as naive)');
  assert.equal(scoreOf(['reproduced, as naive']), '1 as naive');
  assert.equal(scoreOf(['not run', 'not run']), '2 not run');
  assert.equal(scoreOf(['reproduced', 'not run', 'no result', 'reproduced, as naive']), '1 of 3 (1 more as naive, 1 not run)');
});

test('no row of a protocol is left out in silence, and the counts of verdicts are those of the rows', () => {
  const rows = EVIDENCE_TABLES.reproduced().split('\n').slice(2);
  const [, total, told] = /^(\d+) rows: (.*?)\. Seeds/.exec(EVIDENCE_TABLES['reproduced counts']())!;
  assert.equal(rows.length, Number(total));
  const counts = told.split('; ').map((text) => /^(\d+) (.*)$/.exec(text)!);
  assert.equal(
    counts.reduce((sum, [, count]) => sum + Number(count), 0),
    rows.length,
  );
  for (const [, count, verdict] of counts) {
    assert.equal(rows.filter((row) => new RegExp(`\\| ${verdict}(:.*)? \\|$`).test(row)).length, Number(count), verdict);
  }
  for (const row of rows) assert.match(row, /\| \d+ of \d+ \|/);
});
