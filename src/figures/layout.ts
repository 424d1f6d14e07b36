import { checkText } from '../utils/errors';
import { shortened } from '../utils/format';
import { FONT, LINE_GREY, TEXT_GREY } from './figure';
import { idsOf, originInWords, type Identified } from './origin';
import { LEGEND_NAME, plainText, wrapped } from './text';

/** What decides the frame around a plot. */
export interface Frame {
  /** Heading, as the user wrote it. */
  title: string;
  /** Explanations under the heading, sentence by sentence, as plain text. */
  notes?: readonly string[];
  /** What it is drawn from: where runs have ids the notes name the first ones, and `layout.meta.runs` holds all. */
  from?: readonly Identified[];
  /** Names in a legend above the plot, as the user wrote them. */
  legend?: readonly string[];
  /** Whether panels have a heading each. */
  headings?: boolean;
  /** Height of the plot itself in pixels. */
  plotHeight: number;
  /** Room below the plot in pixels; default 48. */
  bottom?: number;
}

const UNUSED_BUTTONS = ['select2d', 'lasso2d', 'zoomIn2d', 'zoomOut2d', 'autoScale2d'];
const TITLE = { width: 80, line: 21 };
const NOTE = { width: 108, line: 15 };
const LEGEND_LINE = 20;
/** Pixels that a figure is assumed to be wide, to know how many lines its legend takes. */
const WIDTH = 680;

/**
 * What all figures share: heading, notes and legend stacked above the plot with the room they need, transparent ground,
 * neutral greys; the width adapts, the height is given.
 */
export function frame(subject: string, given: Frame, more: Record<string, unknown> = {}): Record<string, unknown> {
  checkText(subject, 'title', given.title);
  const title = wrapped(given.title, TITLE.width, 3).map(plainText);
  const runs = idsOf(given.from ?? []);
  const sentences = [...(given.notes ?? []), ...(runs.length > 0 ? [`${originInWords(given.from!)}.`] : [])];
  const notes = sentences.length > 0 ? wrapped(sentences.join(' '), NOTE.width).map(plainText) : [];
  const legendTop = 20 + title.length * TITLE.line + (notes.length > 0 ? 6 + notes.length * NOTE.line : 0);
  const legendLines = linesOfLegend(given.legend ?? []);
  const top = legendTop + legendLines * LEGEND_LINE + (given.headings ? 30 : 12);
  const bottom = given.bottom ?? 48;
  const height = Math.round(top + given.plotHeight + bottom);
  return {
    title: {
      text: title.join('<br>'),
      font: { size: 16 },
      pad: { t: title.length > 1 ? 24 : 14, l: 10 }, // Plotly moves several lines up by 10 pixels
      x: 0,
      xref: 'container',
      xanchor: 'left',
      y: 1,
      yref: 'container',
      yanchor: 'top',
      ...(notes.length > 0 && { subtitle: { text: notes.join('<br>'), font: { size: 12 } } }),
    },
    ...(runs.length > 0 && { meta: { runs } }),
    height,
    autosize: true,
    paper_bgcolor: 'rgba(0, 0, 0, 0)',
    plot_bgcolor: 'rgba(0, 0, 0, 0)',
    font: { family: FONT, size: 12, color: TEXT_GREY },
    margin: { l: 56, r: 24, t: top, b: bottom },
    hoverlabel: { bgcolor: '#2b2b2b', bordercolor: '#2b2b2b', font: { family: FONT, size: 13, color: '#ffffff' }, align: 'left' },
    modebar: { bgcolor: 'rgba(0, 0, 0, 0)', color: LINE_GREY, activecolor: TEXT_GREY, remove: [...UNUSED_BUTTONS] },
    showlegend: legendLines > 0,
    ...(legendLines > 0 && { legend: legendAt(1 - legendTop / height) }),
    ...more,
  };
}

function legendAt(y: number): Record<string, unknown> {
  return {
    orientation: 'h',
    x: 0.008,
    xref: 'container',
    xanchor: 'left',
    y,
    yref: 'container',
    yanchor: 'top',
    tracegroupgap: 0,
  };
}

/** Entries follow one another, as words do in a paragraph. */
function linesOfLegend(names: readonly string[]): number {
  let lines = names.length > 0 ? 1 : 0;
  let used = 0;
  for (const name of names) {
    const width = 50 + 6.8 * [...shortened(name, LEGEND_NAME)].length;
    if (used > 0 && used + width > WIDTH) {
      lines++;
      used = 0;
    }
    used += width;
  }
  return lines;
}
