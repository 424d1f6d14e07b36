import fs from 'node:fs';
import writeFileAtomic from 'write-file-atomic';
import type { Figure } from '../figures/figure';
import { problem } from '../utils/errors';
import { escapeHtml, inlineScript, scriptJson } from './html';
import { figureTitle, plainFigure } from './plainFigure';
import { display } from './tslab';

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

/** Plotly's JavaScript: the small cartesian build (1.5 MB) where it suffices, else the complete one (10 MB). */
function plotlyCode(figures: readonly Figure[]): string {
  const small = figures.every(({ data }) => data.every(({ type = 'scatter' }) => CARTESIAN.has(String(type))));
  const file = small ? 'plotly.js-cartesian-dist-min/plotly-cartesian.min.js' : 'plotly.js-dist/plotly.js';
  return fs.readFileSync(require.resolve(file), 'utf8');
}

/**
 * Puts Plotly itself (1.5 MB) into the notebook, so that figures are drawn without JupyterLab's Plotly extension and in
 * pages that another nbconvert makes, also offline. Call it once, in a cell above the first figure. Not needed in the
 * JupyterLab that `npm run lab` opens, nor for `nbconvert --to html` of this project's .venv.
 */
export function inlinePlotly(): void {
  const html = `${inlineScript(plotlyCode([]))}<p style="color:#7a7a7a">Plotly is part of this notebook: figures are drawn without a connection.</p>`;
  const shown = display({ 'text/html': html, 'text/plain': 'Plotly is part of this notebook.' });
  if (!shown) console.log('inlinePlotly: this is not a notebook, nothing to do');
}

/**
 * Writes a figure as an HTML page that stands alone: it needs no connection and no other file (1.5 MB).
 *
 * @param figure what a figure builder returns
 * @param file where to write, e.g. `matrix.html`; the folder must exist
 * @returns the path that was written
 * @throws when the file cannot be written; an existing file then stays as it was
 */
export function saveFigure(figure: Figure, file: string): string {
  const plain = plainFigure(figure, 'saveFigure');
  try {
    writeFileAtomic.sync(file, standalonePage(plain));
  } catch (error) {
    throw problem('saveFigure', `${file} cannot be written: ${(error as Error).message}`, 'pass a path in a folder that exists');
  }
  return file;
}

/** The page that `saveFigure` writes. */
function standalonePage(figure: Figure): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(figureTitle(figure))}</title></head>
<body>
<div id="figure"></div>
${inlineScript(plotlyCode([figure]))}
<script>Plotly.newPlot('figure', ${scriptJson(figure.data)}, ${scriptJson(figure.layout)}, ${scriptJson(PLOTLY_CONFIG)});</script>
</body>
</html>
`;
}
