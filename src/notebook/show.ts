import { randomBytes } from 'node:crypto';
import type { Figure } from '../figures/figure';
import { plainFigure } from '../figures/plainFigure';
import { figureImage } from '../figures/svg/svg';
import { figureTitle } from '../figures/text';
import { problem } from '../utils/errors';
import { scriptJson } from '../utils/html';
import { PLOTLY_CONFIG } from '../utils/plotly';
import { plainHtml } from './html';
import { display, type MimeBundle } from './tslab';
import { visibleLine } from '../utils/visible';

/**
 * Shows a figure, or several one below the other. JupyterLab with the Plotly extension draws it; where `inlinePlotly` was
 * called the page draws it itself; elsewhere a still picture stands for it. Outside a notebook its description is printed.
 *
 * @param figures what figure builders return
 * @throws when something else is passed
 */
export function show(...figures: Figure[]): void {
  if (figures.length === 0)
    throw problem('show', 'there is nothing to show', 'pass a figure, e.g. show(accuracyMatrixFigure(matrix))');
  for (const figure of figures) {
    const bundle = figureBundle(figure);
    if (!display(bundle)) console.log(bundle['text/plain']);
  }
}

/**
 * A figure in the three forms that `show` sends in one message: Plotly's MIME type, HTML that needs no connection, and
 * text.
 */
export function figureBundle(figure: Figure): MimeBundle {
  const plain = plainFigure(figure, 'show');
  return {
    'application/vnd.plotly.v1+json': { ...plain, config: PLOTLY_CONFIG },
    'text/html': figureHtml(plain),
    'text/plain': figureText(plain),
  };
}

/** A still picture, which gives way to the live figure where Plotly is on the page. */
function figureHtml(figure: Figure): string {
  const id = `figure-${randomBytes(6).toString('hex')}`;
  const still =
    figureImage(figure) ??
    `<p>${plainHtml(figureTitle(figure))}: this figure needs Plotly; run inlinePlotly() in a cell above it.</p>`;
  const arguments_ = [figure.data, figure.layout, PLOTLY_CONFIG].map(scriptJson).join(', ');
  const types = scriptJson([...new Set(figure.data.map(({ type = 'scatter' }) => String(type)))]);
  return `<div id="${id}">${still}</div>
<script>(function () {
  var place = document.getElementById('${id}');
  if (!place || !window.Plotly) return;
  var known = window.Plotly.PlotSchema.get().traces;
  if (!${types}.every(function (type) { return type in known; })) return;
  place.innerHTML = '';
  window.Plotly.newPlot(place, ${arguments_});
})();</script>`;
}

/** `Accuracy matrix (figure: heatmap)`. */
function figureText(figure: Figure): string {
  const types = [...new Set(figure.data.map(({ type = 'scatter' }) => String(type)))];
  return `${visibleLine(figureTitle(figure))} (figure${types.length > 0 ? `: ${types.join(', ')}` : ''})`;
}
