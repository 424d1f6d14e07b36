import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { csvOf } from '../src/benchmark/results/csv';
import { reportPage } from '../src/benchmark/results/page';
import * as library from '../src';
import type { ExperimentResult, Figure, FinalRun } from '../src';
import { failedRun } from '../src/experiments/failedRun';
import { runRowsOf } from '../src/experiments/store/runRow';
import { progressText } from '../src/notebook/progressText';
import { figureBundle } from '../src/notebook/show';
import { frameText } from '../src/notebook/frameText';
import { planned, result } from './experiments/fixtures';

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
after(() => rmSync(folder, { recursive: true }));

/** Names as a file or a person with bad intentions gives them. */
const HOSTILE = [
  '<img src=x onerror="alert(1)">',
  '</script><script>alert(1)</script>',
  "'-alert(1)-'\"><svg onload=alert(1)>",
  '<a href="javascript:alert(1)">click</a>',
  '<!-- -->]]>&lt;b&gt;',
  '__proto__',
  'constructor',
  '**bold** [link](javascript:alert(1)) `code` # head | cell',
  '\x1b[2J\x1b]0;title\x07\x9b31mred',
  'two\nlines\r\nand \rover',
  '%{customdata[0]} $' + '{alert(1)} {{7*7}} $x^2$ \\(y\\)',
  '\u202egnp.exe\u2028\u2029',
  '=HYPERLINK("http://x";"y")',
];
const all = HOSTILE.join(' ');
const matrix = [
  [0.9, 0.5],
  [0.4, 0.8],
];
const taskNames = HOSTILE.slice(0, 2);

/** One figure of every builder for a pair of hostile names. */
const FIGURES: Record<string, (name: string, other: string) => Figure> = {
  accuracyMatrixFigure: (name, other) => library.accuracyMatrixFigure(matrix, { title: name, taskNames: [name, other] }),
  accuracyCurvesFigure: (name, other) =>
    library.accuracyCurvesFigure(runs(name, other), { title: name, taskNames: [name, other] }),
  metricBarsFigure: (name, other) => library.metricBarsFigure(runs(name, other), { title: name }),
  criticalDifferenceFigure: (name, other) => {
    const scores = { [name]: { a: 0.1, b: 0.2, c: 0.3 }, [other]: { a: 0.5, b: 0.6, c: 0.1 } };
    return library.criticalDifferenceFigure(library.rankMethods(scores), { title: name, blocks: other });
  },
  confusionFigure: (name, other) => library.confusionFigure([[3, 1], [0, 4]], { title: name, classNames: [name, other] }), // prettier-ignore
  insideTasksFigure: (name, other) =>
    library.insideTasksFigure([{ task: 0, step: 1, accuracies: [0.5, null] }, { task: 1, step: 1, accuracies: [0.4, 0.6] }] as never, { title: name, taskNames: [name, other] }), // prettier-ignore
  streamFigure: (name, other) =>
    library.streamFigure({ classNames: [name, other], taskNames: [other, name], counts: [[1, 0], [0, 2]] } as never, { title: name }), // prettier-ignore
  forgettingFigure: (name, other) => library.forgettingFigure(runs(name, other), { title: name, taskNames: [name, other] }),
  forwardTransferFigure: (name, other) =>
    library.forwardTransferFigure(runs(name, other), { title: name, baseline: [0.5, 0.5], taskNames: [name, other] }),
  learningCurvesFigure: (name, other) =>
    library.learningCurvesFigure([{ method: name, label: other, seed: 1, steps: [0, 1], accuracies: [0.1, 0.2] }], {
      title: name,
    }),
  parameterGrowthFigure: (name) => library.parameterGrowthFigure([{ total: 2, frozen: 1, trainable: 1 }], { title: name }),
  costAccuracyFigure: (name, other) => library.costAccuracyFigure(runs(name, other), { title: name }),
  gateFigure: (name) => library.gateFigure(library.passesGate(matrix, matrix), { title: name }),
  imageGridFigure: (name, other) =>
    library.imageGridFigure([{ label: name, images: [[0, 1, 0, 1]], captions: [other] }], { title: name, width: 2, height: 2 }),
  compatibilityFigure: (name, other) =>
    library.compatibilityFigure([{ row: name, column: other, fits: true, reason: name }], { title: name }),
  sweepFigure: (name, other) =>
    library.sweepFigure([{ method: name, label: other, seed: 1, value: 1, matrix }, { method: other, seed: 1, value: 2, matrix }], { parameter: name, title: other }), // prettier-ignore
};

function runs(name: string, other: string): library.Run[] {
  return [
    { method: name, label: other, seed: 1, matrix, seconds: 1, peakMb: 1 },
    { method: other, seed: 1, matrix, seconds: 2, peakMb: 1 },
  ];
}

/** Results and a failure whose every text is hostile. */
function results(): FinalRun[] {
  return HOSTILE.flatMap((name, i) => {
    const spec = {
      stream: { name, scenario: 'class-incremental' as const, option: name, nTasks: 2 },
      model: { architecture: name },
      optimizer: { name },
      method: { name, options: JSON.parse(`{"__proto__": 1, ${JSON.stringify(name)}: ${JSON.stringify(name)}}`) as object },
    };
    const run = planned({ seed: i });
    const changes = { study: name, label: name, method: name, spec: { ...run.spec, ...spec } } as Partial<ExperimentResult>;
    const made = {
      date: name,
      versions: { [name]: name },
      commit: name,
      machine: { cpu: name, cores: 1, memoryGb: 1, system: name },
    };
    const done = result(
      { ...changes, taskNames: [name, `${name} 2`], device: name, fingerprint: name, stuckAtChance: name, made },
      run,
    );
    const other = planned({ seed: 100 + i });
    return [done, failedRun({ ...other, ...changes, spec: { ...other.spec, ...spec } } as never, name)];
  });
}

/** Signs that command a terminal, or turn text round. */
const COMMANDS = new RegExp('[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]');

/** Elements that pages and pictures of the library have. */
const OWN_TAGS = /^(html|head|meta|title|style|body|div|h[12]|p|section|table|caption|thead|tbody|tr|th|td|a|span|details|summary|code|pre|script|svg|g|rect|line|path|circle|polygon|polyline|text|tspan|image|img|defs|clipPath|br|b|sub|sup)$/; // prettier-ignore

/** Throws unless HTML or SVG holds nothing but elements of the library's own, with attributes of its own. */
function assertOwnMarkup(html: string, what: string): void {
  const scripts = html.match(/<script\b[^>]*>/g)?.length ?? 0;
  const withoutScripts = html.replace(/<script>[^]*?<\/script>/g, '').replace(/<style>[^]*?<\/style>/g, '').replace(/^<!DOCTYPE html>/, ''); // prettier-ignore
  assert.equal(html.match(/<\/script/gi)?.length ?? 0, scripts, `${what}: a script was ended by a name`);
  for (const [tag, name, attributes] of withoutScripts.matchAll(/<\/?([^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>?/g)) {
    assert.match(name, OWN_TAGS, `${what}: ${tag}`);
    assert.doesNotMatch(attributes.replace(/"[^"]*"/g, ''), /\bon\w+|javascript/i, `${what}: ${tag}`);
    assert.doesNotMatch(attributes, /(href|src)="\s*javascript/i, `${what}: ${tag}`);
  }
  assert.doesNotMatch(html.replace(/<script>[^]*?<\/script>/g, ''), COMMANDS, what);
}

/** Throws unless every text of a figure is such that Plotly shows it letter by letter. */
function assertPlainFigure(value: unknown, what: string): void {
  if (typeof value === 'object' && value !== null) {
    for (const [name, inside] of Object.entries(value)) assertPlainFigure(inside, `${what}.${name}`);
  } else if (typeof value === 'string' && !value.startsWith('data:image/')) {
    const markup = value.replace(/<\/?(?:br|b|sub|sup|i)>|<span style="[\w:#; ()%.,-]*">|<\/span>/g, '');
    assert.doesNotMatch(markup, /<|\$[^$]+\$/, what);
    assert.doesNotMatch(value, COMMANDS, what);
    if (/template$/.test(what)) assert.doesNotMatch(value, /customdata\[0\]/, what);
  }
}

test('every builder of a figure is here', () => {
  const builders = Object.keys(library).filter(
    (name) => /[a-z]Figure$/.test(name) && !['saveFigure', 'liveFigure'].includes(name),
  );
  assert.deepEqual(Object.keys(FIGURES).sort(), builders.sort());
});

for (const [builder, make] of Object.entries(FIGURES)) {
  test(`hostile names are text in ${builder}: in Plotly's form, in a notebook, as a page and as a picture`, () => {
    HOSTILE.forEach((name, i) => {
      const figure = library.captioned(make(name, HOSTILE[(i + 1) % HOSTILE.length]), [{ id: name }]);
      const what = `${builder}, ${JSON.stringify(name)}`;
      assertPlainFigure(figure, what);
      const bundle = figureBundle(figure) as Record<string, string>;
      assertOwnMarkup(bundle['text/html'], what);
      assert.doesNotMatch(bundle['text/plain'], COMMANDS, what);
      const svg = readFileSync(library.saveFigure(figure, join(folder, 'figure.svg')), 'utf8');
      assertOwnMarkup(svg, what);
    });
    const page = readFileSync(library.saveFigure(make(all, `other ${all}`), join(folder, 'figure.html')), 'utf8');
    const [, own] = /<\/script>\n(<script>Plotly[^]*)$/.exec(page)!; // after Plotly's own code
    assertOwnMarkup(`${page.slice(0, page.indexOf('<script>'))}${own}`, builder);
  });
}

test('hostile names are text in the report of results, whose policy lets nothing be loaded', () => {
  const page = reportPage(results(), { store: all, date: '2026-01-01' });
  const [head, rest] = [page.slice(0, page.indexOf('<script>')), page.slice(page.lastIndexOf('<script>'))];
  assertOwnMarkup(head + rest, 'report');
  assert.match(head, /default-src 'none'/);
});

test('hostile names are one cell in tables of the terminal, in lines of progress and in summaries, and command nothing', () => {
  const table = library.studyTable(HOSTILE[8], results());
  const texts = [
    table,
    ...HOSTILE.map((name) => library.studyTable(name, results())),
    new library.CLMetrics(matrix, [...taskNames]).summary(all),
    frameText({ columns: HOSTILE, index: [0], values: [HOSTILE] }, 10),
    ...HOSTILE.map(
      (taskName) =>
      progressText({ task: 0, nTasks: 1, taskName, epoch: 1, epochs: 1, step: 1, steps: 1, loss: 1, stepsPerSecond: 1, secondsLeft: 1 } as never), // prettier-ignore
    ),
  ];
  for (const text of texts) assert.doesNotMatch(text, COMMANDS, text);
});

/** What a function shows in a notebook. */
function shownInNotebook(action: () => void): Record<string, string> {
  const bundles: Record<string, string>[] = [];
  const place = '/tslab/dist/jupyter.js';
  const write = ({ data }: { data: Record<string, string> }) => void bundles.push(data);
  require.cache[place] = { exports: { lastWriteDisplayData: write } } as unknown as NodeJS.Module;
  try {
    action();
  } finally {
    delete require.cache[place];
  }
  assert.equal(bundles.length, 1);
  return bundles[0];
}

test('hostile names are text in tables of a notebook, as columns, cells and heading', () => {
  const cells = HOSTILE.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(name)}`).join(', ');
  const row = JSON.parse(`{${cells}}`) as Record<string, string>;
  const bundle = shownInNotebook(() => library.showTable([row, row], { title: all }));
  assertOwnMarkup(bundle['text/html'], 'showTable');
  assert.doesNotMatch(bundle['text/plain'], COMMANDS);
  assert.equal(bundle['text/html'].match(/<th /g)!.length, HOSTILE.length);
});

test('hostile names stay in their cell of a CSV file, and are no formulas there', () => {
  const csv = csvOf(runRowsOf(results()));
  const file = join(folder, 'runs.csv');
  writeFileSync(file, csv);
  const rows = library.readCsv(file);
  assert.equal(rows.length, 2 * HOSTILE.length);
  assert.doesNotMatch(csv, /(^|,)"?[=+@](?!\d)/m);
});

test('hostile names change no prototype', () => {
  assert.equal(({} as { [name: string]: unknown })[HOSTILE[0]], undefined);
  assert.deepEqual(Object.keys(Object.prototype), []);
});
