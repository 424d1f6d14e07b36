import { aggregate, type Aggregate } from '../metrics/statistics';
import { checkMatrix, type ReadonlyAccuracyMatrix } from '../metrics/accuracyMatrix';
import { problem } from '../utils/errors';
import { formatNumber } from '../utils/format';
import { plainText, requireSome } from './figure';
import { methodLabel, methodStyle, type MethodStyle } from './palette';

/** One trained stream: one method, one seed. What the per-method figures are drawn from. */
export interface Run {
  /** The method's name, which decides its colour: `naive`, `ewc`, `er`, `gem`, `pnn`, … or your own. */
  method: string;
  /** Shown instead of the method's name; tells variants apart, e.g. `EWC λ = 100`. Default: the method's name. */
  label?: string;
  /** Seed of the run. Runs with the same method and label are averaged over their seeds. */
  seed: number;
  /** Accuracy matrix, [tasks, tasks]; null where nothing was measured. */
  matrix: ReadonlyAccuracyMatrix;
  /** Training time in seconds. */
  seconds?: number;
  /** Largest memory of the process in MB (10⁶ bytes). */
  peakMb?: number;
}

/** What tells the lines and bars of a figure apart. */
export interface Named {
  /** The method's name, which decides its colour. */
  method: string;
  /** Shown instead of the method's name. */
  label?: string;
}

/** All items (runs, curves) with the same method and label, and how they look. */
export interface Group<T extends Named> extends MethodStyle {
  method: string;
  /** Escaped for Plotly. */
  label: string;
  /** Line style: solid for a method's first label, then dashed, dotted … */
  dash: string;
  /** Bar pattern: plain for a method's first label, then hatched … */
  pattern: string;
  items: T[];
}

const DASHES = ['solid', 'dash', 'dot', 'dashdot', 'longdash'];
const PATTERNS = ['', '/', 'x', '.', '-'];

/** Groups items by method and label, in order of first appearance. Variants of one method share its colour. */
export function groupByMethod<T extends Named>(items: readonly T[]): Group<T>[] {
  const groups = new Map<string, Group<T>>();
  const variants = new Map<string, number>();
  for (const item of items) {
    const label = item.label ?? methodLabel(item.method);
    const key = JSON.stringify([item.method, label]);
    const known = groups.get(key);
    if (known) {
      known.items.push(item);
      continue;
    }
    const variant = variants.get(item.method) ?? 0;
    variants.set(item.method, variant + 1);
    groups.set(key, {
      ...methodStyle(item.method),
      method: item.method,
      label: plainText(label),
      dash: DASHES[variant % DASHES.length],
      pattern: PATTERNS[variant % PATTERNS.length],
      items: [item],
    });
  }
  return [...groups.values()];
}

/** Throws unless there are runs, all of streams of the same length; returns that length. */
export function checkRuns(subject: string, runs: readonly Run[]): number {
  requireSome(subject, 'runs', runs);
  for (const run of runs) checkMatrix(run.matrix, `${subject}: run '${run.label ?? run.method}', seed ${run.seed}`);
  const lengths = [...new Set(runs.map((run) => run.matrix.length))];
  if (lengths.length > 1) {
    throw problem(subject, `the runs have ${lengths.join(' and ')} tasks`, 'draw one figure per scenario');
  }
  return lengths[0];
}

/** Mean and 95 % interval of the values that were measured; null when none was. */
export function summarise(values: readonly (number | null | undefined)[]): Aggregate | null {
  const measured = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  return measured.length > 0 ? aggregate(measured) : null;
}

/** A mean in words: `0.931`, with several seeds `0.931 (95 % interval 0.920 to 0.942, 5 seeds)`. */
export function inWords(value: Aggregate, digits = 3): string {
  const number = (x: number) => formatNumber(x, digits).replace('-', '−');
  const text = number(value.mean);
  if (value.low === null || value.high === null) return text;
  return `${text} (95 % interval ${number(value.low)} to ${number(value.high)}, ${value.n} seeds)`;
}

/** Half the interval, for error bars; 0 with one seed, where there is none. */
export function halfWidth(value: Aggregate | null): number {
  return value && value.high !== null ? value.high - value.mean : 0;
}
