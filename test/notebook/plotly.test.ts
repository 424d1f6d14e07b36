import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { saveFigure } from '../../src/notebook';
import { exampleFigures } from '../figures/examples';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'save-figure-'));
test.after(() => fs.rmSync(folder, { recursive: true, force: true }));

test('the saved page stands alone: Plotly is in it (less than 2 MB), no script or style is loaded', () => {
  const file = saveFigure(exampleFigures().accuracyMatrix, path.join(folder, 'matrix.html'));
  const html = fs.readFileSync(file, 'utf8');
  assert.ok(html.length > 1e6 && html.length < 2e6, `${html.length} characters`);
  assert.match(html, /plotly\.js \(cartesian - minified\) v4\.1\.1/);
  assert.ok(!/<script[^>]+src=|<link|@import/.test(html));
  assert.equal(html.match(/<\/script>/g)?.length, 2);
});

test('both Plotly builds are the same version', () => {
  const version = (name: string) => require(`${name}/package.json`).version;
  assert.equal(version('plotly.js-cartesian-dist-min'), version('plotly.js-dist'));
});

test('a page that cannot be written is an error with the file; what is no figure leaves a page as it was; no temporary file stays', () => {
  const missing = path.join(folder, 'no-such-folder', 'x.html');
  assert.throws(
    () => saveFigure(exampleFigures().accuracyMatrix, missing),
    /saveFigure: .*no-such-folder.x\.html cannot be written/,
  );
  const file = path.join(folder, 'kept.html');
  fs.writeFileSync(file, 'old');
  assert.throws(() => saveFigure({ data: 1 } as never, file), /this is no figure/);
  assert.equal(fs.readFileSync(file, 'utf8'), 'old');
  assert.deepEqual(fs.readdirSync(folder).sort(), ['kept.html', 'matrix.html']);
});
