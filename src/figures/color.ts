/** A Plotly colour scale: stops from 0 to 1 with a `#rrggbb` colour each. */
export type ColorScale = readonly (readonly [at: number, color: string])[];

/** Viridis, in even steps that colour-blind people can tell apart: dark for low, bright for high. */
export const VIRIDIS: ColorScale = [
  [0, '#440154'],
  [0.125, '#482878'],
  [0.25, '#3E4A89'],
  [0.375, '#31688E'],
  [0.5, '#26828E'],
  [0.625, '#1F9E89'],
  [0.75, '#35B779'],
  [0.875, '#6DCD59'],
  [1, '#B4DE2C'],
];

const HEX = /^#[0-9a-f]{6}$/i;

/** Red, green and blue of `#rrggbb`, 0 to 255. */
function channels(color: string): [number, number, number] {
  return [1, 3, 5].map((start) => Number.parseInt(color.slice(start, start + 2), 16)) as [number, number, number];
}

/** A `#rrggbb` colour with an opacity in [0, 1], as `rgba(…)`. */
export function withOpacity(color: string, opacity: number): string {
  return `rgba(${channels(color).join(', ')}, ${opacity})`;
}

/** The colour of a scale at a share in [0, 1], mixed between its neighbours; the nearer one where they are not `#rrggbb`. */
export function colorAt(scale: ColorScale, share: number): string {
  const found = scale.findIndex(([at]) => at >= share);
  const next = Math.max(1, found < 0 ? scale.length - 1 : found);
  const [[a, from], [b, to]] = [scale[next - 1], scale[next]];
  if (from === to || !HEX.test(from) || !HEX.test(to)) return share - a < b - share ? from : to;
  const t = Math.min(1, Math.max(0, (share - a) / (b - a || 1)));
  const [start, end] = [channels(from), channels(to)];
  const mixed = start.map((channel, k) => Math.round((1 - t) * channel + t * end[k]));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** Relative luminance of `#rrggbb`, 0 (black) to 1 (white). Source: WCAG 2.2. */
function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of two `#rrggbb` colours, 1 to 21. Source: WCAG 2.2, which asks for 4.5 for text. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** Black or white, whichever can be read better on a ground; on any `#rrggbb` one of them has a contrast of 4.58 or more. */
export function textOn(ground: string): '#000000' | '#ffffff' {
  return HEX.test(ground) && contrast(ground, '#ffffff') > contrast(ground, '#000000') ? '#ffffff' : '#000000';
}
