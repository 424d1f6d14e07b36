import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import vm from 'node:vm';
import { contentOf } from '../../kernel-setup/lib/stamps.mjs';
import { htmlExport, includable } from '../../kernel-setup/steps/html-export.mjs';
import { takeStep } from '../../kernel-setup/lib/steps.mjs';
import { pins } from '../../kernel-setup/steps/python-packages.mjs';
import { emptyProject, projectRoot, write } from './helpers.mjs';

const SOURCE = 'node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js';

/** A project whose .venv holds what is pinned, by name, and a Plotly of one line. */
function project(t) {
  const context = emptyProject(t);
  write(context, '.venv/pyvenv.cfg', 'version = 3.11.2');
  write(context, process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python', '');
  const site = process.platform === 'win32' ? '.venv/Lib/site-packages' : '.venv/lib/python3.11/site-packages';
  for (const [name, version] of Object.entries(pins())) {
    write(context, `${site}/${name}-${version}.dist-info/RECORD`, '');
    write(context, `${site}/${name}/__init__.py`, '');
  }
  write(context, '.venv/share/jupyter/labextensions/jupyterlab-plotly/package.json', '{}');
  write(context, SOURCE, 'window.Plotly = 1;');
  const code = path.join(context.venv, 'share', 'jupyter', 'nbconvert', 'plotly.js.j2');
  const config = path.join(context.venv, 'etc', 'jupyter', 'jupyter_config.json');
  return { context, code, config };
}

test("the configuration leads to the template of the repository, and still to the reader's own folder", async (t) => {
  const { context, code, config } = project(t);
  assert.equal((await takeStep(context, htmlExport)).state, 'ok');
  const folders = JSON.parse(contentOf(config)).TemplateExporter.extra_template_basedirs;
  assert.deepEqual(folders, ['.', path.join(projectRoot, 'kernel-setup', 'share', 'nbconvert')]);
  assert.ok(existsSync(path.join(folders[1], 'lab', 'index.html.j2')));
  assert.match(contentOf(code), /window\.Plotly = 1;/);
});

test('a second run writes nothing; what is lost, damaged or of an older Plotly is written again', async (t) => {
  const { context, code, config } = project(t);
  await takeStep(context, htmlExport);
  const times = () => [code, config].map((file) => statSync(file, { bigint: true }).mtimeNs);
  const before = times();
  await takeStep(context, htmlExport);
  assert.deepEqual(times(), before);
  rmSync(config);
  write(context, path.relative(context.root, code), '{% raw %}half');
  await takeStep(context, htmlExport);
  assert.match(contentOf(config), /extra_template_basedirs/);
  assert.match(contentOf(code), /window\.Plotly = 1;/);
  write(context, SOURCE, 'window.Plotly = 2;');
  await takeStep(context, htmlExport);
  assert.match(contentOf(code), /window\.Plotly = 2;/);
});

test('without nbconvert, or without Plotly, the step says so and leaves nothing half done', async (t) => {
  const { context, config } = project(t);
  rmSync(path.join(context.root, SOURCE));
  const result = await takeStep(context, htmlExport);
  assert.equal(result.state, 'missing');
  assert.match(result.text, /plotly-cartesian\.min\.js is not there/);
  assert.equal(existsSync(config), false);
  assert.match((await takeStep(emptyProject(t), htmlExport)).text, /nbconvert is not installed/);
});

test("Plotly's code is kept as it is, but cannot end its <script> element or its Jinja block", () => {
  const text = ['</script>', '</SCRIPT >', '<!--', '{% endraw %}', '{%- endraw %}', '{{ x }}', '{% if %}', 'plain'];
  const template = includable(`result = ${JSON.stringify(text)};`);
  const [, inside] = /^\{% raw %\}([^]*)\{% endraw %\}$/.exec(template);
  assert.doesNotMatch(inside, /<\/script|<!--|\{%[-+]?\s*endraw/i);
  assert.deepEqual([...vm.runInNewContext(inside)], text);
});
