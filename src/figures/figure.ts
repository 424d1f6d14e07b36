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

/** Grey of all text: contrast above 4.2 on white (Lab's light theme) and on #111111 (its dark theme); more is not possible. */
export const TEXT_GREY = '#7a7a7a';
/** Grey of reference lines. */
export const LINE_GREY = 'rgba(128, 128, 128, 0.7)';
/** Grey of grid lines. */
export const GRID_GREY = 'rgba(128, 128, 128, 0.2)';
/** Fill of what is empty. */
export const EMPTY_GREY = 'rgba(128, 128, 128, 0.12)';
/** Font of all text. */
export const FONT = 'system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif';

/** A quiet axis: light grid, no frame, room made for long labels. `title` is Plotly markup. */
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

/** Throws unless there is something to draw. */
export function requireSome(subject: string, name: string, items: unknown): asserts items is readonly unknown[] {
  if (!Array.isArray(items) || items.length === 0) {
    throw problem(subject, `${name} is empty`, `pass at least one entry in ${name}`);
  }
}
