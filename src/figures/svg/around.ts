import { escapeHtml } from '../../utils/html';
import { TEXT_GREY } from '../figure';
import { figureTitle, linesOf } from '../text';
import { label, LINE_HEIGHT, px, textWidth } from './label';
import { dashOf, paleness } from './strokes';
import type { Loose } from './scale';

/** Where heading and legend begin, in pixels. */
const LEFT = 10;
const TITLE_LINE = 21;
const LEGEND_LINE = 19;

/** Heading and explanations, and where they end. */
export function headingOf(layout: Loose): { drawn: string; bottom: number } {
  const title = layout.title?.text ?? figureTitle({ data: [], layout });
  const titleLines = linesOf(String(title));
  const drawn = titleLines.map((line, k) => label(LEFT, 30 + TITLE_LINE * k, escapedAgain(line), 'font-size="16"'));
  const end = 30 + TITLE_LINE * (titleLines.length - 1);
  const subtitle: unknown = layout.title?.subtitle?.text;
  if (!subtitle) return { drawn: drawn.join(''), bottom: end };
  return {
    drawn: drawn.join('') + label(LEFT, end + 19, subtitle),
    bottom: end + 19 + LINE_HEIGHT * (linesOf(String(subtitle)).length - 1),
  };
}

/** Text that has no markup any more, for a function that takes it out. */
function escapedAgain(text: string): string {
  return text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;' })[sign] ?? '&gt;');
}

/** The legend above the plot; its entries follow one another, as words do in a paragraph. */
export function legendOf(traces: Loose[], layout: Loose, height: number, top: number, right: number): string {
  const named = traces.filter((trace) => trace.name && trace.showlegend !== false);
  if (!(layout.showlegend ?? named.length > 1)) return '';
  const placed = layout.legend?.yref === 'container' && Number.isFinite(layout.legend.y);
  const y = placed ? (1 - layout.legend.y) * height + 13 : top + LEGEND_LINE;
  let [x, line] = [LEFT, 0];
  return named
    .map((trace) => {
      const width = 38 + textWidth(trace.name);
      if (x > LEFT && x + width > right) [x, line] = [LEFT, line + 1];
      x += width;
      return entry(trace, x - width, y + line * LEGEND_LINE);
    })
    .join('');
}

function entry(trace: Loose, x: number, y: number): string {
  const color = trace.line?.color ?? trace.marker?.color;
  const fill = escapeHtml(Array.isArray(color) ? color[0] : (color ?? TEXT_GREY));
  const sign = String(trace.mode).includes('lines')
    ? `<path d="M${px(x)} ${px(y - 4)}h16" stroke="${fill}" stroke-width="3"${dashOf(trace.line?.dash)}/>`
    : `<rect x="${px(x)}" y="${px(y - 9)}" width="14" height="9" fill="${fill}"${paleness(trace.marker?.pattern?.shape)}/>`;
  return sign + label(x + 20, y, trace.name);
}
