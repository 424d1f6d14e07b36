import { problem, shown } from '../utils/errors';

/**
 * Colours of the lines of ten tasks, in their order. Neighbours differ in hue and brightness, also for colour-blind people.
 *
 * Source: the first six after Okabe & Ito 2008, *Color universal design*.
 */
export const TASK_COLORS = [
  '#0072B2',
  '#E69F00',
  '#009E73',
  '#CC79A7',
  '#D55E00',
  '#56B4E9',
  '#A0622D',
  '#AA4499',
  '#999933',
  '#6A51D1',
] as const;

/** How a method looks in every figure. */
export interface MethodStyle {
  /** CSS colour, `#rrggbb`. */
  color: string;
  /** Plotly marker symbol, a second sign beside the colour. */
  symbol: string;
}

/** Looks by method, each given by the method's own file (see `setMethodStyle`), and that of what methods are compared with. */
const styles = new Map<string, MethodStyle & { label: string }>([
  ['from-scratch', { label: 'From scratch', color: '#8A8A8A', symbol: 'x' }],
]);

/**
 * Gives a method its colour, marker and label in every figure. Registering a method does it.
 *
 * @param method name as in the benchmark
 */
export function setMethodStyle(method: string, style: MethodStyle & { label: string }): void {
  styles.set(method, style);
}

const SYMBOLS = ['circle', 'square', 'diamond', 'triangle-up', 'star', 'pentagon', 'hexagon', 'cross', 'x', 'hourglass'];

/**
 * Colour and marker of a method. Registered methods have fixed ones; any other name always gets the same pair, drawn from the
 * name itself, so that it does not depend on what else a figure shows.
 *
 * @param method name as in the benchmark: `naive`, `ewc`, `er`, `gem`, `pnn`, … or your own
 */
export function methodStyle(method: string): MethodStyle {
  if (typeof method !== 'string') throw problem('methodStyle', `method must be text, got ${shown(method)}`);
  const known = styles.get(method);
  if (known) return { color: known.color, symbol: known.symbol };
  const hash = hashOf(method);
  return { color: hslToHex(hash % 360, 0.55, 0.5), symbol: SYMBOLS[(hash >>> 12) % SYMBOLS.length] };
}

/** The marker of a method's variants: its own for the first ones (`round` 0), then others. */
export function variantSymbol(method: string, round: number): string {
  const own = methodStyle(method).symbol;
  return round === 0 ? own : SYMBOLS.filter((symbol) => symbol !== own)[(round - 1) % (SYMBOLS.length - 1)];
}

/** The colour of a method, `#rrggbb`; see `methodStyle`. */
export function methodColor(method: string): string {
  return methodStyle(method).color;
}

/** The name of a method as shown to users: `EWC` for `ewc`; other names as they are. */
export function methodLabel(method: string): string {
  return styles.get(method)?.label ?? method;
}

/** The method that is shown to users by this label, e.g. `ewc` for `EWC`; other labels as they are. */
export function methodOfLabel(label: string): string {
  return [...styles].find(([, style]) => style.label === label)?.[0] ?? label;
}

/** 32-bit FNV-1a hash with a final mix, so that similar names lie far apart. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Hue in degrees, saturation and lightness in [0, 1]. */
function hslToHex(hue: number, saturation: number, lightness: number): string {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const k = (offset + hue / 30) % 12;
    const value = lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`.toUpperCase();
}
