import { VIRIDIS } from './color';
import { EMPTY_GREY, FONT, GRID_GREY, LINE_GREY, TEXT_GREY, type Figure } from './figure';

/** Colours of traces that name none: those of Okabe & Ito, with grey for their black. */
export const COLORWAY = ['#0072B2', '#D55E00', '#009E73', '#E69F00', '#56B4E9', '#CC79A7', '#8A8A8A'];

const CLEAR = 'rgba(0, 0, 0, 0)';

/** Plotly's mechanism for defaults: what the user's layout says goes before it. */
const TEMPLATE = {
  layout: {
    font: { family: FONT, color: TEXT_GREY },
    paper_bgcolor: CLEAR,
    plot_bgcolor: CLEAR,
    colorway: [...COLORWAY],
    hoverlabel: { bgcolor: '#2b2b2b', bordercolor: '#2b2b2b', font: { color: '#ffffff' } },
    modebar: { bgcolor: CLEAR, color: LINE_GREY, activecolor: TEXT_GREY },
    xaxis: axisLook(),
    yaxis: axisLook(),
    legend: { bgcolor: CLEAR },
    colorscale: { sequential: VIRIDIS.map((stop) => [...stop]) },
    polar: { bgcolor: EMPTY_GREY },
  },
};

function axisLook(): Record<string, unknown> {
  return { gridcolor: GRID_GREY, linecolor: GRID_GREY, zerolinecolor: LINE_GREY, automargin: true };
}

/**
 * A figure that was not built by this library, made fit to be shown beside its own: readable in the light and the dark
 * theme, and with its headings, which this Plotly no longer takes as bare text, as `{text}`. What the layout sets itself
 * stays; a figure with a ground or template of its own keeps all its colours.
 *
 * @param figure plain data, changed in place
 */
export function themed({ data, layout }: Figure): Figure {
  const titled = titlesAsObjects(layout) as Record<string, unknown>;
  const traces = data.map((trace) => withColorbarTitle(trace));
  const own = ['template', 'paper_bgcolor', 'plot_bgcolor'].some((name) => titled[name] !== undefined);
  return { data: traces, layout: own ? titled : { ...titled, template: structuredClone(TEMPLATE) } };
}

/** Every `title` that is text, of the layout, its axes and colour bars, as `{text}`. */
function titlesAsObjects(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'title' && typeof inner === 'string') return [key, { text: inner }];
      return [key, titlesAsObjects(inner)];
    }),
  );
}

function withColorbarTitle(trace: Record<string, unknown>): Record<string, unknown> {
  const result = { ...trace };
  for (const name of ['colorbar', 'marker', 'line']) if (name in result) result[name] = titlesAsObjects(result[name]);
  return result;
}
