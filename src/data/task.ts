import type { InputDescription } from './dataset';

/** The three scenarios of van de Ven & Tolias (2019); they differ in what is known at test time. */
export type ScenarioName = 'task-incremental' | 'domain-incremental' | 'class-incremental';

/** One task of a stream: what a loader serves and what a model may answer. */
export interface Task {
  /** Position in the stream, from 0. */
  readonly id: number;
  /** For people, e.g. `digits 0, 1`, `rotated by 36°` or `Q1 2025`. */
  readonly name: string;
  /** The scenario the task belongs to; it decides whether the task id may be used at test time. */
  readonly scenario: ScenarioName;
  /**
   * The labels this task serves, ascending. Task-incremental Split-MNIST: always [0, 1]; class-incremental: [4, 5] for the
   * third task; Permuted-MNIST: 0 … 9, class-incremental 20 … 29 for the third task. With a class order of its own, a class-incremental label is the position of the
   * class in that order, so a head that grows task by task always has its outputs in label order; `classNames` says which
   * class it is.
   */
  readonly classes: readonly number[];
  /** Names of the classes, in the order of `classes`. */
  readonly classNames: readonly string[];
  /** Numbers per input, 784 for MNIST. */
  readonly inputSize: number;
  /** [height, width, channels] of an image, [28, 28, 1] for MNIST; else [features]. Rows are flat in any case. */
  readonly inputShape: readonly number[];
  /**
   * What raw inputs of this task are and how they are standardised, as plain JSON, so that a model that keeps it can be asked
   * about raw inputs later; see `standardiseInputs`. Absent where the task was made by hand.
   */
  readonly inputs?: InputDescription;
  /**
   * `'hidden'`: the trainer is not told where this task begins and ends (task-free learning), so a method's hooks around tasks are not
   * called (but `beginTask` for the first, and where it is all a method learns in), and the optimiser goes on. Absent: it is told.
   */
  readonly boundaries?: 'hidden';
  /** That each sample of the task may be seen once only (online learning): its trainer refuses a second epoch. Absent: no limit. */
  readonly online?: boolean;
  /** `'permuted'`: the stream's tasks have the pixels of images in orders of their own, so neighbours mean nothing. Absent: images as they are. */
  readonly pixels?: 'permuted';
}
