import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotlyCode } from '../../src/utils/plotly';

test('the small build is taken where it can draw everything, else the complete one', () => {
  for (const traces of [[], [{}], [{ type: 'bar' }, { type: 'heatmap' }]]) {
    assert.match(plotlyCode(traces).slice(0, 200), /plotly\.js \(cartesian - minified\)/);
  }
  assert.doesNotMatch(plotlyCode([{ type: 'bar' }, { type: 'surface' }]).slice(0, 200), /cartesian/);
});
