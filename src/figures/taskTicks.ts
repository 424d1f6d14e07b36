import { shortNames } from '../utils/format';
import { tickLabel } from './text';

/** Marks of an axis of tasks at 0, 1, 2, … */
export interface TaskTicks {
  tickvals: number[];
  ticktext: string[];
}

/** Width of a character, in pixels. */
const CHARACTER = 6.8;
const LINE = 15;
/** Labels an axis has room for, at most. */
const MOST = 24;
/** Characters in a line of a label. */
const LONGEST = 20;

/**
 * Marks of a horizontal axis of tasks: names in up to three lines that fit below their place; where that is too narrow,
 * one short slanting line; of many tasks only every second, third … one.
 *
 * @param names one per task, as the user wrote them
 * @param plotWidth pixels that the labels are fitted to; default 620: a cell of a notebook (the figure itself adapts)
 * @returns for the axis, and the pixels that labels and axis title need below the plot
 */
export function ticksBelow(
  names: readonly string[],
  plotWidth = 620,
): { ticks: TaskTicks & { tickangle: number }; bottom: number } {
  const step = Math.ceil(names.length / MOST);
  const width = Math.min(LONGEST, Math.floor(plotWidth / Math.ceil(names.length / step) / CHARACTER));
  const longest = Math.max(...names.map((name) => [...name].length));
  const upright = longest <= width || width >= 10;
  const ticks = upright ? ticksOf(names, step, width, 3) : ticksOf(names, step, 12, 1);
  const lines = Math.max(...ticks.ticktext.map((text) => text.split('<br>').length));
  return { ticks: { ...ticks, tickangle: upright ? 0 : -40 }, bottom: upright ? 41 + LINE * lines : 100 };
}

/** Marks of a vertical axis of tasks, in as many lines as fit into `rowHeight` pixels, at most three. */
export function ticksBeside(names: readonly string[], rowHeight: number): TaskTicks {
  const step = Math.ceil(names.length / MOST);
  return ticksOf(names, step, LONGEST, Math.min(3, Math.max(1, Math.floor((rowHeight * step) / LINE))));
}

function ticksOf(names: readonly string[], step: number, width: number, lines: number): TaskTicks {
  const labels = shortNames(names, (name) => tickLabel(name, width, lines));
  const tickvals = names.map((_, task) => task).filter((task) => task % step === 0);
  return { tickvals, ticktext: tickvals.map((task) => labels[task]) };
}
