import { aggregate } from '../metrics';
import { formatDuration, formatNumber, textTable } from '../utils/format';
import type { ExperimentResult } from '../experiments/run';
import { findStudy } from './presets';

/**
 * The results of a study as text: method, ACC, BWT, FM, runtime; with several seeds mean ± half the 95 % interval.
 *
 * @param results all results; those of other studies are left out
 */
export function studyTable(study: string, results: readonly ExperimentResult[]): string {
  const own = results.filter((result) => result.study === study);
  const rows = groupBy(own, (result) => result.label).map(([label, runs]) => [
    label,
    spread(runs, ({ metrics }) => metrics.acc),
    spread(runs, ({ metrics }) => metrics.bwt),
    spread(runs, ({ metrics }) => metrics.fm),
    formatDuration(aggregate(runs.map(({ seconds }) => seconds)).mean),
  ]);
  const { dataset, stream, options } = own[0];
  const seeds = [...new Set(own.map(({ seed }) => seed))];
  const limit = stream.limitPerTask ? `, ${stream.limitPerTask} training images a task` : '';
  const data = stream.data === 'synthetic' ? ', synthetic data (chance level)' : '';
  const head = `${findStudy(study).title}\n${dataset}${data}, ${stream.nTasks} tasks, ${String(options.epochs)} ${options.epochs === 1 ? 'epoch' : 'epochs'}${limit}, ${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}`;
  const note =
    seeds.length > 1
      ? '\n\nMean over the seeds ± half its 95 % confidence interval (Student t; very wide for two or three seeds).'
      : '';
  return `${head}\n\n${textTable([['Method', 'ACC', 'BWT', 'FM', 'Runtime'], ...rows])}${note}`;
}

/** Forward transfer as text: zero-shot accuracy, learning-curve area and accuracy after k steps, each next to from-scratch training. */
export function transferTable(results: readonly ExperimentResult[]): string {
  const own = results.filter((result) => result.transferReport);
  const steps = own[0].transferReport!.afterSteps.map(([step]) => step);
  const rows = own.flatMap((result) => {
    const report = result.transferReport;
    return [
      [
        rowName(result, own),
        'after earlier tasks',
        formatNumber(report!.zeroShot),
        formatNumber(report!.lca),
        ...report!.afterSteps.map(([, transfer]) => formatNumber(transfer)),
      ],
      [
        '',
        'from scratch',
        '–',
        formatNumber(report!.lcaScratch),
        ...report!.afterSteps.map(([, , scratch]) => formatNumber(scratch)),
      ],
    ];
  });
  const head = ['Method', 'Start', 'Zero-shot', 'LCA@10', ...steps.map((step) => `${step} ${step === 1 ? 'step' : 'steps'}`)];
  return `Accuracy on tasks 2 to ${own[0].stream.nTasks}, mean\n\n${textTable([head, ...rows])}`;
}

/** Zero-shot accuracy of each task before its first step, one column a task. */
export function zeroShotTable(results: readonly ExperimentResult[]): string {
  const own = results.filter((result) => result.transferReport);
  const head = ['Zero-shot', ...own[0].transferReport!.tasks.map(({ taskName }) => taskName)];
  return textTable([
    head,
    ...own.map((result) => [rowName(result, own), ...result.transferReport!.tasks.map(({ zeroShot }) => formatNumber(zeroShot))]),
  ]);
}

/** The label, with the seed where there are rows of other seeds. */
function rowName({ label, seed }: ExperimentResult, all: readonly ExperimentResult[]): string {
  return all.some((other) => other.label === label && other.seed !== seed) ? `${label}, seed ${seed}` : label;
}

function spread(runs: readonly ExperimentResult[], metric: (run: ExperimentResult) => number | null): string {
  const values = runs.map(metric);
  if (values.some((value) => value === null)) return '–';
  const { mean, low } = aggregate(values as number[]);
  return low === null || low === undefined ? formatNumber(mean) : `${formatNumber(mean)} ± ${formatNumber(mean - low)}`;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups];
}
