import { isFailed, isFinished } from '../experiments/failedRun';
import type { FinalRun } from '../experiments/failedRun';
import { aggregate } from '../metrics';
import { checkList, problem } from '../utils/errors';
import { formatDuration, textTable } from '../utils/format';
import { visibleLine } from '../utils/visible';
import { STUDIES } from './presets';
import { notesOn, rowsOf, spread, tablesOf } from './rows';
import type { Row } from './rows';

/**
 * The results of a study as text: method, ACC, BWT, FM, runtime; with several seeds mean ± half the 95 % interval. Runs are
 * averaged where their specs differ in the seed only, whatever their labels; results on different streams get tables of their
 * own. Runs that failed are counted (`4 of 5 seeds`) and told with their reasons.
 *
 * @param study its name
 * @param runs results and failed runs; those of other studies are left out
 * @throws when there is no run of the study
 */
export function studyTable(study: string, runs: readonly FinalRun[]): string {
  checkList('studyTable', 'runs', runs);
  const own = runs.filter((run) => run.study === study);
  if (own.length === 0) throw problem('studyTable', `there is no result of the study '${study}'`, 'pass results of this study');
  const title = STUDIES.find(({ name }) => name === study)?.title ?? visibleLine(study);
  return tablesOf(own)
    .map((table) => [title, table.head, runsTable(table.runs)].join('\n'))
    .join('\n\n');
}

/** The table of runs on one stream, with what is to be said of it. */
export function runsTable(runs: readonly FinalRun[]): string {
  const rows = rowsOf(runs);
  const cells = rows.map(({ name, runs: own }) => [
    name,
    spread(own, ({ metrics }) => metrics.acc),
    spread(own, ({ metrics }) => metrics.bwt),
    spread(own, ({ metrics }) => metrics.fm),
    own.length === 0 ? '–' : formatDuration(aggregate(own.map(({ seconds }) => seconds)).mean),
  ]);
  return `\n${textTable([['Method', 'ACC', 'BWT', 'FM', 'Runtime'], ...cells])}${notes(notesOn(rows))}`;
}

/** Learning curves as text: zero-shot accuracy, learning-curve area and accuracy after k steps, each next to from-scratch training. */
export function learningCurvesTable(runs: readonly FinalRun[]): string {
  const rows = withCurves('learningCurvesTable', runs);
  const done = rows.flatMap((row) => row.runs);
  const reached = done.map((run) => run.learningCurves!.afterSteps.map(([step]) => step));
  const steps = reached[0].filter((step) => reached.every((others) => others.includes(step)));
  const cells = rows.flatMap(({ name, runs: own }) => {
    const after = (step: number, start: 1 | 2) =>
      spread(own, ({ learningCurves }) => learningCurves!.afterSteps.find(([each]) => each === step)![start]);
    const of = (value: 'zeroShot' | 'lca' | 'lcaScratch') => spread(own, ({ learningCurves }) => learningCurves![value]);
    return [
      [name, 'after earlier tasks', of('zeroShot'), of('lca'), ...steps.map((step) => after(step, 1))],
      ['', 'from scratch', '–', of('lcaScratch'), ...steps.map((step) => after(step, 2))],
    ];
  });
  const head = ['Method', 'Start', 'Zero-shot', 'LCA@10', ...steps.map((step) => `${step} ${step === 1 ? 'step' : 'steps'}`)];
  const short = done.some((run) => run.learningCurves!.lca === null) ? ['No LCA@10: a task has fewer than 10 steps.'] : [];
  return `Accuracy on tasks 2 to ${done[0].matrix.length}, mean\n\n${textTable([head, ...cells])}${notes(short)}`;
}

/** Zero-shot accuracy of each task before its first step, one column a task. */
export function zeroShotTable(runs: readonly FinalRun[]): string {
  const rows = withCurves('zeroShotTable', runs);
  const { tasks } = rows.flatMap((row) => row.runs)[0].learningCurves!;
  return textTable([
    ['Zero-shot', ...tasks.map(({ taskName }) => taskName)],
    ...rows.map(({ name, runs: own }) => [
      name,
      ...tasks.map((_, i) => spread(own, ({ learningCurves }) => learningCurves!.tasks[i].zeroShot)),
    ]),
  ]);
}

/** @deprecated since 0.2: the old name of `learningCurvesTable`. */
export const transferTable = learningCurvesTable;

function withCurves(subject: string, runs: readonly FinalRun[]): Row[] {
  checkList(subject, 'runs', runs);
  const asked = runs.filter((run) => (isFailed(run) ? run.spec.measure.learningCurves : run.learningCurves));
  if (asked.some(isFinished)) return rowsOf(asked);
  throw problem(subject, 'no result has learning curves', 'run with measure: { learningCurves: true }');
}

/** Sentences below a table. */
function notes(lines: readonly string[]): string {
  return lines.length > 0 ? `\n\n${lines.join('\n')}` : '';
}
