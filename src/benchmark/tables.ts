import { canonicalJson, configurationId } from '../experiments/identity';
import type { ExperimentResult } from '../experiments/run';
import type { Json } from '../experiments/spec';
import { aggregate } from '../metrics';
import { problem } from '../utils/errors';
import { formatDuration, formatNumber, textTable } from '../utils/format';
import { STUDIES } from './presets';

/** The runs of one row: the same spec but for the seed. */
interface Row {
  /** The label, with what tells it apart where other rows have the same one. */
  name: string;
  /** One run a seed. */
  runs: ExperimentResult[];
}

/**
 * The results of a study as text: method, ACC, BWT, FM, runtime; with several seeds mean ± half the 95 % interval. Runs are
 * averaged where their specs differ in the seed only, whatever their labels; results on different streams get tables of their
 * own.
 *
 * @param study its name
 * @param results all results; those of other studies are left out
 * @throws when there is no result of the study
 */
export function studyTable(study: string, results: readonly ExperimentResult[]): string {
  const own = results.filter((result) => result.study === study);
  if (own.length === 0) throw problem('studyTable', `there is no result of the study '${study}'`, 'pass results of this study');
  const title = STUDIES.find(({ name }) => name === study)?.title ?? study;
  const tables = groupBy(own, (run) => canonicalJson(learntOn(run)));
  const streams = tables.map(([run]) => learntOn(run));
  return tables.map((runs, i) => [title, headOf(runs, differences(streams[i], streams)), tableOf(runs)].join('\n')).join('\n\n');
}

/** What the results of one table share. */
function learntOn({ spec: { stream, epochs } }: ExperimentResult): { stream: object; epochs: number } {
  return { stream, epochs };
}

function tableOf(results: readonly ExperimentResult[]): string {
  const rows = rowsOf(results);
  const cells = rows.map(({ name, runs }) => [
    name,
    spread(runs, ({ metrics }) => metrics.acc),
    spread(runs, ({ metrics }) => metrics.bwt),
    spread(runs, ({ metrics }) => metrics.fm),
    formatDuration(aggregate(runs.map(({ seconds }) => seconds)).mean),
  ]);
  const note = rows.some(({ runs }) => runs.length > 1)
    ? '\n\nMean over the seeds ± half its 95 % confidence interval (Student t; very wide for two or three seeds).'
    : '';
  return `\n${textTable([['Method', 'ACC', 'BWT', 'FM', 'Runtime'], ...cells])}${note}`;
}

/** `split-mnist, 5 tasks, 5 epochs, seed 42` */
function headOf(results: readonly ExperimentResult[], different: string[]): string {
  const { spec, matrix } = results[0];
  const { stream, epochs } = spec;
  const seeds = [...new Set(results.map(({ seed }) => seed))];
  return [
    stream.name,
    ...(stream.data === 'synthetic' ? ['synthetic data (chance level)'] : []),
    `${matrix.length} tasks`,
    `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
    ...(typeof stream.limitPerTask === 'number' ? [`${stream.limitPerTask} training images a task`] : []),
    ...different.filter((text) => !/^(name|data|nTasks|epochs|limitPerTask) /.test(text)),
    `${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}`,
  ].join(', ');
}

/** Learning curves as text: zero-shot accuracy, learning-curve area and accuracy after k steps, each next to from-scratch training. */
export function learningCurvesTable(results: readonly ExperimentResult[]): string {
  const rows = withCurves('learningCurvesTable', results);
  const reached = rows.map(({ runs }) => runs.map((run) => run.learningCurves!.afterSteps.map(([step]) => step))).flat();
  const steps = reached[0].filter((step) => reached.every((others) => others.includes(step)));
  const cells = rows.flatMap(({ name, runs }) => {
    const after = (step: number, start: 1 | 2) =>
      spread(runs, ({ learningCurves }) => learningCurves!.afterSteps.find(([each]) => each === step)![start]);
    const of = (value: 'zeroShot' | 'lca' | 'lcaScratch') => spread(runs, ({ learningCurves }) => learningCurves![value]);
    return [
      [name, 'after earlier tasks', of('zeroShot'), of('lca'), ...steps.map((step) => after(step, 1))],
      ['', 'from scratch', '–', of('lcaScratch'), ...steps.map((step) => after(step, 2))],
    ];
  });
  const head = ['Method', 'Start', 'Zero-shot', 'LCA@10', ...steps.map((step) => `${step} ${step === 1 ? 'step' : 'steps'}`)];
  const short = rows.some(({ runs }) => runs.some(({ learningCurves }) => learningCurves!.lca === null));
  const note = short ? '\n\nNo LCA@10: a task has fewer than 10 steps.' : '';
  return `Accuracy on tasks 2 to ${rows[0].runs[0].matrix.length}, mean\n\n${textTable([head, ...cells])}${note}`;
}

/** Zero-shot accuracy of each task before its first step, one column a task. */
export function zeroShotTable(results: readonly ExperimentResult[]): string {
  const rows = withCurves('zeroShotTable', results);
  const { tasks } = rows[0].runs[0].learningCurves!;
  return textTable([
    ['Zero-shot', ...tasks.map(({ taskName }) => taskName)],
    ...rows.map(({ name, runs }) => [
      name,
      ...tasks.map((_, i) => spread(runs, ({ learningCurves }) => learningCurves!.tasks[i].zeroShot)),
    ]),
  ]);
}

/** @deprecated since 0.2: the old name of `learningCurvesTable`. */
export const transferTable = learningCurvesTable;

function withCurves(subject: string, results: readonly ExperimentResult[]): Row[] {
  const own = results.filter((result) => result.learningCurves);
  if (own.length > 0) return rowsOf(own);
  throw problem(subject, 'no result has learning curves', 'run with measure: { learningCurves: true }');
}

/** One row a configuration, in order of appearance; the same run twice counts once. */
function rowsOf(results: readonly ExperimentResult[]): Row[] {
  const groups = groupBy([...new Map(results.map((run) => [run.id, run])).values()], ({ spec }) => configurationId(spec));
  return groups.map((runs) => {
    const { label, spec } = runs[0];
    const namesakes = groups.filter(([other]) => other.label === label).map(([other]) => ({ ...other.spec, seed: null }));
    const different = differences({ ...spec, seed: null }, namesakes);
    return { name: different.length > 0 ? `${label} (${different.join(', ')})` : label, runs };
  });
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

function spread(runs: readonly ExperimentResult[], metric: (run: ExperimentResult) => number | null): string {
  const values = runs.map(metric);
  if (values.some((value) => value === null)) return '–';
  const { mean, low } = aggregate(values as number[]);
  return low === null ? formatNumber(mean) : `${formatNumber(mean)} ± ${formatNumber(mean - low)}`;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
}
