import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/methods'; // each method brings its own name and look
import { crc32, inflateSync } from 'node:zlib';
import * as figures from '../../src/figures';
import type { Run } from '../../src/figures';
import { passesGate, passesGateOverSeeds, rankMethods } from '../../src/metrics';

/** A trace with its arrays opened up for the tests. */
type Trace = Record<string, any>;
const traces = (figure: figures.Figure): Trace[] => figure.data;

const runs: Run[] = [
  {
    method: 'ewc',
    seed: 0,
    matrix: [
      [0.9, 0.6],
      [0.5, 0.8],
    ],
    seconds: 10,
    peakMb: 400,
  },
  {
    method: 'ewc',
    seed: 1,
    matrix: [
      [0.9, 0.7],
      [0.5, 0.8],
    ],
    seconds: 12,
    peakMb: 400,
  },
  {
    method: 'pnn',
    seed: 0,
    matrix: [
      [1, 1],
      [null, 0.9],
    ],
    seconds: 20,
    peakMb: 100,
  },
];

test('accuracy matrix: numbers stand in their cells, cells not measured stay empty and say so', () => {
  const [empty, dark, bright] = traces(
    figures.accuracyMatrixFigure([
      [0.9, null],
      [0.5, 0],
    ]),
  );
  assert.deepEqual(dark.z, [
    [null, null],
    [null, 0],
  ]);
  assert.deepEqual(bright.z, [
    [0.9, null],
    [0.5, null],
  ]);
  assert.deepEqual(
    [dark.text, bright.text],
    [
      [
        ['', ''],
        ['', '0.00'],
      ],
      [
        ['0.90', ''],
        ['0.50', ''],
      ],
    ],
  );
  assert.deepEqual(empty.z, [
    [null, 0],
    [null, null],
  ]);
  assert.equal(empty.hovertext[0][1], 'after learning task 2, accuracy on task 1 was not measured');
  assert.equal(bright.hovertext[1][0], 'after learning task 1, accuracy on task 2 is 0.500<br>(not learnt yet: zero-shot)');
});

test('names with markup are shown as written', () => {
  const [filled] = traces(figures.accuracyMatrixFigure([[1]], { taskNames: ['<b>&'] }));
  assert.match(filled.hovertext[0][0], /accuracy on &lt;b&gt;&amp; is 1\.000/);
});

test('accuracy curves: the line is the mean over seeds, the band its interval, a cell not measured is a gap', () => {
  const data = traces(figures.accuracyCurvesFigure(runs));
  const line = data.find((trace) => trace.name === 'EWC' && trace.xaxis === 'x')!;
  assert.deepEqual(line.x, [1, 2]);
  assert.ok(Math.abs(line.y[0] - 0.9) < 1e-12 && Math.abs(line.y[1] - 0.65) < 1e-12);
  const band = data.find((trace) => trace.fill === 'toself' && trace.xaxis === 'x')!;
  assert.deepEqual(band.x, [1, 2, 2, 1]);
  // 0.65 ± 12.706 · 0.0707 / √2
  assert.ok(Math.abs(band.y[1] - 1.2853) < 1e-3 && Math.abs(band.y[2] - 0.0147) < 1e-3);
  assert.deepEqual(data.find((trace) => trace.name === 'PNN' && trace.xaxis === 'x2')!.y, [null, 0.9]);
  assert.match(
    line.hovertext[1],
    /^EWC: after learning task 2,<br>accuracy on task 1 is 0\.650 \(95 % interval 0\.015 to 1\.285, 2 seeds\)$/,
  );
});

test('accuracy curves: the last panel averages the tasks seen so far only', () => {
  const mean = traces(figures.accuracyCurvesFigure(runs)).find((trace) => trace.name === 'PNN' && trace.xaxis === 'x3')!;
  assert.deepEqual(mean.y, [1, 0.95]);
});

test('the band breaks where a moment was not measured by enough seeds', () => {
  const matrix = (last: number | null) => [[0.5, 0.5, last, 0.5, 0.5], ...Array.from({ length: 4 }, () => [1, 1, 1, 1, 1])];
  const gap = [0, 1].map((seed) => ({ method: 'ewc', seed, matrix: matrix(seed === 0 ? null : 0.5) }));
  const bands = traces(figures.accuracyCurvesFigure(gap)).filter((trace) => trace.fill === 'toself' && trace.xaxis === 'x');
  assert.deepEqual(
    bands.map((band) => band.x),
    [
      [1, 2, 2, 1],
      [4, 5, 5, 4],
    ],
  );
});

test('every method stands in the legend once', () => {
  for (const figure of [figures.accuracyCurvesFigure(runs), figures.sweepFigure(runs.map((run) => ({ ...run, value: 1 })))]) {
    const shown = traces(figure)
      .filter((trace) => trace.showlegend !== false)
      .map((trace) => trace.name);
    assert.deepEqual(shown, ['EWC', 'PNN']);
  }
});

test('lines on top of each other: each one below is wider, with larger markers, so that no line hides another', () => {
  const of = (method: string, shift: number): Run => ({
    method,
    seed: 0,
    matrix: [
      [0.9, 0.3 + shift],
      [null, 0.8],
    ],
  });
  const looks = (list: Run[], panel = 'x') =>
    traces(figures.accuracyCurvesFigure(list))
      .filter((trace) => trace.xaxis === panel)
      .map((trace) => [trace.name, trace.line.width, trace.marker.size]);
  const [naive, ewc, er, gem] = looks([of('naive', 0), of('ewc', 0.005), of('er', 0.3), of('gem', 0)]);
  assert.ok(naive[1] >= ewc[1] + 2 && ewc[1] >= gem[1] + 2, 'rims of at least a pixel on both sides');
  assert.ok(naive[2] >= ewc[2] + 2 && ewc[2] >= gem[2] + 2);
  assert.deepEqual(
    [er.slice(1), gem.slice(1)],
    [
      [2, 7],
      [2, 7],
    ],
    'seen without a rim',
  );
  const alone = looks([of('naive', 0), of('ewc', 0.05)]);
  assert.deepEqual(
    alone.map(([, width]) => width),
    [2, 2],
    'they part at the second moment',
  );
  assert.deepEqual(
    looks([of('naive', 0), of('ewc', 0.05)], 'x2').map(([, width]) => width > 2),
    [true, false],
    'panel by panel',
  );
});

test('sweeps and learning curves show lines on top of each other, too', () => {
  const curve = (method: string) => ({ method, steps: [0, 1, 10], accuracies: [0.1, 0.2, 0.9] });
  const sweep = ['naive', 'ewc'].flatMap((method) => [1, 10].map((value) => ({ ...runs[0], method, value })));
  for (const figure of [figures.learningCurvesFigure([curve('naive'), curve('ewc')]), figures.sweepFigure(sweep)]) {
    const [below, above] = traces(figure).filter((trace) => trace.xaxis === 'x');
    assert.ok(below.line.width > above.line.width);
  }
  const partly = [...sweep.slice(0, 2), { ...sweep[2], method: 'er' }];
  const [below] = traces(figures.sweepFigure(partly));
  assert.equal(below.line.width, 2, 'a line that covers one value only leaves the rest to be seen');
});

test('metric bars: ACC, BWT and FM of each method, whiskers only with several seeds', () => {
  const [acc, , bwt, , fm] = traces(figures.metricBarsFigure(runs));
  const rounded = (values: number[]) => values.map((value) => Number(value.toFixed(6)));
  assert.deepEqual(rounded(acc.x), [0.725, 0.95]);
  assert.deepEqual(rounded(bwt.x), [-0.25, 0]);
  assert.deepEqual(rounded(fm.x), [0.25, 0]);
  assert.equal(acc.error_x.array[1], 0);
  assert.ok(acc.error_x.array[0] > 0.1);
  const [, numbers] = traces(figures.metricBarsFigure(runs));
  assert.deepEqual(numbers.text, [' 0.725 ', ' 0.950 ']);
});

test('metric bars: what was not measured has no bar and says so', () => {
  const [acc, text] = traces(
    figures.metricBarsFigure([
      {
        method: 'naive',
        seed: 0,
        matrix: [
          [1, null],
          [null, 1],
        ],
      },
    ]),
  );
  assert.deepEqual(acc.x, [null]);
  assert.deepEqual(text.text, [' not measured']);
});

test('variants of one method share its colour and differ in pattern and line style', () => {
  const variants = [runs[0], { ...runs[0], label: 'EWC λ = 100' }];
  const [first, second] = traces(figures.forgettingFigure(variants));
  assert.equal(first.marker.color, second.marker.color);
  assert.notDeepEqual(first.marker.pattern, second.marker.pattern);
  const [a, b] = traces(figures.accuracyCurvesFigure(variants)).filter((trace) => trace.xaxis === 'x');
  assert.notEqual(a.line.dash, b.line.dash);
});

test('forgetting and zero-shot bars leave out the task for which they are not defined', () => {
  assert.deepEqual(traces(figures.forgettingFigure(runs))[0].y.length, 1);
  const zeroShot = figures.forwardTransferFigure(runs, { baseline: [0.1, 0.4] });
  assert.deepEqual(
    traces(zeroShot).map((trace) => trace.y),
    [[0.5], [null], [0.4]],
  );
  assert.throws(() => figures.forwardTransferFigure(runs, { baseline: [0.5] }), /pass 2 shares/);
  assert.throws(() => figures.forgettingFigure([{ method: 'ewc', seed: 0, matrix: [[1]] }]), /forgets nothing/);
});

test('learning curves: steps 0, 1, 10, 100 stand at even distances or to scale', () => {
  const curve = { method: 'from-scratch', steps: [0, 1, 10, 100], accuracies: [0.1, 0.2, null, 0.9] };
  assert.deepEqual(traces(figures.learningCurvesFigure([curve]))[0].x, [0, 1, 2, 3]);
  const [line] = traces(figures.learningCurvesFigure([curve], { spacing: 'linear' }));
  assert.deepEqual(line.x, [0, 1, 10, 100]);
  assert.deepEqual(line.y, [0.1, 0.2, null, 0.9]);
  assert.equal(line.hovertext[1], 'From scratch: after 1 training step,<br>accuracy is 0.200');
  assert.throws(() => figures.learningCurvesFigure([curve, { ...curve, steps: [0, 1, 10, 50] }]), /same steps/);
});

test('parameter growth: frozen below trainable, and numbers that do not add up are refused', () => {
  const [frozen, trainable] = traces(figures.parameterGrowthFigure([{ total: 1234567, frozen: 1234000, trainable: 567 }]));
  assert.deepEqual([frozen.name, frozen.y, trainable.y], ['frozen', [1234000], [567]]);
  assert.match(frozen.hovertext[0], /1\u202f234\u202f000 of 1\u202f234\u202f567 parameters are frozen/);
  assert.throws(() => figures.parameterGrowthFigure([{ total: 3, frozen: 1, trainable: 1 }]), /do not add up to total 3/);
});

test('cost: one mark per method at mean time and ACC, area growing with memory, log axis for wide spans', () => {
  const [ewc, pnn] = traces(figures.costAccuracyFigure(runs));
  assert.deepEqual(ewc.x, [11]);
  assert.ok(ewc.marker.size > pnn.marker.size);
  assert.match(ewc.hovertext[0], /^EWC: ACC 0\.725 .*<br>in 11 s of training and 400\.0 MB of memory$/);
  const xaxis = (list: Run[]) => figures.costAccuracyFigure(list).layout.xaxis as Trace;
  assert.equal(xaxis(runs).type, undefined);
  const log = xaxis([...runs, { ...runs[0], method: 'gem', seconds: 900 }]);
  assert.equal(log.type, 'log');
  const short = xaxis([...runs, { ...runs[0], method: 'gem', seconds: 0.4 }]);
  assert.deepEqual(short.ticktext.slice(0, 5), ['0.5', '1', '2', '5', '10'], 'all in full');
  assert.ok(short.range[0] < Math.log10(0.4) && short.range[1] > Math.log10(11));
  assert.throws(
    () => figures.costAccuracyFigure([{ ...runs[0], seconds: undefined }]),
    /run 'EWC', seed 0, has the time undefined; give its seconds/,
  );
});

test('what accuracy costs in memory: megabytes that the method keeps, 0 for one that keeps nothing', () => {
  const [naive, er] = ['naive', 'er'].map((method): Run => ({ method, seed: 1, matrix: [[0.9]] }));
  const runs = [
    { ...naive, memoryBytes: { total: 0 } },
    { ...er, memoryBytes: { total: 3_144_000 } },
  ];
  const figure = figures.costAccuracyFigure(runs, { cost: 'memory' });
  const marks = traces(figure);
  assert.deepEqual(
    marks.map(({ x }) => x),
    [[0], [3.144]],
  );
  assert.match(marks[1].hovertext[0], /<br>keeping 3\.1 MB$/);
  assert.match((figure.layout.xaxis as Trace).title.text, /keeps of earlier tasks, in MB/);
  const cost = (value: unknown) => () => figures.costAccuracyFigure(runs, { cost: value } as object);
  assert.throws(cost('money'), /cost .*seconds.*memory/);
  assert.throws(
    () => figures.costAccuracyFigure([naive], { cost: 'memory' }),
    /run 'Naive', seed \d+, has the memory undefined; give its memoryBytes\.total/,
  );
});

test('compatibility: signs and reasons stand at their row and column, unlisted pairings stay empty', () => {
  const [grid] = traces(
    figures.compatibilityFigure([
      { row: 'PNN', column: 'class-incremental', fits: false, reason: 'the task id is hidden at test time' },
      { row: 'MLP', column: 'domain-incremental', fits: true, reason: 'one head serves all' },
    ]),
  );
  assert.deepEqual(grid.text, [
    ['✕', ''],
    ['', '✓'],
  ]);
  assert.deepEqual(grid.z, [
    [0, null],
    [null, 2],
  ]);
  assert.match(
    grid.hovertext[0][0].replace('<br>', ' '),
    /^PNN does not fit class-incremental: the task id is hidden at test time$/,
  );
  const twice = { row: 'a', column: 'b', fits: true as const, reason: 'why' };
  assert.throws(() => figures.compatibilityFigure([twice, twice]), /listed twice/);
});

test('sweep: values in ascending order; log axis without 0, even steps with it', () => {
  const sweep = (values: number[]) =>
    figures.sweepFigure(
      values.map((value) => ({ ...runs[0], value })),
      { parameter: 'λ' },
    );
  const log = sweep([100, 1, 10]);
  assert.deepEqual(traces(log)[0].x, [1, 10, 100]);
  assert.equal((log.layout.xaxis as Trace).type, 'log');
  const even = sweep([0, 1, 100]);
  assert.deepEqual(traces(even)[0].x, [0, 1, 2]);
  assert.deepEqual((even.layout.xaxis as Trace).ticktext, ['0', '1', '100']);
  assert.equal((sweep([1, 2, 3]).layout.xaxis as Trace).type, undefined);
  assert.throws(
    () => figures.sweepFigure([{ ...runs[0], value: 0 }], { spacing: 'log' }),
    /value = 0 has no place on a log axis/,
  );
});

test('gate: the passing side is below the FM limit and above the others, and unmeasured checks have no mark', () => {
  const figure = figures.gateFigure(
    passesGate(
      [
        [0.9, 0.5],
        [0, 0.9],
      ],
      [
        [0.9, 0.9],
        [0, 0.9],
      ],
    ),
  );
  const areas = (figure.layout.shapes as Trace[]).filter((shape) => shape.type === 'rect');
  assert.equal(areas[0].x1, 0.05);
  assert.ok(Math.abs(areas[1].x0 - 0.88) < 1e-12);
  assert.deepEqual(
    traces(figure).map((trace) => trace.marker.symbol),
    ['x', 'x', 'x'],
  );
  assert.equal(traces(figures.gateFigure(passesGate([[null]], [[1]]))).length, 0);
});

test('gate over seeds: whiskers are the interval, one that reaches over the limit is called undecided', () => {
  const side = (...kept: number[]) => kept.map((value, seed) => ({ seed, matrix: [[0.95, value], [0.5, 0.95]] })); // prettier-ignore
  const verdict = passesGateOverSeeds(side(0.94, 0.93, 0.86), side(0.6, 0.6, 0.6));
  const figure = figures.gateFigure(verdict);
  const [fm, acc] = traces(figure);
  const [check] = verdict.checks;
  assert.ok(Math.abs(fm.x[0] + fm.error_x.array[0] - check.high!) < 1e-12);
  assert.ok(Math.abs(fm.x[0] - fm.error_x.array[0] - check.low!) < 1e-12);
  assert.deepEqual([fm.marker.symbol, acc.marker.symbol], ['x', 'circle']);
  const range = (figure.layout.xaxis as Trace).range as [number, number];
  assert.ok(range[0] < check.low! && check.high! < range[1]);
  const headings = (figure.layout.annotations as Trace[]).map(({ text }) => text as string);
  assert.match(headings[0], /undecided/);
  assert.match(headings[1], /within the limit/);
  const point = figures.gateFigure(passesGateOverSeeds(side(0.94), side(0.6), { rule: 'point' }));
  assert.ok(traces(point).every((trace) => trace.error_x === undefined));
  const wrong = { ...verdict, checks: [{ ...check, low: '0' as never }] };
  assert.throws(() => figures.gateFigure(wrong), /checks\[0\]: low must be a number, got '0'/);
});

test('critical differences: best on top, marks at the mean ranks, a line beside each group', () => {
  const blocks = (value: number) => Object.fromEntries(Array.from({ length: 12 }, (_, seed) => [seed, value]));
  const scores = { Naive: blocks(0.1), ER: blocks(0.8), GEM: blocks(0.9), mine: { ...blocks(0.2), 99: 0.5 } };
  const ranking = rankMethods(scores); // critical difference 1.35: neighbours are not told apart
  const figure = figures.criticalDifferenceFigure(ranking, { blocks: 'streams' });
  const marks = traces(figure).filter(({ mode }) => mode === 'markers');
  assert.deepEqual(
    marks.map(({ name, x, y }) => [name, x[0], y[0]]),
    [
      ['GEM', 1, 3],
      ['ER', 2, 2],
      ['mine', 3, 1],
      ['Naive', 4, 0],
    ],
  );
  assert.equal(marks[1].marker.color, figures.methodColor('er'));
  const lines = traces(figure).filter(({ mode }) => mode === 'lines');
  assert.deepEqual(lines.map(({ y }) => y.map((value: number) => Math.abs(Math.round(value)))), [[3, 2], [2, 1], [1, 0]]); // prettier-ignore
  assert.ok(lines.every(({ x }) => x[0] > 4));
  const notes = ((figure.layout.title as Trace).subtitle as Trace).text.replaceAll('<br>', ' ') as string;
  assert.match(
    notes,
    /over 12 of 13 streams: χ² 36\.00, p &lt; 0\.001\. A line joins .* critical difference 1\.35 .*Left out, .*: 99\./,
  );
  const apart = figures.criticalDifferenceFigure({ ...ranking, groups: [] });
  assert.match(JSON.stringify(apart.layout.title), /All methods are told apart/);
  for (const wrong of [
    null,
    {},
    { ...ranking, methods: [{ name: 'a' }] },
    { ...ranking, groups: [['ER', 'other']] },
    { ...ranking, p: -1 },
  ]) {
    assert.throws(() => figures.criticalDifferenceFigure(wrong as never), /^Error: criticalDifferenceFigure/);
  }
});

test('image grid: each pixel of each image is in the PNG at its place, gaps are transparent', () => {
  const black = [0, 0, 0, 0];
  const [image, points] = traces(
    figures.imageGridFigure(
      [
        { label: 'a', images: [[0, 1, 0.5, 1.004], black] },
        { label: 'b', images: [black], captions: ['digit 0'] },
      ],
      { width: 2, height: 2 },
    ),
  );
  const file = Buffer.from(image.source.split(',')[1], 'base64');
  assert.deepEqual([file.readUInt32BE(16), file.readUInt32BE(20)], [6, 6]);
  const start = file.indexOf('IDAT');
  const lines = inflateSync(file.subarray(start + 4, start + 4 + file.readUInt32BE(start - 4)));
  assert.deepEqual([...lines.subarray(0, 7)], [0, 0, 254, 255, 255, 0, 0]);
  assert.deepEqual([...lines.subarray(7, 14)], [0, 127, 254, 255, 255, 0, 0]);
  assert.deepEqual([...lines.subarray(28, 35)], [0, 0, 0, 255, 255, 255, 255]);
  assert.deepEqual(points.x, [0.5, 4.5, 0.5]);
  assert.deepEqual(points.hovertext, ['a, sample 1', 'a, sample 2', 'b, sample 1: digit 0']);
});

test('image grid: the PNG is well formed: palette mode, one transparent colour, right checksums', () => {
  const [image] = traces(figures.imageGridFigure([{ label: 'a', images: [[1]] }], { width: 1, height: 1 }));
  const file = Buffer.from(image.source.split(',')[1], 'base64');
  const chunks: Record<string, Buffer> = {};
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const end = at + 8 + file.readUInt32BE(at);
    assert.equal(file.readUInt32BE(end), crc32(file.subarray(at + 4, end)));
    chunks[file.toString('latin1', at + 4, at + 8)] = file.subarray(at + 8, end);
  }
  assert.deepEqual(Object.keys(chunks), ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
  assert.deepEqual([...chunks.IHDR], [0, 0, 0, 1, 0, 0, 0, 1, 8, 3, 0, 0, 0]);
  assert.deepEqual([chunks.PLTE[0], chunks.PLTE[254 * 3], chunks.PLTE.length], [0, 255, 768]);
  assert.deepEqual([chunks.tRNS.indexOf(0), chunks.tRNS.length], [255, 256]);
});

test('image grid: wrong sizes and broken pixels are refused, and 50 digits stay below 40 kB', () => {
  assert.throws(
    () => figures.imageGridFigure([{ label: 'a', images: [[0, 1]] }]),
    /row 'a': image 0 has 2 pixels instead of 784/,
  );
  const pixel = { width: 1, height: 1 };
  for (const wrong of [Number.NaN, 255, -0.4, '1', undefined]) {
    assert.throws(
      () => figures.imageGridFigure([{ label: 'a', images: [[wrong as number]] }], pixel),
      /row 'a': image 0 holds the pixel (NaN|255|-0\.4|'1'|undefined); pass numbers from 0 \(black\) to 1 \(white\)/,
    );
  }
  // Two thirds of an MNIST digit's pixels are background or full ink; the noise here compresses worse than digits do.
  const noisy = Array.from({ length: 784 }, (_, p) => (p % 5 === 0 ? ((p * 7919) % 255) / 255 : 0));
  const rows = Array.from({ length: 5 }, (_, k) => ({ label: `task ${k}`, images: Array.from({ length: 10 }, () => noisy) }));
  assert.ok(JSON.stringify(figures.imageGridFigure(rows)).length < 40_000);
});

test('confusion: shares of each row, counts in words; a class without samples has no cells', () => {
  const [dark, bright] = traces(figures.confusionFigure([[1, 3], [0, 0]], { classNames: ['<cat>', 'dog'] })); // prettier-ignore
  const z = (dark.z as (number | null)[][]).map((row, i) => row.map((cell, j) => cell ?? bright?.z[i][j] ?? null));
  assert.deepEqual(z, [[0.25, 0.75], [null, null]]); // prettier-ignore
  assert.match(dark.hovertext[0][0], /1 of 4 samples of &lt;cat&gt;<br>are answered with &lt;cat&gt;/);
  assert.throws(() => figures.confusionFigure([[1]], { classNames: ['a', 'b'] }), /2 names for 1 classes/);
});

test('inside tasks: steps are counted over all tasks, lines begin with their own task, uprights stand where tasks begin', () => {
  const moment = (task: number, step: number, ...accuracies: (number | null)[]) => ({ task, step, accuracies });
  const figure = figures.insideTasksFigure([
    moment(0, 0, 0.5, null),
    moment(0, 8, 1, null),
    moment(1, 0, 1, 0.4),
    moment(1, 5, 0.2, 0.9),
  ]);
  const [first, second] = traces(figure);
  assert.deepEqual([first.x, first.y], [[0, 8, 8, 13], [0.5, 1, 1, 0.2]]); // prettier-ignore
  assert.deepEqual([second.x, second.y], [[8, 13], [0.4, 0.9]]); // prettier-ignore
  assert.deepEqual((figure.layout.shapes as Trace[]).map(({ x0 }) => x0 as number), [8]); // prettier-ignore
  assert.match(second.hovertext[1], /task 2: accuracy 0.900<br>in task 2, after 5 steps/);
});

test('stream: the numbers are training samples; what does not come in a task has no cell', () => {
  const counts = { classNames: ['a', 'b'], taskNames: ['one', 'two'], counts: [[10, 0], [0, 5]] }; // prettier-ignore
  const all = traces(figures.streamFigure(counts));
  const z = [0, 1].map((i) =>
    [0, 1].map((j) => all.map((trace) => trace.z[i][j] as number | null).find((cell) => cell !== null) ?? null),
  );
  assert.deepEqual(z, [[1, null], [null, 0.5]]); // prettier-ignore
  assert.ok(all.some((trace) => (trace.text as string[][]).flat().includes('5')));
  assert.throws(() => figures.streamFigure({ ...counts, counts: [[1, 2]] }), /does not fit its classes and tasks/);
});
