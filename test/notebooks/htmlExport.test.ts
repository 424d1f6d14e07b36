import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { Figure } from '../../src/figures/figure';
import { figureBundle } from '../../src/notebook/show';
import { projectRoot } from '../kernel/kernelClient';
import { needsJupyter } from '../kernel/python';
import { needsBrowser, openBrowser } from './browser';
import { notebookNames, notebookPath, PLOTLY, readNotebook } from './files';

const COMMITTED = '01-task-incremental';
const venv = path.join(projectRoot, '.venv');
const templates = path.join(projectRoot, 'kernel-setup', 'share', 'nbconvert');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'html-export-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Runs a module of .venv's Python without any Jupyter configuration but .venv's own. */
function python(args: string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stderr, stdout } = spawnSync(
    path.join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python'),
    args,
    {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        JUPYTER_PATH: '',
        JUPYTER_CONFIG_PATH: '',
        JUPYTER_CONFIG_DIR: path.join(folder, 'config'),
        JUPYTER_DATA_DIR: path.join(folder, 'data'),
        ...env,
      },
      timeout: 120_000,
    },
  );
  assert.equal(status, 0, stderr);
  return stdout;
}

/** Lets nbconvert make pages of notebooks; gives the folder they are in. */
function exportPages(notebooks: string[], { options = [], env }: { options?: string[]; env?: NodeJS.ProcessEnv } = {}): string {
  assert.ok(
    fs.existsSync(path.join(venv, 'etc', 'jupyter', 'jupyter_config.json')),
    '.venv is not set up for HTML export: run `npm run doctor`',
  );
  const pages = fs.mkdtempSync(path.join(folder, 'pages-'));
  python(['-m', 'jupyter', 'nbconvert', '--to', 'html', '--output-dir', pages, ...options, ...notebooks], env);
  return pages;
}

/** The text of one page. */
const exported = (notebook: string, settings: Parameters<typeof exportPages>[1]) =>
  fs.readFileSync(path.join(exportPages([notebook], settings), path.basename(notebook).replace('.ipynb', '.html')), 'utf8');

/** A notebook with one cell that shows these outputs, as a kernel sends them. */
function writeNotebook(name: string, outputs: object[]): string {
  const file = path.join(folder, `${name}.ipynb`);
  const cell = {
    cell_type: 'code',
    id: 'only',
    metadata: {},
    source: 'show(figure)',
    execution_count: 1,
    outputs: outputs.map((data) => ({ output_type: 'display_data', metadata: {}, data })),
  };
  const { metadata } = readNotebook(COMMITTED);
  fs.writeFileSync(file, JSON.stringify({ cells: [cell], metadata, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

const [PNG] = readNotebook(COMMITTED)
  .cells.flatMap((cell) => cell.outputs ?? [])
  .map(({ data }) => data?.['image/png'] as string)
  .filter(Boolean);
const NASTY = 'one </script><script>window.escaped = true</script><!-- point';
const points: Figure = {
  data: [{ type: 'scatter', mode: 'markers', x: [1], y: [2], marker: { size: 40 }, hovertext: [NASTY], hoverinfo: 'text' }],
  layout: { title: { text: 'One point' } },
};
const polar: Figure = { data: [{ type: 'scatterpolar', r: [1, 2], theta: [0, 90] }], layout: { title: { text: 'Polar' } } };

const { 'text/html': polarHtml, ...polarBundle } = figureBundle(polar);
const plotlyCode = fs.readFileSync(require.resolve('plotly.js-cartesian-dist-min/plotly-cartesian.min.js'), 'utf8');
const figuresIn = (name: string) =>
  readNotebook(name)
    .cells.flatMap((cell) => cell.outputs ?? [])
    .filter(({ data }) => data?.[PLOTLY]).length;
const FIGURES = figuresIn(COMMITTED);

/** Outputs of the notebooks made here. */
const MADE = {
  fresh: [figureBundle(points)],
  polar: [
    figureBundle(points),
    { ...polarBundle, 'image/png': PNG },
    { ...polarBundle, 'text/html': `${polarHtml}<p>in words</p>` },
  ],
  inlined: [{ 'text/html': `<script>${plotlyCode}</script>` }, figureBundle(points)],
  formula: [{ 'text/html': '<p>$x^2$</p>' }],
};

describe('pages made by nbconvert --to html', { concurrency: false }, () => {
  let browser: Browser | undefined;
  after(() => browser?.close());

  let folderOfPages: string | undefined;
  /** One run of nbconvert makes all the pages. */
  const page = (name: string): string => {
    folderOfPages ??= exportPages([
      ...notebookNames.map(notebookPath),
      ...Object.entries(MADE).map(([each, outputs]) => writeNotebook(each, outputs)),
    ]);
    return path.join(folderOfPages, `${name}.html`);
  };

  /** The page in a browser without a network, and what it asked for beyond itself. */
  const open = async (
    context: TestContext,
    file: string,
  ): Promise<{ page: Page; asked: string[]; errors: string[] } | undefined> => {
    const executable = needsBrowser(context);
    if (!executable) return undefined;
    browser ??= await openBrowser(executable);
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, offline: true });
    const asked: string[] = [];
    const errors: string[] = [];
    page.on('request', (request) => void (/^(file|data|blob):/.test(request.url()) || asked.push(request.url())));
    page.on('pageerror', (error) => void errors.push(error.message));
    await page.goto(pathToFileURL(file).href, { timeout: 120_000 }); // all figures are drawn before it ends
    await page
      .waitForFunction(() => (globalThis as any).document.querySelectorAll('.plotly-figure .main-svg').length > 0, null, {
        timeout: 20_000,
      })
      .catch(() => undefined);
    return { page, asked, errors };
  };

  const graphs = (page: Page) =>
    page.evaluate(
      () =>
        [...(globalThis as any).document.querySelectorAll('.js-plotly-plot')].filter(
          (graph: any) => graph.querySelector('.main-svg') && graph.querySelector('.plot, .imagelayer, .heatmaplayer'),
        ).length,
    );
  /** Waits until every picture has given way to its live figure. */
  const noPictures = (page: Page) =>
    page.waitForFunction(() => !(globalThis as any).document.querySelector('.plotly-still'), null, { timeout: 30_000 });

  /** What appears when the mouse rests on the middle of the n-th graph. */
  const hover = async (page: Page, index: number): Promise<string> => {
    const graph = page.locator('.js-plotly-plot').nth(index);
    await graph.scrollIntoViewIfNeeded();
    await graph.locator('.nsewdrag').first().hover();
    await graph.locator('.hoverlayer .hovertext').first().waitFor({ timeout: 10_000 });
    return (await graph.locator('.hoverlayer').textContent()) ?? '';
  };

  test('a committed notebook: every figure is live, hover included, without a connection', async (context) => {
    if (!needsJupyter(context)) return;
    const seen = await open(context, page(COMMITTED));
    if (!seen) return;
    await noPictures(seen.page);
    assert.equal(await graphs(seen.page), FIGURES);
    assert.match(await hover(seen.page, 0), /\w/);
    assert.equal(await seen.page.locator('.modebar-btn[data-title*="Share"]').count(), 0, 'no button that sends the figure away');
    assert.deepEqual(seen.asked, []);
    assert.deepEqual(seen.errors, []);
  });

  test('every other committed notebook: Plotly draws every figure', async (context) => {
    if (!needsJupyter(context)) return;
    for (const name of notebookNames.filter((each) => each !== COMMITTED)) {
      const seen = await open(context, page(name));
      if (!seen) return;
      await noPictures(seen.page);
      assert.equal(await graphs(seen.page), figuresIn(name), name);
      assert.deepEqual(seen.errors, [], name);
      await seen.page.close();
    }
  });

  test('a notebook just saved: the figure is live, and a </script> in its texts stays text', async (context) => {
    if (!needsJupyter(context)) return;
    const seen = await open(context, page('fresh'));
    if (!seen) return;
    await noPictures(seen.page);
    assert.equal(await graphs(seen.page), 1);
    assert.match(await hover(seen.page, 0), /one .*point/);
    assert.equal(await seen.page.evaluate(() => (globalThis as any).escaped), undefined);
    assert.deepEqual(seen.asked, []);
    assert.deepEqual(seen.errors, []);
  });

  test('a figure with a trace that the small Plotly lacks keeps its picture, beside live ones', async (context) => {
    if (!needsJupyter(context)) return;
    const seen = await open(context, page('polar'));
    if (!seen) return;
    assert.equal(await graphs(seen.page), 1);
    assert.equal(await seen.page.locator('.plotly-still').count(), 2);
    assert.ok(await seen.page.locator('.plotly-still img[src^="data:image/png"]').isVisible());
    assert.ok(await seen.page.getByText('in words').isVisible());
  });

  test('a notebook that brings Plotly along itself shows each figure once', async (context) => {
    if (!needsJupyter(context)) return;
    const seen = await open(context, page('inlined'));
    if (!seen) return;
    assert.equal(await graphs(seen.page), 1);
    assert.equal(
      await seen.page.locator('.plotly-still .js-plotly-plot').count(),
      1,
      'drawn by its own script, and not a second time',
    );
    assert.match(await hover(seen.page, 0), /one .*point/);
  });

  test('a sanitized page, as JupyterLab suggests: the figure is live, and no script of an output runs', async (context) => {
    if (!needsJupyter(context)) return;
    const outputs = [figureBundle(points), { 'text/html': '<script>window.escaped = true</script><p>harmless</p>' }];
    const options = ['--HTMLExporter.sanitize_html=True', '--HTMLExporter.theme=dark'];
    const seen = await open(
      context,
      path.join(exportPages([writeNotebook('sanitized', outputs)], { options }), 'sanitized.html'),
    );
    if (!seen) return;
    await noPictures(seen.page);
    assert.equal(await graphs(seen.page), 1);
    assert.match(await hover(seen.page, 0), /one .*point/);
    assert.equal(await seen.page.evaluate(() => (globalThis as any).escaped), undefined);
    assert.ok(await seen.page.getByText('harmless').isVisible());
    assert.deepEqual(seen.asked, []);
  });

  test('a page without figures does not carry Plotly, and one with formulas keeps MathJax', (context) => {
    if (!needsJupyter(context)) return;
    const html = fs.readFileSync(page('formula'), 'utf8');
    assert.ok(html.length < 500_000, `${html.length}`);
    assert.match(html, /mathjax/i);
  });
});

test("without .venv's configuration, or with a template asked for by name, pages hold pictures as ever", (context) => {
  if (!needsJupyter(context)) return;
  for (const setting of [{ env: { JUPYTER_NO_CONFIG: '1' } }, { options: ['--template', 'classic'] }]) {
    const html = exported(notebookPath(COMMITTED), setting);
    assert.equal(html.match(/<img [^>]*src="data:image\/png/g)?.length, FIGURES);
    assert.doesNotMatch(html, /Plotly\.newPlot|plotly-figure/);
  }
});

test("without Plotly's code the page is made all the same, with pictures", (context) => {
  if (!needsJupyter(context)) return;
  const share = path.join(folder, 'share');
  fs.mkdirSync(path.join(share, 'nbconvert'), { recursive: true });
  fs.symlinkSync(
    path.join(venv, 'share', 'jupyter', 'nbconvert', 'templates'),
    path.join(share, 'nbconvert', 'templates'),
    'junction',
  );
  const own = path.join(share, 'nbconvert', 'templates');
  const paths = [path.join(templates, 'lab'), path.join(own, 'lab'), path.join(own, 'base'), share, own];
  const html = exported(notebookPath(COMMITTED), { options: paths.map((each) => `--TemplateExporter.template_paths=${each}`) });
  assert.equal(html.match(/class="plotly-still">\s*<div[^>]*>\s*<img [^>]*src="data:image\/png/g)?.length, FIGURES);
  assert.ok(html.length < 1_000_000, `${html.length}: Plotly is in it`);
});

test("JupyterLab's own export, in the environment of npm run lab, uses the same template", (context) => {
  if (!needsJupyter(context)) return;
  const script = `
import nbformat, sys
from jupyter_server.serverapp import ServerApp
from jupyter_server.nbconvert.handlers import get_exporter
app = ServerApp()
app.load_config_file()
html, _ = get_exporter('html', config=app.config, log=app.log).from_notebook_node(nbformat.read(sys.argv[1], 4))
print(html.count('class="plotly-json"'), html.count('Plotly.newPlot('), len(html) > 1_500_000)`;
  const output = python(['-c', script, notebookPath(COMMITTED)], {
    JUPYTER_PATH: path.join(projectRoot, 'kernel-setup', 'share'),
  });
  assert.equal(output.trim(), `${FIGURES} 1 True`);
});
