import { aggregate, type Aggregate } from '../metrics/statistics';
import { checkMatrix, type ReadonlyAccuracyMatrix } from '../metrics/accuracyMatrix';
import { checkNumber, checkText, problem, shown } from '../utils/errors';
import { formatNumber, shortened } from '../utils/format';
import { requireSome } from './figure';
import { methodLabel, methodStyle, variantSymbol, type MethodStyle } from './palette';
import { plainText, shortLabel } from './text';

/** One trained stream: one method, one seed. What the per-method figures are drawn from. */
export interface Run {
  /** The method's name, which decides its colour: `naive`, `ewc`, `er`, `gem`, `pnn`, … or your own. */
  method: string;
  /** Shown instead of the method's name; tells variants apart, e.g. `EWC λ = 100`. Default: the method's name. */
  label?: string;
  /** Seed of the run. Runs with the same method, label and value are averaged over their seeds, which must differ. */
  seed: number;
  /** Value of a hyperparameter, where several were tried: runs with different values are never averaged. */
  value?: number;
  /** Accuracy matrix, [tasks, tasks]; null where nothing was measured. */
  matrix: ReadonlyAccuracyMatrix;
  /** Training time in seconds. */
  seconds?: number;
  /** Largest memory of the process in MB (10⁶ bytes). */
  peakMb?: number;
  /** What the method keeps of earlier tasks beside its network, in bytes. */
  memoryBytes?: { readonly total: number };
  /** Id of the run, which is its name in a store: the figure says from which runs it is. */
  id?: string;
  /** Why the run gave no result, e.g. that it diverged. It is counted (`4 of 5 seeds`) and enters no mean; its matrix is all null. */
  failed?: string;
}

/** What tells the lines and bars of a figure apart. */
export interface Named {
  /** The method's name, which decides its colour. */
  method: string;
  /** Shown instead of the method's name. */
  label?: string;
  /** Value of a hyperparameter that was varied. */
  value?: number;
  /** Seed of the run. */
  seed?: number;
  /** Why there is no result. */
  failed?: string;
}

/** All items (runs, curves) with the same method, label and value, and how they look. */
export interface Group<T extends Named> extends MethodStyle {
  method: string;
  /** Label, with the value where the method has several, and how many of its runs gave a result where not all did. */
  name: string;
  /** The name for hover texts: escaped for Plotly. */
  label: string;
  /** The name for legends and axes: shortened, then escaped. */
  short: string;
  /** Line style: solid for a method's first label, then dashed, dotted … */
  dash: string;
  /** Bar pattern: plain for a method's first label, then hatched … */
  pattern: string;
  /** Those that gave a result. */
  items: T[];
  /** Those that failed. */
  failed: T[];
}

const DASHES = ['solid', 'dash', 'dot', 'dashdot', 'longdash'];
const PATTERNS = ['', '/', 'x', '.', '-'];

/** The name shown for a run or curve, without its value. */
export function nameOf({ method, label }: Named): string {
  return label ?? methodLabel(method);
}

/**
 * Groups items by method, label and value, in order of first appearance. Variants of one method share its colour.
 *
 * @param keepValues whether different values make different groups; false where the values are an axis of the figure
 */
export function groupByMethod<T extends Named>(items: readonly T[], keepValues = true): Group<T>[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = JSON.stringify([item.method, nameOf(item), keepValues ? item.value : undefined]);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const variants = new Map<string, number>();
  return [...groups.values()].map((all) => {
    const [first] = all;
    const variant = variants.get(first.method) ?? 0;
    variants.set(first.method, variant + 1);
    const name = keepValues && hasSeveralValues(first, items) ? `${nameOf(first)}, value ${first.value}` : nameOf(first);
    const done = all.filter(({ failed }) => failed === undefined);
    const count = done.length < all.length ? ` (${share(done.length, all, keepValues)})` : '';
    return {
      ...lookOf(first.method, variant),
      method: first.method,
      ...spellings(`${name}${count}`),
      items: done,
      failed: all.filter(({ failed }) => failed !== undefined),
    };
  });
}

/** `4 of 5 seeds`; `runs` where they differ in more than the seed. */
function share(done: number, all: readonly Named[], keepValues: boolean): string {
  return `${done} of ${all.length} ${keepValues ? 'seed' : 'run'}${all.length === 1 ? '' : 's'}`;
}

function hasSeveralValues(item: Named, items: readonly Named[]): boolean {
  return items.some((other) => other.method === item.method && nameOf(other) === nameOf(item) && other.value !== item.value);
}

function spellings(name: string): { name: string; label: string; short: string } {
  return { name, label: plainText(name), short: shortLabel(name) };
}

function lookOf(method: string, variant: number): MethodStyle & { dash: string; pattern: string } {
  return {
    color: methodStyle(method).color,
    symbol: variantSymbol(method, Math.floor(variant / DASHES.length)),
    dash: DASHES[variant % DASHES.length],
    pattern: PATTERNS[variant % PATTERNS.length],
  };
}

/** Throws unless there are runs, all of streams of the same length, each run once; returns that length. */
export function checkRuns(subject: string, runs: readonly Run[]): number {
  requireSome(subject, 'runs', runs);
  runs.forEach((run, k) => checkRun(subject, run, k));
  const lengths = [...new Set(runs.map((run) => run.matrix.length))];
  if (lengths.length > 1) {
    throw problem(subject, `the runs have ${lengths.join(' and ')} tasks`, 'draw one figure per scenario');
  }
  checkDistinct(subject, runs);
  return lengths[0];
}

function checkRun(subject: string, run: Run, position: number): void {
  if (typeof run !== 'object' || run === null) {
    throw problem(subject, `runs[${position}] is ${shown(run)}`, 'pass objects {method, seed, matrix}');
  }
  checkNamed(`${subject}: runs[${position}]`, run);
  const own = `${subject}: run '${nameOf(run)}'`;
  checkNumber(own, 'seed', run.seed);
  checkMatrix(run.matrix, `${own}, seed ${run.seed}`);
  if (run.failed === undefined) return;
  checkText(own, 'failed', run.failed);
  if (run.matrix.some((row) => row.some((cell) => cell !== null))) {
    throw problem(own, `seed ${run.seed} has failed and has accuracies all the same`, 'leave out `failed`, or the accuracies');
  }
}

/** Throws unless method, label and value can be shown. */
export function checkNamed(subject: string, { method, label, value }: Named): void {
  checkText(subject, 'method', method);
  if (label !== undefined) checkText(subject, 'label', label);
  if (value !== undefined) checkNumber(subject, 'value', value);
}

/** Throws where two items are the same run: they would be counted as two seeds. */
export function checkDistinct(subject: string, items: readonly Named[]): void {
  const seen = new Set<string>();
  for (const item of items) {
    const key = JSON.stringify([item.method, nameOf(item), item.value, item.seed]);
    if (!seen.has(key)) {
      seen.add(key);
      continue;
    }
    const value = item.value === undefined ? '' : `, value ${item.value}`;
    throw problem(
      subject,
      `'${nameOf(item)}'${value}, seed ${item.seed ?? 'not given'}, is there twice, and two seeds must not be counted where there is one`,
      'leave one out, or tell them apart by seed or label',
    );
  }
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

/** The sentences that explain bands or whiskers, nothing where no group has several runs; and those that tell which runs failed. */
export function intervalNote(what: string, groups: readonly Group<Named>[]): string[] {
  const counts = [...new Set(groups.map(({ items }) => new Set(items.map(({ seed }) => seed)).size))].sort((a, b) => a - b);
  const most = counts[counts.length - 1] ?? 1;
  const interval = `${what}: 95 % interval of the mean over ${counts.length > 1 ? `up to ${most}` : most} seeds.`;
  return [...(most < 2 ? [] : [interval]), ...failureNotes(groups.flatMap(({ failed }) => failed))];
}

/** Most failures that are told one by one, and characters of a reason. */
const FAILURES = 3;
const REASON = 90;

/** Which runs gave no result, and why: `No result: EWC, seed 3 (the loss exploded …).` */
export function failureNotes(failed: readonly Named[]): string[] {
  if (failed.length === 0) return [];
  const each = failed.slice(0, FAILURES).map((run) => {
    const value = run.value === undefined || run.value === 0 ? '' : `, value ${run.value}`;
    return `${nameOf(run)}${value}, seed ${run.seed} (${shortened(run.failed!.replace(/\s+/g, ' '), REASON)})`;
  });
  const more = failed.length > FAILURES ? [`${failed.length - FAILURES} more`] : [];
  return [`No result: ${[...each, ...more].join('; ')}.`];
}

/** Half the interval, for error bars; 0 with one seed, where there is none. */
export function halfWidth(value: Aggregate | null): number {
  return value && value.high !== null ? value.high - value.mean : 0;
}
