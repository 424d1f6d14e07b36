import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrast } from '../../src/figures/color';
import { plainFigure } from '../../src/figures/plainFigure';
import { themed } from '../../src/figures/theme';
import { exampleFigures } from './examples';
import { plotlyComplaints } from './validate';

const own = () => ({
  data: [{ type: 'heatmap', z: [[1]], colorbar: { title: 'z' }, customdata: [{ title: 'kept' }] }],
  layout: { title: 'My figure', xaxis: { title: 'time' }, yaxis2: { title: { text: 'height' } } },
});

test('headings given as text, which Plotly 4 would not show, become objects: title, axes, colour bars', () => {
  const { data, layout } = themed(own());
  assert.deepEqual(layout.title, { text: 'My figure' });
  assert.deepEqual(layout.xaxis, { title: { text: 'time' } });
  assert.deepEqual(layout.yaxis2, { title: { text: 'height' } });
  assert.deepEqual(data[0].colorbar, { title: { text: 'z' } });
  assert.deepEqual(data[0].customdata, [{ title: 'kept' }]);
});

test('a figure of the user follows the theme: clear ground, text and lines that both themes show', () => {
  const { layout } = themed(own());
  const template = (layout.template as { layout: Record<string, any> }).layout;
  assert.equal(template.paper_bgcolor, 'rgba(0, 0, 0, 0)');
  assert.equal(template.plot_bgcolor, 'rgba(0, 0, 0, 0)');
  for (const ground of ['#ffffff', '#111111']) {
    assert.ok(contrast(template.font.color, ground) > 4.2);
    for (const color of template.colorway as string[]) assert.ok(contrast(color, ground) > 1.9, `${color} on ${ground}`);
  }
  const { yaxis2: _, ...layoutOfOne } = own().layout; // Plotly drops an axis without traces
  assert.deepEqual(plotlyComplaints(themed({ data: own().data, layout: layoutOfOne })), []);
});

test("a look that the user chose stays, and the library's own figures are left as they are", () => {
  for (const chosen of [{ template: 'plotly_dark' }, { paper_bgcolor: 'white' }, { plot_bgcolor: '#eee' }]) {
    const { layout } = themed({ data: [], layout: chosen });
    assert.deepEqual(layout, chosen);
  }
  for (const [name, figure] of Object.entries(exampleFigures())) {
    assert.equal(plainFigure(figure, 'x').layout.template, undefined, name);
  }
});

test('two figures share no template', () => {
  assert.notEqual(themed(own()).layout.template, themed(own()).layout.template);
});
