import type { Figure } from './figure';
import { plainText, wrapped } from './text';

const LINE = { width: 108, height: 15 };
/** What Plotly leaves above a plot where the layout does not say. */
const TOP = 100;
/** How much is left of the colours of a figure that is out of date. */
const PALE = 0.3;

/**
 * A copy of a figure with a sentence under its heading, for which room is made.
 *
 * @param text plain text
 * @param pale whether the figure is greyed, as one that is out of date; default false
 */
export function withCaption(figure: Figure, text: string, pale = false): Figure {
  const layout = figure.layout as Loose;
  const lines = wrapped(text, LINE.width).map(plainText);
  const before: string | undefined = layout.title?.subtitle?.text || undefined;
  const more = LINE.height * lines.length + (before ? 0 : 6);
  const title = typeof layout.title === 'string' ? { text: layout.title } : layout.title;
  const subtitle = { font: { size: 12 }, ...title?.subtitle, text: [...(before ? [before] : []), ...lines].join('<br>') };
  return {
    data: pale ? figure.data.map((trace) => ({ ...trace, opacity: PALE })) : figure.data,
    layout: {
      ...layout,
      title: { ...title, text: title?.text ?? '', subtitle },
      margin: { ...layout.margin, t: (layout.margin?.t ?? TOP) + more },
      ...(layout.height && { height: layout.height + more }),
      ...(layout.legend && layout.height && { legend: moved(layout.legend, layout.height, more) }),
    },
  };
}

type Loose = Record<string, any>;

/** A legend keeps its distance from the heading. */
function moved(legend: Loose, height: number, more: number): Loose {
  if (legend.yref !== 'container' || !Number.isFinite(legend.y)) return legend;
  return { ...legend, y: 1 - ((1 - legend.y) * height + more) / (height + more) };
}
