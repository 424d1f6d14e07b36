import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/methods'; // each method brings its own name and look
import * as figures from '../../src/figures';
import type { Figure } from '../../src/figures';
import { exampleFigures, exampleRuns, exampleSweep } from './examples';
import { colorAt, contrast } from '../../src/figures/color';
import { plotlyComplaints } from './validate';
import { rankMethods } from '../../src/metrics';

const examples = exampleFigures();

/** Every value in a figure with the path to it. */
function leaves(value: unknown, path = ''): [path: string, value: unknown][] {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
}

test('the judge judges: Plotly.validate complains about a wrong key, a wrong value and an old-style title', () => {
  assert.equal(plotlyComplaints({ data: [{ type: 'bar', y: [1], colour: 'red' }], layout: {} }).length, 1);
  assert.equal(plotlyComplaints({ data: [{ type: 'bar', y: [1], orientation: 'sideways' }], layout: {} }).length, 1);
  assert.equal(plotlyComplaints({ data: [], layout: { title: 'old' } }).length, 1);
});

test('every builder has an example', () => {
  const builders = Object.keys(figures).filter((name) => name.endsWith('Figure'));
  for (const builder of builders) {
    assert.ok(builder.replace(/Figure$/, '') in examples, `${builder} has no example`);
  }
  assert.ok(builders.length >= 12);
});

for (const [name, figure] of Object.entries(examples)) {
  test(`${name}: Plotly accepts every key and value`, () => {
    assert.deepEqual(plotlyComplaints(figure), []);
  });

  test(`${name}: survives JSON, without undefined, NaN or infinite numbers`, () => {
    for (const [path, value] of leaves(figure)) {
      const plain = value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
      assert.ok(plain, `${path} is ${String(value)}`);
    }
    assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
  });

  test(`${name}: fits both themes and adapts its width`, () => {
    const { layout } = figure;
    assert.equal(layout.paper_bgcolor, 'rgba(0, 0, 0, 0)');
    assert.equal(layout.width, undefined);
    assert.ok((layout.height as number) >= 150 && (layout.height as number) <= 900);
    assert.ok((layout.title as { text: string }).text.length > 0);
    const texts = leaves(layout).filter(([path]) => /font\.color$/.test(path) && !path.includes('hoverlabel'));
    for (const [path, color] of texts) {
      assert.ok(
        contrast(color as string, '#ffffff') > 4 && contrast(color as string, '#111111') > 4,
        `${path}: ${String(color)}`,
      );
    }
  });

  test(`${name}: hover texts are sentences of at least four words, and say nothing undefined`, () => {
    const texts = figure.data
      .flatMap((trace) => leaves(trace.hovertext).map(([, text]) => text as string))
      .filter((text) => text);
    assert.ok(texts.length > 0 || name === 'gateNotMeasured', 'no hover text at all');
    for (const text of texts) {
      assert.ok(text.split(/\s+|<br>/).length >= 4, text);
      assert.doesNotMatch(text, /undefined|NaN|null|\[object/);
    }
    for (const trace of figure.data) assert.ok(['text', 'skip'].includes(trace.hoverinfo as string), 'default hover');
  });
}

test('builders do not change what they are given', () => {
  const runs = exampleRuns();
  const sweep = exampleSweep([0, 1, 100]);
  const frozen = JSON.stringify([runs, sweep]);
  figures.accuracyCurvesFigure(runs);
  figures.metricBarsFigure(runs);
  figures.forgettingFigure(runs);
  figures.forwardTransferFigure(runs);
  figures.costAccuracyFigure(runs);
  figures.accuracyMatrixFigure(runs[0].matrix);
  figures.sweepFigure(sweep);
  assert.equal(JSON.stringify([runs, sweep]), frozen);
});

test('two figures share no object: changing one leaves the other alone', () => {
  const objectsOf = (value: unknown): object[] =>
    value !== null && typeof value === 'object' ? [value, ...Object.values(value).flatMap(objectsOf)] : [];
  const again = exampleFigures();
  for (const [name, figure] of Object.entries(examples)) {
    const own = new Set(objectsOf(figure));
    const shared = objectsOf(again[name]).find((object) => own.has(object));
    assert.equal(shared, undefined, `${name}: ${JSON.stringify(shared)}`);
  }
});

test('the colour of a method is the same in all figures, whatever else they show', () => {
  const all = exampleRuns();
  const withColor = (figure: Figure, method: string) =>
    leaves(figure.data).some(([, value]) => value === figures.methodColor(method));
  for (const method of ['naive', 'ewc', 'er', 'gem', 'pnn', 'joint', 'mine']) {
    const alone = all.filter((run) => run.method === method);
    for (const build of [
      figures.accuracyCurvesFigure,
      figures.metricBarsFigure,
      figures.forgettingFigure,
      figures.forwardTransferFigure,
      figures.costAccuracyFigure,
    ]) {
      assert.ok(withColor(build(all), method), `${build.name} among all: ${method}`);
      assert.ok(withColor(build(alone), method), `${build.name} alone: ${method}`);
    }
  }
});

test('no runs, runs of different lengths, wrong matrices and unknown options are refused', () => {
  const runs = exampleRuns(3, ['naive'], 1);
  for (const build of [
    figures.accuracyCurvesFigure,
    figures.metricBarsFigure,
    figures.forgettingFigure,
    figures.forwardTransferFigure,
    figures.costAccuracyFigure,
  ]) {
    assert.throws(() => build([]), /runs is empty/);
    assert.throws(() => build([...runs, ...exampleRuns(4, ['ewc'], 1)]), /3 and 4 tasks; draw one figure per scenario/);
    assert.throws(() => build([{ ...runs[0], matrix: [[2]] }]), /run 'Naive', seed 0: the accuracy on task 0 after task 0 is 2/);
    assert.throws(() => build(runs, { titel: 'x' } as object), /unknown option 'titel'/);
  }
});

/** Text on coloured cells: its colour and that of the cell. Cells are opaque, so they look the same in both themes. */
function cellTexts({ data }: Figure): [text: string, ground: string][] {
  return data
    .filter(({ type, texttemplate }) => type === 'heatmap' && texttemplate)
    .flatMap((trace) => {
      const { z, zmin, zmax, colorscale, text, textfont } = trace as unknown as {
        z: (number | null)[][];
        zmin: number;
        zmax: number;
        colorscale: [number, string][];
        text: string[][];
        textfont: { color: string };
      };
      assert.equal(trace.opacity, undefined, 'a cell that the page shines through has another colour in each theme');
      return z.flatMap((row, i) =>
        row.flatMap((value, j): [string, string][] =>
          value === null || text[i][j] === '' ? [] : [[textfont.color, colorAt(colorscale, (value - zmin) / (zmax - zmin))]],
        ),
      );
    });
}

test('text on coloured cells has a contrast of at least 4.5 in both themes, whatever the value', () => {
  const all = Array.from({ length: 11 }, (_, i) => Array.from({ length: 11 }, (_, j) => (11 * i + j) / 120));
  const pairs = [figures.accuracyMatrixFigure(all), examples.accuracyMatrixWithGaps, examples.compatibility].flatMap(cellTexts);
  assert.ok(pairs.length > 121 + 15);
  for (const [text, ground] of pairs) assert.ok(contrast(text, ground) >= 4.5, `${text} on ${ground}: ${contrast(text, ground)}`);
});

const REAL = 'lr<0.1 & λ>5 <b>x</b> costs $1 and $2';
const SHOWN = 'lr&lt;0.1 &amp; λ&gt;5 &lt;b&gt;x&lt;/b&gt; costs &#36;1 and &#36;2';

test("the user's words are shown as written in every figure: titles, labels, names of tasks and parameters", () => {
  const run = {
    method: 'own',
    label: REAL,
    seed: 1,
    seconds: 1,
    matrix: [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
  };
  const options = { title: REAL, taskNames: [REAL, REAL] };
  const drawn = [
    figures.accuracyMatrixFigure(run.matrix, options),
    figures.accuracyCurvesFigure([run], options),
    figures.metricBarsFigure([run], { title: REAL }),
    figures.forgettingFigure([run], options),
    figures.forwardTransferFigure([run], { ...options, baseline: [0.5, 0.5] }),
    figures.costAccuracyFigure([run], { title: REAL }),
    figures.learningCurvesFigure([{ ...run, steps: [0], accuracies: [0.5] }], { title: REAL }),
    figures.sweepFigure([{ ...run, value: 1 }], { title: REAL, parameter: REAL }),
    figures.sweepFigure([{ ...run, value: 1 }], { parameter: REAL }),
    figures.parameterGrowthFigure([{ total: 1, frozen: 0, trainable: 1 }], { title: REAL, taskNames: [REAL] }),
    figures.compatibilityFigure([{ row: REAL, column: REAL, fits: true, reason: REAL }], { title: REAL }),
    figures.imageGridFigure([{ label: REAL, images: [[1]], captions: [REAL] }], { title: REAL, width: 1, height: 1 }),
    figures.criticalDifferenceFigure(rankMethods({ [REAL]: { 1: 1, 2: 1 }, other: { 1: 0, 2: 0, [REAL]: 0 } }), {
      title: REAL,
      blocks: REAL,
    }),
    figures.gateFigure(
      { passed: true, reasons: [], checks: [{ name: REAL, passed: true, value: 1, limit: 1, text: REAL }] },
      { title: REAL },
    ),
  ];
  for (const figure of drawn) {
    const title = (figure.layout.title as { text: string }).text;
    assert.ok(title.replaceAll('<br>', ' ').includes(SHOWN), title);
    for (const [path, value] of leaves(figure)) {
      if (typeof value !== 'string' || path.endsWith('source')) continue;
      const rest = value.replace(/<br>|<\/?b>|<\/?span[^>]*>/g, '');
      assert.doesNotMatch(rest, /[<>$]|&(?!(lt|gt|amp|#36);)/, `${path}: ${value}`);
      assert.doesNotMatch(value, /<b>x/, `${path}: ${value}`);
    }
  }
  assert.ok(drawn.length >= 13);
});

test('names as long as the user likes leave the plot its place, and the full name is on hover', () => {
  const names = Array.from({ length: 5 }, (_, k) => Array.from({ length: 40 }, (_, c) => `kind number ${40 * k + c}`).join(', '));
  const matrix = names.map(() => names.map(() => 0.5));
  const label = `a method whose name ${'goes on and on '.repeat(20)}`;
  const run = { method: 'own', label, seed: 1, seconds: 1, matrix };
  const drawn = [
    figures.accuracyMatrixFigure(matrix, { taskNames: names }),
    figures.accuracyCurvesFigure([run], { taskNames: names }),
    figures.forgettingFigure([run], { taskNames: names }),
    figures.forwardTransferFigure([run], { taskNames: names }),
    figures.metricBarsFigure([run]),
    figures.costAccuracyFigure([run]),
    figures.compatibilityFigure([{ row: names[0], column: names[1], fits: true, reason: 'why' }]),
    figures.imageGridFigure([{ label: names[0], images: [[1]] }], { width: 1, height: 1 }),
    figures.parameterGrowthFigure(
      names.map((_, k) => ({ total: k, frozen: 0, trainable: k })),
      { taskNames: names },
    ),
  ];
  for (const figure of drawn) {
    const ticks = leaves(figure.layout)
      .filter(([path]) => path.includes('ticktext'))
      .map(([, text]) => String(text));
    const lines = ticks.flatMap((text) => text.split('<br>'));
    for (const line of lines) assert.ok(line.length <= 30, line);
    for (const text of ticks) assert.ok(text.split('<br>').length <= 3, text);
    const trace = figure.data
      .flatMap(({ name, text }) => [name, text])
      .flat(2)
      .filter((text) => typeof text === 'string');
    for (const text of trace) assert.ok((text as string).trim().length <= 40, text as string);
    const headings = (figure.layout.annotations ?? []) as { text: string }[];
    for (const { text } of headings) assert.ok(text.length <= 60, text);
    assert.ok((figure.layout.height as number) < 700);
  }
  assert.ok(JSON.stringify(drawn[0].data).includes(names[0]), 'hover');
});

test('a stream of a hundred tasks, and twenty methods, stay within two screens', () => {
  const matrix = Array.from({ length: 100 }, () => Array<number>(100).fill(0.5));
  const long = { method: 'er', seed: 1, matrix };
  const many = Array.from({ length: 20 }, (_, k) => ({
    method: `method ${k}`,
    seed: 1,
    matrix: [
      [0.5, 0.5],
      [0.5, 0.5],
    ],
  }));
  for (const { layout } of [
    figures.accuracyMatrixFigure(matrix),
    figures.accuracyCurvesFigure([long]),
    figures.forgettingFigure([long]),
    figures.accuracyCurvesFigure(many),
    figures.metricBarsFigure(many),
    figures.forgettingFigure(many),
  ]) {
    assert.ok((layout.height as number) <= 1000, String(layout.height));
    const ticks = (layout.xaxis as { ticktext?: string[] }).ticktext ?? [];
    assert.ok(ticks.length <= 25, `${ticks.length} labels`);
  }
});

test('intervals, frames, grey cells and shortened axes are explained in the figure that has them, and only there', () => {
  const notes = ({ layout }: Figure) =>
    ((layout.title as { subtitle?: { text: string } }).subtitle?.text ?? '').replaceAll('<br>', ' ');
  const [one, three] = [exampleRuns(3, ['er', 'gem'], 1), exampleRuns(3, ['er', 'gem'], 3)];
  for (const build of [
    figures.accuracyCurvesFigure,
    figures.metricBarsFigure,
    figures.forgettingFigure,
    figures.costAccuracyFigure,
  ]) {
    assert.match(notes(build(three)), /95 % interval of the mean over 3 seeds/);
    assert.doesNotMatch(notes(build(one)), /interval/);
  }
  assert.match(notes(figures.accuracyMatrixFigure([[null]])), /Framed: just learnt\. Grey: not measured\./);
  assert.doesNotMatch(notes(figures.accuracyMatrixFigure([[1]])), /Grey/);
  assert.match(notes(examples.compatibility), /✓ fits, ○ fits partly, ✕ does not fit\. Grey: not looked at\./);
  const near = [0.97, 0.98].map((value, k) => ({
    method: `m${k}`,
    seed: 1,
    matrix: [
      [value, value],
      [null, value],
    ],
  }));
  assert.match(notes(figures.accuracyCurvesFigure(near)), /The axis of accuracies begins at 0\.\d\d\./);
  assert.doesNotMatch(notes(figures.accuracyCurvesFigure(exampleRuns())), /begins/);
});

test('every axis of values has a title in words', () => {
  for (const name of [
    'accuracyMatrix',
    'accuracyCurves',
    'forgetting',
    'forwardTransfer',
    'learningCurves',
    'costAccuracy',
    'parameterGrowth',
  ]) {
    const { yaxis } = examples[name].layout as Record<string, { title: { text: string } }>;
    const last = Object.entries(examples[name].layout)
      .filter(([key]) => key.startsWith('xaxis'))
      .at(-1)![1] as typeof yaxis;
    for (const { title } of [last, yaxis]) assert.match(title.text, /[a-z]{4}/, name);
  }
  const headings = (examples.metricBars.layout.annotations as { text: string }[]).map(({ text }) => text.replace(/<\/?b>/g, ''));
  assert.deepEqual(headings, ['ACC mean accuracy at the end', 'BWT change of earlier tasks', 'FM loss on the worst task']);
});

test('builders refuse damaged input with their own name, never with an error of JavaScript', () => {
  const [run] = exampleRuns(2, ['naive'], 1);
  const withRuns = [
    figures.accuracyCurvesFigure,
    figures.metricBarsFigure,
    figures.forgettingFigure,
    figures.forwardTransferFigure,
    figures.costAccuracyFigure,
    figures.sweepFigure,
    figures.learningCurvesFigure,
    figures.parameterGrowthFigure,
    figures.compatibilityFigure,
    figures.imageGridFigure,
  ] as ((runs: unknown, options?: object) => Figure)[];
  for (const build of withRuns) {
    for (const wrong of [undefined, null, 5, 'abc', {}, [], [null], [5], ['x'], [{}], [[]]]) {
      assert.throws(
        () => build(wrong),
        (error: Error) => error.name === 'Error' && error.message.startsWith(build.name),
        build.name,
      );
    }
  }
  const changed: object[] = [
    { method: 5 },
    { label: 7 },
    { label: '' },
    { seed: '1' },
    { seed: undefined },
    { matrix: null },
    { value: '3' },
  ];
  for (const build of withRuns.slice(0, 6)) {
    for (const change of changed) {
      assert.throws(
        () => build([{ value: 1, ...run, ...change }]),
        (error: Error) => error.message.startsWith(build.name),
      );
    }
    assert.throws(() => build([{ value: 1, ...run }], { title: 5 }), /title must be text, got 5/);
  }
  for (const wrong of [undefined, null, {}, { passed: 'yes', checks: [] }, { passed: true, checks: [null] }]) {
    assert.throws(() => figures.gateFigure(wrong as never), /^Error: gateFigure/);
  }
});

test('figures of runs count failed ones, tell why they failed, and leave them out of every mean', () => {
  const runs = exampleRuns(3, ['er', 'gem'], 3);
  const fail = (run: (typeof runs)[number]) => ({
    ...run,
    seconds: undefined,
    matrix: run.matrix.map((row) => row.map(() => null)),
    failed: 'the loss exploded to 1e5',
  });
  const some = runs.map((run) => (run.method === 'gem' || run.seed === runs[0].seed ? fail(run) : run));
  const rest = some.filter((run) => !('failed' in run));
  for (const build of [
    figures.accuracyCurvesFigure,
    figures.metricBarsFigure,
    figures.forgettingFigure,
    figures.forwardTransferFigure,
    figures.costAccuracyFigure,
    (list: typeof runs) => figures.sweepFigure(list.map((run) => ({ ...run, value: 1 }))),
  ]) {
    const figure = build(some);
    const unused = /key error_y\.\w+ did not get coerced/; // of a method none of whose runs gave a result
    assert.deepEqual(
      plotlyComplaints(figure).filter((complaint) => !unused.test(complaint)),
      [],
    );
    for (const [path, value] of leaves(figure)) assert.ok(typeof value !== 'number' || Number.isFinite(value), path);
    const text = JSON.stringify(figure).replaceAll('<br>', ' ');
    assert.match(text, /ER \(2 of 3 (seeds|runs)\)/);
    assert.match(text, /No result: ER(, value 1)?, seed 0 \(the loss exploded to 1e5\); GEM/);
    const numbers = ({ data }: Figure) => leaves(data.map(({ y, x }) => [y, x])).flatMap(([, value]) => value as number);
    for (const value of numbers(build(rest))) assert.ok(numbers(figure).includes(value), `${value} is another mean`);
  }
});
