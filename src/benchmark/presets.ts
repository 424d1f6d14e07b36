import type { ScenarioName } from '../data/task';
import type { JsonOptions, MeasureSpec } from '../experiments/spec';
import { methodCompatibility, METHODS } from '../methods';
import type { MethodEntry } from '../methods';
import { problem } from '../utils/errors';

/** A row of a study: a method with its options. */
export interface MethodPreset {
  /** Name of the row. */
  label: string;
  /** Name of the method in the registry. */
  method: string;
  /** Options of the method that differ from its defaults, or that the original names. */
  options?: JsonOptions;
}

/** Runs that answer one question together. */
export interface Study {
  /** Its name on the command line. */
  name: string;
  /** For people. */
  title: string;
  /** The scenario its stream is opened in. */
  scenario: ScenarioName;
  /** The stream it runs on unless another one is asked for. */
  stream: string;
  /** Its rows, in order. */
  methods: readonly MethodPreset[];
  /** What is measured beyond the accuracy matrix. */
  measure?: MeasureSpec;
}

/** The original benchmark's stream: 5 tasks, batches of 64. */
export const ORIGINAL_STREAM = { nTasks: 5, batchSize: 64 } as const;

/** The original benchmark's model: two hidden layers of 256. */
export const ORIGINAL_MODEL = { hidden: [256, 256] } as const;

/** The original benchmark's training: 5 epochs a task, SGD with lr 0.01 and momentum 0.9. */
export const ORIGINAL_TRAINING = { epochs: 5, optimizer: { name: 'sgd', lr: 0.01, momentum: 0.9 } } as const;

/** What `--quick` changes: under a minute for all four studies on two cores. */
export const QUICK = { epochs: 1, limitPerTask: 1000, testLimitPerTask: 1000 } as const;

/** The four studies of the original, in its order. Their rows come from the methods themselves, those registered later included. */
export const STUDIES: readonly Study[] = [
  {
    name: 'task-incremental',
    title: 'Task-incremental: the task id is known at test time',
    scenario: 'task-incremental',
    stream: 'split-mnist',
    get methods() {
      return rowsOf('task-incremental');
    },
  },
  {
    name: 'domain-incremental',
    title: 'Domain-incremental: the same classes, the inputs change',
    scenario: 'domain-incremental',
    stream: 'permuted-mnist',
    get methods() {
      return rowsOf('domain-incremental');
    },
  },
  {
    name: 'class-incremental',
    title: 'Class-incremental: all classes seen so far compete',
    scenario: 'class-incremental',
    stream: 'split-mnist',
    get methods() {
      return rowsOf('class-incremental');
    },
  },
  {
    name: 'forward-transfer',
    title: 'Forward transfer: do earlier tasks help to learn the next one?',
    scenario: 'task-incremental',
    stream: 'split-mnist',
    get methods() {
      return rowsOf('task-incremental', ({ studiesTransfer }) => studiesTransfer === true);
    },
    measure: { learningCurves: true },
  },
];

/** The rows of all methods that can learn a scenario: those the method asks for, else one with its defaults. */
function rowsOf(scenario: ScenarioName, wanted: (entry: MethodEntry) => boolean = () => true): MethodPreset[] {
  return METHODS.filter((entry) => wanted(entry) && methodCompatibility(entry.name, scenario).fit !== 'no').flatMap(
    ({ name, label, studyRows }) => (studyRows ?? [{ label, options: {} }]).map((row) => ({ ...row, method: name })),
  );
}

/** The study of this name. Throws with the known names when there is none. */
export function findStudy(name: string): Study {
  const study = STUDIES.find((candidate) => candidate.name === name);
  if (study) return study;
  throw problem('benchmark', `there is no study '${name}'`, `studies: ${STUDIES.map((candidate) => candidate.name).join(', ')}`);
}
