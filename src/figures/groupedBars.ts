import type { Aggregate } from '../metrics/statistics';
import { TEXT_GREY } from './figure';
import { halfWidth, type Group, type Named } from './runs';

/**
 * Bars side by side: one trace per group, one bar per category, with whiskers where there are several seeds.
 *
 * @param values for each group and category the value, null where nothing was measured
 * @param hover text of one bar
 */
export function groupedBars<T extends Named>(
  groups: readonly Group<T>[],
  categories: readonly string[],
  values: readonly (readonly (Aggregate | null)[])[],
  hover: (value: Aggregate, group: Group<T>, category: number) => string,
): Record<string, unknown>[] {
  return groups.map((group, k) => ({
    type: 'bar',
    name: group.short,
    legendgroup: group.label,
    x: categories.map((_, c) => c),
    y: values[k].map((value) => value && value.mean),
    error_y: {
      type: 'data',
      array: values[k].map(halfWidth),
      visible: values[k].some((value) => halfWidth(value) > 0),
      color: TEXT_GREY,
      thickness: 1.5,
      width: 3,
    },
    marker: { color: group.color, ...(group.pattern && { pattern: { shape: group.pattern, fillmode: 'replace' } }) },
    hoverinfo: 'text',
    hovertext: values[k].map((value, c) => (value ? hover(value, group, c) : '')),
  }));
}
