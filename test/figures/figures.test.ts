import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as figures from '../../src/figures';
import type { Figure } from '../../src/figures';
import { exampleFigures, exampleRuns, exampleSweep } from './examples';
import { plotlyComplaints } from './validate';

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
    assert.throws(() => build([{ ...runs[0], matrix: [[2]] }]), /run 'naive', seed 0: the accuracy on task 0 after task 0 is 2/);
    assert.throws(() => build(runs, { titel: 'x' } as object), /unknown option 'titel'/);
  }
});

/** WCAG contrast of two `#rrggbb` colours, 1 to 21. */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}
