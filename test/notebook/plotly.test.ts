import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { accuracyMatrixFigure } from '../../src/figures';
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

test('the ending says what is written: a page, a still picture, or the JSON of Plotly; others are refused', () => {
  const figure = accuracyMatrixFigure([[0.5]]);
  const written = (name: string) => fs.readFileSync(saveFigure(figure, path.join(folder, name)), 'utf8');
  assert.match(written('a.HTML'), /^<!DOCTYPE html>/);
  assert.match(written('a.svg'), /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.deepEqual(JSON.parse(written('a.json')), JSON.parse(JSON.stringify(figure)));
  for (const name of ['a.png', 'a.jpg', 'a.pdf', 'a', 'a.html.gz']) {
    assert.throws(
      () => written(name),
      /saveFigure: '.*' has an ending that cannot be written; end the name in \.html, \.svg or \.json/,
    );
    assert.ok(!fs.existsSync(path.join(folder, name)), name);
  }
  assert.throws(() => saveFigure(figure, undefined as never), /file must be text, got undefined/);
  const surface = { data: [{ type: 'surface', z: [[1]] }], layout: {} };
  assert.throws(() => saveFigure(surface, path.join(folder, 'b.svg')), /cannot show this figure \(surface\); write it as \.html/);
  for (const name of ['a.HTML', 'a.svg', 'a.json']) fs.rmSync(path.join(folder, name));
});

test('a page that is cut short by a full disk is an error, and the old one stays', { skip: process.platform === 'win32' }, () => {
  const file = path.join(folder, 'full.html');
  fs.writeFileSync(file, 'old');
  const code = `const cl = require(${JSON.stringify(require.resolve('../../src'))}); cl.saveFigure(cl.accuracyMatrixFigure([[1]]), ${JSON.stringify(file)});`;
  const { status, stderr } = spawnSync('sh', ['-c', 'ulimit -f 100; exec "$0" -e "$1"', process.execPath, code], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /saveFigure: .*full\.html: cannot be written: it gets larger/);
  assert.equal(fs.readFileSync(file, 'utf8'), 'old');
  fs.rmSync(file);
});

test('both Plotly builds are the same version', () => {
  const version = (name: string) => require(`${name}/package.json`).version;
  assert.equal(version('plotly.js-cartesian-dist-min'), version('plotly.js-dist'));
});

test('a page that cannot be written is an error with the file; what is no figure leaves a page as it was; no temporary file stays', () => {
  const missing = path.join(folder, 'no-such-folder', 'x.html');
  assert.throws(
    () => saveFigure(exampleFigures().accuracyMatrix, missing),
    /saveFigure: .*no-such-folder.x\.html: cannot be written: its folder does not exist/,
  );
  const file = path.join(folder, 'kept.html');
  fs.writeFileSync(file, 'old');
  assert.throws(() => saveFigure({ data: 1 } as never, file), /this is no figure/);
  assert.equal(fs.readFileSync(file, 'utf8'), 'old');
  assert.deepEqual(fs.readdirSync(folder).sort(), ['kept.html', 'matrix.html']);
});
