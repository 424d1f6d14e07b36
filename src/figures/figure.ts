import { problem } from '../utils/errors';

/**
 * A Plotly figure as plain data: pass it to `show` in a notebook or to `Plotly.newPlot(element, data, layout)`. It can be
 * changed before it is shown, e.g. `figure.layout.height = 300`.
 */
export interface Figure {
  /** Plotly traces. */
  data: Record<string, unknown>[];
  /** Plotly layout. */
  layout: Record<string, unknown>;
}

/** Grey of all text: contrast above 4.2 on white (Lab's light theme) and on #111111 (its dark theme). */
export const TEXT_GREY = '#7a7a7a';
/** Grey of reference lines. */
export const LINE_GREY = 'rgba(128, 128, 128, 0.7)';
/** Grey of grid lines. */
export const GRID_GREY = 'rgba(128, 128, 128, 0.2)';
/** Fill of what is empty. */
export const EMPTY_GREY = 'rgba(128, 128, 128, 0.12)';

const UNUSED_BUTTONS = ['select2d', 'lasso2d', 'zoomIn2d', 'zoomOut2d', 'autoScale2d'];

const FONT = 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif';

/** What all figures share: title to the left, transparent ground, neutral greys; the width adapts, the height is given. */
export function baseLayout(title: string, height: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: {
      text: title,
      font: { size: 16 },
      pad: { t: 14 },
      x: 0,
      xref: 'paper',
      xanchor: 'left',
      y: 1,
      yref: 'container',
      yanchor: 'top',
    },
    height,
    autosize: true,
    paper_bgcolor: 'rgba(0, 0, 0, 0)',
    plot_bgcolor: 'rgba(0, 0, 0, 0)',
    font: { family: FONT, size: 12, color: TEXT_GREY },
    margin: { l: 56, r: 24, t: 56, b: 48 },
    hoverlabel: { bgcolor: '#2b2b2b', bordercolor: '#2b2b2b', font: { family: FONT, size: 13, color: '#ffffff' }, align: 'left' },
    modebar: { bgcolor: 'rgba(0, 0, 0, 0)', color: LINE_GREY, activecolor: TEXT_GREY, remove: [...UNUSED_BUTTONS] },
    showlegend: false,
    ...more,
  };
}

/** A quiet axis: light grid, no frame, room made for long labels. */
export function axis(title: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: { text: title, standoff: 8 },
    automargin: true,
    ...(more.showgrid !== false && { gridcolor: GRID_GREY }),
    zeroline: false,
    linecolor: GRID_GREY,
    ...more,
  };
}

/** An axis of accuracies, 0 to 1 with a little air. */
export function accuracyAxis(title: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return axis(title, { range: [-0.03, 1.03], tickvals: [0, 0.25, 0.5, 0.75, 1], ...more });
}

/** A legend in one line above the plot. */
export const LEGEND_ABOVE = { orientation: 'h', x: 0, xanchor: 'left', y: 1, yref: 'container', yanchor: 'top' };

/** Plotly interprets `<` and `&` in texts as markup; names given by users are shown as written. */
export function plainText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Throws unless there is something to draw. */
export function requireSome(subject: string, name: string, items: readonly unknown[]): void {
  if (!Array.isArray(items) || items.length === 0) {
    throw problem(subject, `${name} is empty`, `pass at least one entry in ${name}`);
  }
}
