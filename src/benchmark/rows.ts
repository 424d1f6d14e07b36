import { failureInWords, isFailed, isFinished } from '../experiments/failedRun';
import type { FailedRun, FinalRun } from '../experiments/failedRun';
import { canonicalJson, configurationId } from '../experiments/identity';
import type { ExperimentResult } from '../experiments/result';
import type { Json } from '../experiments/spec';
import { aggregate } from '../metrics';
import { formatNumber } from '../utils/format';
import { visibleLine } from '../utils/visible';

/** The runs of one row: the same spec but for the seed. */
export interface Row {
  /** The label, with what tells it apart where other rows have the same one. */
  label: string;
  /** The same, with the number of seeds that gave a result where some did not. */
  name: string;
  /** The results, one a seed. */
  runs: ExperimentResult[];
  /** The seeds that gave none. */
  failed: FailedRun[];
}

/** The runs of one table: the same stream and the same number of epochs. */
export interface TableOfRuns {
  /** `split-mnist, 5 tasks, 5 epochs, seed 42` */
  head: string;
  /** All its runs. */
  runs: FinalRun[];
}

/** Runs on different streams or of other numbers of epochs get tables of their own, in order of appearance. */
export function tablesOf(runs: readonly FinalRun[]): TableOfRuns[] {
  const groups = groupBy(runs, (run) => canonicalJson(learntOn(run)));
  const streams = groups.map(([run]) => learntOn(run));
  return groups.map((own, i) => ({ head: headOf(own, differences(streams[i], streams)), runs: own }));
}

/** One row a configuration, in order of appearance; the same run twice counts once. */
export function rowsOf(runs: readonly FinalRun[]): Row[] {
  const groups = groupBy([...new Map(runs.map((run) => [run.id, run])).values()], ({ spec }) => configurationId(spec));
  return groups.map((own) => {
    const { label, spec } = own[0];
    const namesakes = groups.filter(([other]) => other.label === label).map(([other]) => ({ ...other.spec, seed: null }));
    const different = differences({ ...spec, seed: null }, namesakes);
    const failed = own.filter(isFailed);
    const count = `${own.length - failed.length} of ${own.length} ${own.length === 1 ? 'seed' : 'seeds'}`;
    const named = (more: string[]) => (more.length === 0 ? label : `${label} (${more.join(', ')})`);
    return {
      label: named(different),
      name: named(failed.length === 0 ? different : [...different, count]),
      runs: own.filter(isFinished),
      failed,
    };
  });
}

/** Mean of a metric over the runs, ± half its 95 % interval where there are several; `–` where one has no value. */
export function spread(runs: readonly ExperimentResult[], metric: (run: ExperimentResult) => number | null): string {
  const values = runs.map(metric);
  if (values.length === 0 || values.some((value) => value === null)) return '–';
  const { mean, low } = aggregate(values as number[]);
  return low === null ? formatNumber(mean) : `${formatNumber(mean)} ± ${formatNumber(mean - low)}`;
}

/** What is to be said of rows: what `±` is, which runs gave no result and why, and which did not learn. */
export function notesOn(rows: readonly Row[]): string[] {
  const interval = 'Mean over the seeds ± half its 95 % confidence interval (Student t; very wide for two or three seeds).';
  const failed = rows.flatMap((row) => row.failed.map((run) => `No result: ${nameOfRun(run)} (${failureInWords(run)})`));
  // Random pixels leave every run at chance; the head of the table says so.
  const stuck = rows.flatMap(({ runs }) => runs.filter((run) => run.stuckAtChance && run.spec.stream.data !== 'synthetic'));
  return [
    ...(rows.some(({ runs }) => runs.length > 1) ? [interval] : []),
    ...failed,
    ...stuck.map((run) => `Stuck at chance: ${nameOfRun(run)} (${run.stuckAtChance})`),
  ].map(visibleLine);
}

function nameOfRun({ label, seed }: FinalRun): string {
  return `${label}, seed ${seed}`;
}

/** What the results of one table share. */
function learntOn({ spec: { stream, epochs } }: FinalRun): { stream: object; epochs: number } {
  return { stream, epochs };
}

function headOf(runs: readonly FinalRun[], different: string[]): string {
  const { spec, matrix } = runs[0];
  const { stream, epochs } = spec;
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const parts = [
    stream.name,
    ...(stream.data === 'synthetic' ? ['synthetic data (chance level)'] : []),
    typeof stream.firstTasks === 'number'
      ? `the first ${matrix.length} of ${String(stream.nTasks)} tasks`
      : `${matrix.length} tasks`,
    `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
    ...(typeof stream.limitPerTask === 'number' ? [`${stream.limitPerTask} training images a task`] : []),
    ...(typeof stream.validationFraction === 'number' && stream.validationFraction > 0 ? ['measured on validation data'] : []),
    ...different.filter((text) => !/^(name|data|nTasks|firstTasks|epochs|limitPerTask) /.test(text)),
    `${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}`,
  ];
  return visibleLine(parts.join(', '));
}

/** The values in which one of several objects differs from the others: `['lambda 10', 'lr 0.1']`. */
function differences(object: object, all: readonly object[]): string[] {
  const own = leaves(object);
  const known = all.map((other) => leaves(other));
  const paths = [...new Set(known.flatMap((values) => [...values.keys()]))];
  return paths
    .filter((path) => known.some((values) => values.get(path) !== own.get(path)))
    .map((path) => `${nameOf(path)} ${own.get(path) ?? 'default'}`);
}

/** The values of nested objects by their paths. */
function leaves(object: object, path = '', found = new Map<string, string>()): Map<string, string> {
  for (const [name, value] of Object.entries(object) as [string, Json | undefined][]) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) leaves(value, `${path}${name}.`, found);
    else if (value !== undefined) found.set(`${path}${name}`, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return found;
}

/** An option by its own name; the names of optimiser and architecture stay what they are. */
function nameOf(path: string): string {
  return path === 'optimizer.name' ? 'optimizer' : path.replace(/^(method\.options|optimizer|model|stream)\./, '');
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const own = groups.get(key(item));
    if (own) own.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}
