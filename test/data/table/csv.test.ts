import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseCsv, readCsv } from '../../../src/data/table/csv';
import { datasetFromTable } from '../../../src/data/table/fromTable';
import { temporaryFolder } from '../fixtures';

function file(t: TestContext, content: string | Buffer): string {
  const path = join(temporaryFolder(t), 'table.csv');
  writeFileSync(path, content);
  return path;
}

test('columns become numbers or booleans where all their values are; empty cells are null', (t) => {
  const path = file(t, 'id,ok,code,note\n1,true,07,plain\n-2.5e3,FALSE,x7,"a, ""quoted""\nvalue"\n,, ,\n');
  assert.deepEqual(readCsv(path), [
    { id: 1, ok: true, code: '07', note: 'plain' },
    { id: -2500, ok: false, code: 'x7', note: 'a, "quoted"\nvalue' },
    { id: null, ok: null, code: null, note: null },
  ]);
});

test('byte order mark, Windows line ends, other delimiters and blanks around values', (t) => {
  assert.deepEqual(readCsv(file(t, '\ufeffa;b\r\n 1 ; x \r\n\r\n2;y\r\n'), { delimiter: ';' }), [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ]);
});

test('messages name the line of the file, also after empty lines and values of several lines', (t) => {
  const path = file(t, 'x,y\n1,"a\nb"\n\n2,c\nnone,c\n3,"a\nb"\n');
  assert.deepEqual(parseCsv(path, ',').lines, [3, 5, 6, 8]);
  assert.throws(
    () => datasetFromTable(path, { label: 'y' }),
    /datasetFromTable: table\.csv, line 6, column 'x': 'none' is no number/,
  );
});

test('what is no table is refused with file, line and remedy', (t) => {
  const cases: [string | Buffer, RegExp][] = [
    ['', /table\.csv: is empty; the first line names the columns/],
    ['a,b\n1,2\n1,2,3\n', /line 3 holds 3 values, the first line names 2 columns; check its ',' and quotes/],
    ['a,b\n1\n', /line 2 holds 1 values/],
    ['a,a\n1,2\n', /columns 1 and 2 are both named 'a'/],
    ['a,b\n"1,2\n', /is not CSV \(CSV_QUOTE_NOT_CLOSED\); close every quote/],
    [Buffer.from('a\ncaf\xe9\n', 'latin1'), /is no UTF-8 text; save it as CSV in UTF-8/],
  ];
  for (const [content, message] of cases) assert.throws(() => readCsv(file(t, content)), { message });
  const path = file(t, 'a;b\n1;2\n');
  assert.throws(
    () => datasetFromTable(path, { label: 'b' }),
    /there is no column 'b'; columns are 'a;b'; perhaps delimiter: ';'/,
  );
  assert.throws(() => readCsv(join(path, 'below')), /cannot be read \(ENOTDIR\)/);
  assert.throws(() => readCsv(temporaryFolder(t)), /is no regular file/);
  truncateSync(path, 300e6); // a hole: it takes no place on the disk
  assert.throws(() => readCsv(path), /table\.csv: holds 300\.0 MB, at most 256\.0 MB are read; leave out columns, or split it/);
  assert.throws(() => readCsv(7 as never), /CSV: the file must be text, got 7/);
  assert.throws(() => readCsv(path, { delimeter: ';' } as never), /unknown option 'delimeter'/);
  assert.throws(() => readCsv(path, { delimiter: '' }), /delimiter must be text, got ''/);
});
