import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { reportPage } from '../../../src/benchmark/results/page';
import { failedRun } from '../../../src/experiments/failedRun';
import { provenance } from '../../../src/experiments/provenance';
import { needsBrowser, openBrowser } from '../../notebooks/browser';
import { planned, result, SMALL } from '../../experiments/fixtures';

const folder = mkdtempSync(join(tmpdir(), 'report-'));
after(() => rmSync(folder, { recursive: true }));

const matrix = [0, 1, 2, 3, 4].map((i) => [0, 1, 2, 3, 4].map((j) => (i > j ? null : 0.9 - 0.1 * (j - i))));
const taskNames = ['a', 'b', 'c', 'd', '<img src=x onerror=alert(1)>'];
const done = (seed: number, name = 'naive', label?: string) =>
  result({ matrix, taskNames, made: provenance() }, planned({ seed, method: { name } }, { study: 'own', label }));
const EVIL = '</script><script>alert(1)</script>';
const runs = [
  done(1),
  done(2),
  failedRun(planned({ seed: 3 }, { study: 'own' }), `the loss exploded ${EVIL}`),
  done(1, 'er', EVIL),
  result({ matrix, taskNames }, planned({ stream: { ...SMALL.stream, batchSize: 7 } })),
];
const page = reportPage(runs, { store: `/runs${EVIL}`, date: '2026-01-02T03:04:05.000Z' });

/** The page without Plotly's code. */
const start = page.indexOf('<script>(function (define');
const own = page.slice(0, start) + page.slice(page.indexOf('</script>', start));

test('the page stands alone: nothing is loaded, and it may load nothing', () => {
  assert.doesNotMatch(own, /<script[^>]+src=|<link|@import|url\(/);
  assert.match(own, /http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'/);
  assert.ok(page.length > own.length + 1e6 && page.includes('plotly.js (cartesian - minified)'));
});

test('names and reasons are text, wherever they stand', () => {
  assert.doesNotMatch(own, /<script>alert|<img/);
  assert.match(own, /&lt;\/script&gt;&lt;script&gt;alert\(1\)/);
});

test('each number of a table leads to the runs it was computed from, each of which is in the page', () => {
  const cells = [...own.matchAll(/<td class="number"><a href="#([\w-]+)">([^<]+)<\/a>/g)].map(([, target, text]) => ({
    target,
    text,
  }));
  assert.equal(cells.length, 3 * 4);
  for (const { target } of cells) assert.equal(own.split(`id="${target}"`).length, 2, target);
  assert.equal(cells[0].text, '0.6500 ± 0.0000');
  for (const { id } of runs) assert.equal(own.split(`<details id="run-${id}">`).length, 2);
  const links = [...own.matchAll(/href="#(run-\w+)"/g)].map(([, target]) => target);
  assert.deepEqual(new Set(links), new Set(runs.map(({ id }) => `run-${id}`)));
});

test('failed runs are counted and told; a study without any result has a page, too', () => {
  assert.match(own, /5 runs, 1 of them without a result/);
  assert.match(own, /<td>Naive \(2 of 3 seeds\)<\/td>/);
  assert.match(own, /<p class="note">No result: Naive, seed 3 \(diverged: the loss exploded /);
  const failures = reportPage([failedRun(planned(), 'why')], { store: 'x', date: '2026-01-02T03:04' });
  assert.match(failures.slice(0, 20_000), /<td>Naive \(0 of 1 seed\)<\/td><td class="number"><a href="#run-\w+">–<\/a>/);
});

test('differences from a baseline and critical differences are in the page, the latter over streams, too', () => {
  const names = ['naive', 'er', 'ewc'];
  const some = [5, 7, 9].flatMap((batchSize) =>
    names.flatMap((name) =>
      [1, 2, 3].map((seed) => {
        const label = name === 'er' ? EVIL : undefined;
        return result(
          { matrix, taskNames },
          planned({ seed, method: { name }, stream: { ...SMALL.stream, batchSize } }, { label }),
        );
      }),
    ),
  );
  const text = reportPage(some, { store: 'x', date: '2026-01-02T03:04', baseline: EVIL });
  const cut = text.indexOf('<script>(function (define');
  const head = text.slice(0, cut);
  assert.equal(head.split('<h3>ACC less that of &lt;/script&gt;').length, 4);
  assert.match(
    head,
    /<tr><td>Naive<\/td><td class="number">0\.0000<\/td><td class="number">0\.0000 to 0\.0000<\/td><td class="number">3</,
  );
  assert.doesNotMatch(head, /<script>alert/);
  for (const id of ['figure-0-2', 'figure-1-2', 'figure-2-2', 'figure-streams']) {
    assert.ok(head.includes(`<div id="${id}"></div>`) && text.includes(`Plotly.newPlot("${id}"`), id);
  }
  assert.doesNotMatch(own, /figure-0-2|less that of/); // too few methods, and no baseline asked for
});

test('in a browser the figures are drawn without any request, and a link opens its run', async (t) => {
  const path = needsBrowser(t);
  if (!path) return;
  const file = join(folder, 'report.html');
  writeFileSync(file, page);
  const browser = await openBrowser(path);
  try {
    const tab = await browser.newPage();
    const seen: string[] = [];
    tab.on('request', (request) => seen.push(request.url()));
    tab.on('pageerror', (error) => seen.push(error.message));
    tab.on('console', (message) => seen.push(message.text()));
    await tab.goto(`file://${file}`);
    await tab.waitForFunction('document.querySelectorAll(".js-plotly-plot .main-svg").length > 3');
    assert.deepEqual(seen, [`file://${file}`]);
    assert.equal(await tab.locator('details[open]').count(), 0);
    await tab.locator('td.number a').first().click();
    await tab.locator('td:target a').first().click();
    await tab.locator(`#run-${runs[0].id}[open]`).waitFor();
    assert.equal(await tab.locator('details[open]').count(), 1);
  } finally {
    await browser.close();
  }
});
