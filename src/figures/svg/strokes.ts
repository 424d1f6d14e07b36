import { TEXT_GREY } from '../figure';
import { px } from './label';
import type { Loose, Scale } from './scale';

/** The dashes of a Plotly line style as an SVG attribute; nothing for a solid line. */
export function dashOf(style: unknown): string {
  const lengths = { dash: '8 5', dot: '2 4', dashdot: '8 4 2 4', longdash: '14 6' }[String(style)];
  return lengths ? ` stroke-dasharray="${lengths}"` : '';
}

/** A hatched bar is drawn pale: it must differ from the plain one of the same colour. */
export function paleness(pattern: unknown): string {
  return pattern ? ' fill-opacity="0.45"' : '';
}

/** The error bar of point `k` along one axis, whose end or mark is at a pixel; nothing where there is none. */
export function whisker(trace: Loose, axis: 'x' | 'y', scale: Scale, [x, y]: readonly [number, number], k: number): string {
  const error = trace[`error_${axis}`] as Loose | undefined;
  const half = error && error.visible !== false ? Number(error.array?.[k] ?? 0) * scale.unit : 0;
  if (!(half > 0)) return '';
  const d = axis === 'x' ? `M${px(x - half)} ${px(y)}H${px(x + half)}` : `M${px(x)} ${px(y - half)}V${px(y + half)}`;
  return `<path d="${d}" stroke="${TEXT_GREY}" stroke-width="1.5"/>`;
}
