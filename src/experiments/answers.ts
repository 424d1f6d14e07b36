import type { TaskLoader } from '../data/loader';
import { confusionMatrix, recencyBias } from '../metrics';
import { SCENARIOS } from '../scenarios/compatibility';
import type { CLTrainer, TaskLoaders } from '../training';
import { checkList } from '../utils/errors';
import { checkLoaders, checkTrainer } from './checkParts';

/** How one task is answered: with the scenario's question, and with the task's own classes alone. */
export interface TaskAnswers {
  /** Id of the task. */
  readonly task: number;
  /** For people. */
  readonly taskName: string;
  /** Share of right answers, as in the accuracy matrix. */
  readonly accuracy: number;
  /** Share of right answers where only the classes of the task compete; null only in reports of earlier versions, see `whyNotMasked`. */
  readonly masked: number | null;
}

/** What a trainer answers at the end of a stream; see `measureAnswers`. Plain JSON. */
export interface AnswersReport {
  /** One entry per task. */
  readonly tasks: readonly TaskAnswers[];
  /** Which class was answered for which, over the test data of all tasks, [classes, classes]; null in task-incremental learning. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** Names of the classes in the confusion matrix; null where it is. */
  readonly classNames: readonly string[] | null;
  /** See the function of the same name; null where classes do not arrive with the tasks, or all answers go by task. */
  readonly recencyBias: number | null;
  /** In reports of earlier versions: why there are no masked accuracies; absent where there are. */
  readonly whyNotMasked?: string;
}

/**
 * Asks a trainer that has learnt a stream about all test data: accuracies masked and unmasked side by side, the confusion matrix and
 * the recency bias. Masked, only the classes of the task compete. Of a class-incremental network the difference tells
 * what was forgotten within tasks from what is only confused between them.
 *
 * @param trainer after `runSequence`
 * @param stream the stream it learnt, or its test loaders alone
 * @throws as `trainer.evaluate`
 */
export async function measureAnswers(
  trainer: CLTrainer<object>,
  stream: Pick<TaskLoaders, 'testLoaders'>,
): Promise<AnswersReport> {
  checkTrainer('measureAnswers', trainer);
  checkLoaders('measureAnswers', stream, ['testLoaders']);
  const { testLoaders } = stream;
  const { taskIdAtTest, classes } = SCENARIOS[testLoaders[0].task.scenario];
  const tasks: TaskAnswers[] = [];
  const [labels, answers]: [number[], number[]] = [[], []];
  for (const loader of testLoaders) {
    const [right, given] = [loader.labels(), await trainer.answers(loader)];
    const masked = await trainer.answers(loader, loader.task.classes);
    const share = (all: Int32Array) => all.filter((label, i) => label === right[i]).length / right.length;
    const { id, name } = loader.task;
    tasks.push({ task: id, taskName: name, accuracy: share(given), masked: share(masked) });
    labels.push(...right);
    answers.push(...given);
  }
  if (taskIdAtTest) return { tasks, confusion: null, classNames: null, recencyBias: null };
  const names = classNamesOf(testLoaders);
  const confusion = confusionMatrix(labels, answers, Math.max(names.length, ...answers.map((answer) => answer + 1)));
  const last = testLoaders.at(-1)!.task.classes;
  const bias = classes === 'arrive' && testLoaders.length > 1 ? recencyBias(confusion, last) : null;
  return { tasks, confusion, classNames: confusion.map((_, k) => names[k] ?? String(k)), recencyBias: bias };
}

/** The mean of unmasked and masked accuracies over the tasks of a report; `masked` is null where a task has none. */
export function meanAnswers(report: AnswersReport): { accuracy: number; masked: number | null } {
  checkList('meanAnswers', 'tasks of the report', report?.tasks);
  const { tasks } = report;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const masked = tasks.map((task) => task.masked);
  return {
    accuracy: mean(tasks.map(({ accuracy }) => accuracy)),
    masked: masked.includes(null) ? null : mean(masked as number[]),
  };
}

/** The names of the classes by their labels. */
function classNamesOf(loaders: readonly TaskLoader[]): string[] {
  const names: string[] = [];
  for (const { task } of loaders) task.classes.forEach((label, i) => (names[label] ??= task.classNames[i]));
  return Array.from(names, (name, k) => name ?? String(k));
}
