import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figure } from '../../src/figures';
import { withCaption } from '../../src/figures/caption';
import { plainFigure } from '../../src/figures/plainFigure';
import { figureSvg } from '../../src/figures/svg/svg';
import { exampleFigures } from './examples';
import { plotlyComplaints } from './validate';

const subtitle = ({ layout }: Figure) => (layout.title as { subtitle?: { text: string } }).subtitle?.text ?? '';
const place = ({ layout }: Figure) => {
  const { height, margin, legend } = layout as { height: number; margin: { t: number; b: number }; legend?: { y: number } };
  return { plot: height - margin.t - margin.b, legend: legend && Math.round(margin.t - (1 - legend.y) * height) };
};

test('the caption stands under the notes; plot and legend keep their size and their distances; the figure itself is not changed', () => {
  for (const [name, figure] of Object.entries(exampleFigures())) {
    const before = JSON.stringify(figure);
    const captioned = withCaption(figure, 'From 3 runs: <b>1a2b</b> & more.');
    assert.equal(JSON.stringify(figure), before);
    assert.ok(subtitle(captioned).endsWith('From 3 runs: &lt;b&gt;1a2b&lt;/b&gt; &amp; more.'), subtitle(captioned));
    assert.ok(subtitle(captioned).startsWith(subtitle(figure)));
    assert.deepEqual(place(captioned), place(figure), name);
    assert.deepEqual(plotlyComplaints(captioned), []);
    assert.deepEqual(captioned.data, figure.data);
  }
});

test('a figure of the own that has no more than data gets a caption, too', () => {
  const bare = withCaption({ data: [{ type: 'bar', y: [1] }], layout: {} }, 'From 1 run.');
  assert.deepEqual(plotlyComplaints(bare), []);
  assert.equal(subtitle(bare), 'From 1 run.');
  assert.equal(subtitle(withCaption({ data: [], layout: { title: 'Mine' } }, 'x')), 'x');
});

test('a figure that is out of date is pale, in Plotly and as a still picture', () => {
  for (const [name, figure] of Object.entries(exampleFigures())) {
    const pale = withCaption(figure, 'Out of date.', true);
    assert.deepEqual(plotlyComplaints(pale), []);
    assert.ok(pale.data.every(({ opacity }) => opacity === 0.3));
    const picture = figureSvg(plainFigure(pale, 'test'));
    if (picture !== null && figure.data.length > 0) assert.match(picture, /<g opacity="0\.3">/, name);
    assert.doesNotMatch(figureSvg(plainFigure(figure, 'test')) ?? '', /<g opacity=/);
  }
});
