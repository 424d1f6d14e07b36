import type { ScenarioName } from '../data/task';
import { methodCompatibility } from '../methods';
import { problem } from '../utils/errors';
import type { DatasetName, Experiment, StreamSettings } from '../experiments/run';

/** A row of a study: a method with its options. */
export interface MethodPreset {
  /** Name of the row. */
  label: string;
  /** Name of the method in the registry. */
  method: string;
  /** What differs from `ORIGINAL_TRAINING`. */
  options?: Record<string, number | string | boolean>;
}

/** Experiments that answer one question together. */
export interface Study {
  /** Its name on the command line: a scenario, or `forward-transfer`. */
  name: ScenarioName | 'forward-transfer';
  /** For people. */
  title: string;
  scenario: ScenarioName;
  /** The data set it runs on unless another one is asked for. */
  dataset: DatasetName;
  methods: MethodPreset[];
  /** Whether forward transfer is measured as well. */
  transfer?: boolean;
}

/** The original benchmark's stream: 5 tasks, batches of 64, two hidden layers of 256. */
export const ORIGINAL_STREAM: StreamSettings = { nTasks: 5, batchSize: 64, hidden: [256, 256], data: 'real' };

/** The original benchmark's training: 5 epochs a task, SGD with lr 0.01 and momentum 0.9. */
export const ORIGINAL_TRAINING = { epochs: 5, lr: 0.01, momentum: 0.9 };

/** What `--quick` changes: under a minute for all four studies on two cores. */
export const QUICK = { epochs: 1, limitPerTask: 1000, testLimitPerTask: 1000 };

const NAIVE: MethodPreset = { label: 'Naive', method: 'naive' };
/** λ 0.4 and 200 samples are the original's options: next to nothing on Split-MNIST, some help on Permuted-MNIST. */
const EWC_ORIGINAL: MethodPreset = { label: 'EWC λ=0.4', method: 'ewc', options: { lambda: 0.4, nFisherSamples: 200 } };
const EWC_100: MethodPreset = { label: 'EWC λ=100', method: 'ewc', options: { lambda: 100, nFisherSamples: 200 } };
const ER: MethodPreset = { label: 'ER', method: 'er', options: { capacity: 1000, replayRatio: 0.5 } };
const GEM: MethodPreset = { label: 'GEM', method: 'gem', options: { memorySize: 256, margin: 0.5 } };
const PNN: MethodPreset = { label: 'PNN', method: 'pnn' };

/** The four studies of the original, in its order. */
export const STUDIES: readonly Study[] = [
  {
    name: 'task-incremental',
    title: 'Task-incremental: the task id is known at test time',
    scenario: 'task-incremental',
    dataset: 'split-mnist',
    methods: [NAIVE, EWC_ORIGINAL, EWC_100, ER, GEM, PNN],
  },
  {
    name: 'domain-incremental',
    title: 'Domain-incremental: the same classes, the inputs change',
    scenario: 'domain-incremental',
    dataset: 'permuted-mnist',
    methods: [NAIVE, EWC_ORIGINAL, EWC_100, ER, GEM],
  },
  {
    name: 'class-incremental',
    title: 'Class-incremental: all classes seen so far compete',
    scenario: 'class-incremental',
    dataset: 'split-mnist',
    methods: [NAIVE, EWC_ORIGINAL, EWC_100, ER, GEM],
  },
  {
    name: 'forward-transfer',
    title: 'Forward transfer: do earlier tasks help to learn the next one?',
    scenario: 'task-incremental',
    dataset: 'split-mnist',
    methods: [NAIVE, PNN],
    transfer: true,
  },
];

/** What a user asks of the benchmark; everything absent is as in the original. */
export interface BenchmarkRequest {
  /** Studies by name; default all four. */
  studies?: string[];
  /** Data set in place of the studies' own. */
  dataset?: DatasetName;
  /** Methods by name; default those of each study. */
  methods?: string[];
  /** Seeds; default [42]. */
  seeds?: number[];
  /** Epochs a task; default 5. */
  epochs?: number;
  /** Training images a task; default all. */
  limit?: number;
  /** `real` (default) or `synthetic`. */
  data?: 'real' | 'synthetic';
  /** 1 epoch, 1000 training and 1000 test images a task. */
  quick?: boolean;
}

/**
 * The experiments a request stands for, study by study in the order of the tables.
 *
 * @throws when a name is unknown, or nothing is left to run
 */
export function planExperiments(request: BenchmarkRequest = {}): Experiment[] {
  const seeds = [...new Set(request.seeds ?? [42])];
  const { methods, dataset, data = 'real', quick } = request;
  const studies = (request.studies ?? studiesFor(dataset)).map(findStudy);
  const epochs = request.epochs ?? (quick ? QUICK.epochs : ORIGINAL_TRAINING.epochs);
  const limitPerTask = request.limit ?? (quick ? QUICK.limitPerTask : undefined);
  const stream: StreamSettings = {
    ...ORIGINAL_STREAM,
    data,
    ...(limitPerTask && { limitPerTask }),
    ...(quick && { testLimitPerTask: QUICK.testLimitPerTask }),
  };
  const experiments = studies.flatMap((study) =>
    study.methods
      .filter(({ method }) => !methods || methods.includes(method))
      .flatMap(({ label, method, options }) =>
        seeds.map((seed) => ({
          study: study.name,
          label,
          scenario: study.scenario,
          dataset: datasetFor(study, dataset),
          method,
          seed,
          options: { ...ORIGINAL_TRAINING, epochs, ...options },
          stream,
          ...(study.transfer && { transfer: true }),
        })),
      ),
  );
  if (experiments.length === 0) throw nothingToRun(studies, methods!);
  if (request.studies && methods) refuseImpossible(studies, methods);
  return experiments;
}

/** The study of this name. Throws with the known names when there is none. */
export function findStudy(name: string): Study {
  const study = STUDIES.find((candidate) => candidate.name === name);
  if (study) return study;
  throw problem('benchmark', `there is no study '${name}'`, `studies: ${STUDIES.map((candidate) => candidate.name).join(', ')}`);
}

/** Without a data set all studies; with one those that are made for its kind. */
function studiesFor(dataset: DatasetName | undefined): string[] {
  return STUDIES.filter((study) => !dataset || isSplit(study.dataset) === isSplit(dataset)).map(({ name }) => name);
}

function datasetFor(study: Study, asked: DatasetName | undefined): DatasetName {
  if (!asked || isSplit(asked) || study.scenario !== 'class-incremental') return asked ?? study.dataset;
  throw problem(
    'benchmark',
    `${asked} has no class-incremental form: every task has all classes`,
    'use split-mnist or split-fashion-mnist, or another --scenario',
  );
}

function isSplit(dataset: DatasetName): boolean {
  return dataset.startsWith('split');
}

/** Who names both study and method is told of a pairing that cannot work; it is not left out without a word. */
function refuseImpossible(studies: readonly Study[], methods: readonly string[]): void {
  for (const { name, scenario } of studies) {
    for (const method of methods) {
      const { fit, reason } = methodCompatibility(method, scenario);
      if (fit === 'no') throw problem('benchmark', `${method} in ${name}: ${reason}`, 'choose another --scenario or --method');
    }
  }
}

function nothingToRun(studies: readonly Study[], methods: readonly string[]): Error {
  const reasons = studies.flatMap(({ name, scenario }) =>
    methods.map((method) => {
      const { fit, reason } = methodCompatibility(method, scenario);
      return fit === 'no' ? `${method} in ${name}: ${reason}` : `${method} is not part of ${name}`;
    }),
  );
  return problem('benchmark', `nothing to run (${reasons.join('; ')})`, 'choose another --scenario or --method');
}
