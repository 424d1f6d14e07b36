import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';

/** One task of a stream in numbers; a row for `showTable`. */
export type TaskSummary = {
  /** Position in the stream, from 1. */
  readonly task: number;
  /** For people. */
  readonly name: string;
  /** Names of the classes that its training data holds. */
  readonly classes: string;
  /** Training samples. */
  readonly training: number;
  /** Validation samples; 0 where none were held out. */
  readonly validation: number;
  /** Test samples. */
  readonly test: number;
  /** Share of the task's most frequent class in its training data, in [0, 1]. */
  readonly largestClass: number;
  /** Share of the stream's training samples that are of this task, in [0, 1]. */
  readonly shareOfStream: number;
  /** Hash of all that its training loader serves. */
  readonly fingerprint: string;
};

/** A stream in numbers; see `TaskStream.summary`. Plain JSON, and what `streamFigure` draws. */
export interface StreamSummary {
  /** What is known at test time, e.g. `class-incremental`. */
  readonly scenario: string;
  /** Fingerprint of the stream. */
  readonly fingerprint: string;
  /** Hash of the data set. */
  readonly datasetHash: string;
  /** One row per task. */
  readonly rows: readonly TaskSummary[];
  /** Names of the classes, by label (task-incremental streams: task by task, since tasks use the same labels for other classes). */
  readonly classNames: readonly string[];
  /** Names of the tasks. */
  readonly taskNames: readonly string[];
  /** Training samples of each class in each task as they are labelled, [classes, tasks]. */
  readonly counts: readonly (readonly number[])[];
}

/** What is summed up of a stream. */
interface Summed {
  readonly scenario: string;
  readonly fingerprint: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly tasks: readonly Task[];
  readonly trainLoaders: readonly TaskLoader[];
  readonly validationLoaders: readonly TaskLoader[];
  readonly testLoaders: readonly TaskLoader[];
}

/** A stream in numbers. */
export function summaryOf(stream: Summed): StreamSummary {
  const { scenario, fingerprint, settings, tasks, trainLoaders, validationLoaders, testLoaders } = stream;
  const byName = trainLoaders.map(countsByName);
  const classNames = [...new Set(namesInOrder(tasks, byName))];
  const total = trainLoaders.reduce((sum, { size }) => sum + size, 0);
  const rows = trainLoaders.map((loader, i): TaskSummary => {
    const { task, size } = loader;
    return {
      task: i + 1,
      name: task.name,
      classes: [...byName[i].keys()].join(', '),
      training: size,
      validation: validationLoaders[i]?.size ?? 0,
      test: testLoaders[i].size,
      largestClass: Math.max(...byName[i].values()) / size,
      shareOfStream: size / total,
      fingerprint: loader.fingerprint,
    };
  });
  return {
    scenario,
    fingerprint,
    datasetHash: String(settings.datasetHash),
    rows,
    classNames,
    taskNames: tasks.map(({ name }) => name),
    counts: classNames.map((name) => byName.map((counts) => counts.get(name) ?? 0)),
  };
}

/** How many training samples of each class are served, in the order of the task's labels; classes without any are left out. */
function countsByName(loader: TaskLoader): Map<string, number> {
  const { classes, classNames } = loader.task;
  const counts = new Map<number, number>();
  for (const label of loader.labels()) counts.set(label, (counts.get(label) ?? 0) + 1);
  return new Map(classes.flatMap((label, i) => (counts.has(label) ? [[classNames[i], counts.get(label)!] as const] : [])));
}

/** Names of the classes: by label where labels mean one class each, else as they come. */
function namesInOrder(tasks: readonly Task[], byName: readonly ReadonlyMap<string, number>[]): string[] {
  if (tasks[0].scenario !== 'class-incremental') return byName.flatMap((counts) => [...counts.keys()]);
  const byLabel: string[] = [];
  for (const { classes, classNames } of tasks) classes.forEach((label, i) => (byLabel[label] ??= classNames[i]));
  return byLabel.filter((name) => byName.some((counts) => counts.has(name)));
}
