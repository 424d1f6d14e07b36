import { readFileSync } from 'node:fs';
import { optionalPackage } from './optionalPackage';

/** Trace types beyond these need the complete build. */
const CARTESIAN = new Set([
  'scatter',
  'bar',
  'box',
  'heatmap',
  'histogram',
  'histogram2d',
  'histogram2dcontour',
  'contour',
  'image',
  'pie',
  'scatterternary',
  'violin',
]);

/** Shown in the width that there is, without Plotly's advertising button and without the one that sends the figure to its cloud. */
export const PLOTLY_CONFIG = { displaylogo: false, responsive: true, showSendToCloud: false };

/**
 * Plotly's JavaScript: the small cartesian build (1.5 MB) where it suffices, else the complete one (10 MB).
 *
 * @param traces what it has to draw
 */
export function plotlyCode(traces: readonly { readonly type?: unknown }[]): string {
  const small = traces.every(({ type = 'scatter' }) => CARTESIAN.has(String(type)));
  const file = small
    ? require.resolve('plotly.js-cartesian-dist-min/plotly-cartesian.min.js')
    : optionalPackage('figure', 'plotly.js-dist', () => require.resolve('plotly.js-dist/plotly.js'), 'use other traces');
  return readFileSync(file, 'utf8');
}
