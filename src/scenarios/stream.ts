import { createHash } from 'node:crypto';
import { datasetHash, type Dataset } from '../data/dataset';
import { describedAs } from '../data/inspect';
import { TaskLoader, type Split } from '../data/loader';
import type { PixelMap } from '../data/pixels';
import type { ScenarioName, Task } from '../data/task';
import { checkNumber, problem, shown } from '../utils/errors';
import { getSeed } from '../utils/random';
import { limitSamples, mergeParts, positionsByClass, splitValidation, type ClassPart } from './subsets';

/** Options every scenario has. */
export interface StreamOptions {
  /** Samples per batch. Default: 64. */
  batchSize?: number;
  /** Seed of everything random here: subset, validation split, class order, permutations, order of the batches. Default: `getSeed()`. */
  seed?: number;
  /** Number of tasks. Default: 5. */
  nTasks?: number;
  /**
   * Training samples per task, validation samples included; a random subset, the same number of each class. Test samples stay
   * complete, so that accuracies remain comparable. Default: all.
   */
  limitPerTask?: number;
  /** Test samples per task, chosen in the same way; for quick runs. Default: all. */
  testLimitPerTask?: number;
  /** Share of each task's training samples that is kept aside for `validationLoaders`, from 0 to below 1. Default: 0, none. */
  validationFraction?: number;
}

/** A stream of tasks: what a trainer learns, one task after the other. */
export interface TaskStream {
  /** What is known at test time. */
  readonly scenario: ScenarioName;
  /** The data set the tasks are made from. */
  readonly dataset: Dataset;
  /** The tasks, in the order they are learnt. */
  readonly tasks: readonly Task[];
  /** Training data, one loader per task. */
  readonly trainLoaders: TaskLoader[];
  /** Test data, one loader per task. */
  readonly testLoaders: TaskLoader[];
  /** Validation data, one loader per task; empty where no `validationFraction` was asked for. */
  readonly validationLoaders: TaskLoader[];
  /** Everything that decided the data, as plain JSON: hash of the data set, class order, permutations (hashes), angles, limits, seed. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Hash of `settings`, 12 hexadecimal digits: equal where two runs saw the same data. */
  readonly fingerprint: string;
}

/** Every option with a value; undefined limits mean all. */
export type CommonSettings = { [K in keyof Required<StreamOptions>]: StreamOptions[K] };

/** The defaults of `StreamOptions`. */
export function streamDefaults(): CommonSettings {
  return {
    batchSize: 64,
    seed: getSeed(),
    nTasks: 5,
    limitPerTask: undefined,
    testLimitPerTask: undefined,
    validationFraction: 0,
  };
}

/** One task before its data is chosen. */
export interface TaskPlan {
  /** The task. */
  task: Task;
  /** The classes of the data set it holds. */
  members: readonly number[];
  /** The label served for each class of the data set; only entries of `members` are read. */
  labelOf: Int32Array;
  /** How the task changes the inputs. */
  pixelMap?: PixelMap;
  /** The only domain of the data set it takes samples of. Default: all samples. */
  domain?: number;
}

/**
 * Chooses each task's samples and makes its loaders; every scenario ends here.
 *
 * @param kind `split`, `permuted`, `rotated`, `classes` or `domains`
 * @param details what the scenario decided beyond the common options, as plain JSON, for the fingerprint
 */
export function buildStream(
  kind: string,
  dataset: Dataset,
  plans: TaskPlan[],
  options: CommonSettings,
  details: Record<string, unknown>,
): TaskStream {
  const { batchSize, limitPerTask, testLimitPerTask, validationFraction } = options;
  const seed = options.seed!;
  for (const plan of plans) checkLimits(kind, options, plan.members.length);
  const parts = partsOf(dataset);
  const loader = ({ task, labelOf, pixelMap }: TaskPlan, split: Split, chosen: ClassPart[]) =>
    new TaskLoader({ task, labelOf, pixelMap, split, dataset, positions: mergeParts(chosen), batchSize, seed });

  const training = plans.map((plan) =>
    splitValidation(limitSamples(parts('train', plan), limitPerTask ?? Infinity, seed, 'subset'), validationFraction!, seed),
  );
  const testing = plans.map((plan) => limitSamples(parts('test', plan), testLimitPerTask ?? Infinity, seed, 'test-subset'));
  const { scenario } = plans[0].task;
  const settings = {
    kind,
    scenario,
    dataset: dataset.name,
    datasetHash: datasetHash(dataset),
    seed,
    nTasks: plans.length,
    limitPerTask: limitPerTask ?? null,
    testLimitPerTask: testLimitPerTask ?? null,
    validationFraction,
    ...details,
  };
  const stream: TaskStream = {
    scenario,
    dataset,
    tasks: plans.map((plan) => plan.task),
    trainLoaders: plans.map((plan, i) => loader(plan, 'train', training[i].train)),
    testLoaders: plans.map((plan, i) => loader(plan, 'test', testing[i])),
    validationLoaders: validationFraction === 0 ? [] : plans.map((plan, i) => loader(plan, 'validation', training[i].validation)),
    settings,
    fingerprint: createHash('sha1').update(JSON.stringify(settings)).digest('hex').slice(0, 12),
  };
  return describedAs(stream, describeStream);
}

/** Finds the samples of a task, class by class; each domain is searched once. */
function partsOf(dataset: Dataset): (split: 'train' | 'test', plan: TaskPlan) => ClassPart[] {
  const known = new Map<string, Int32Array[]>();
  const byClass = (split: 'train' | 'test', domain: number | undefined) => {
    const key = `${split} ${domain}`;
    const found =
      known.get(key) ??
      positionsByClass(
        dataset[split].labels,
        dataset.classNames.length,
        domain === undefined ? undefined : { of: dataset.domains![split], domain },
      );
    known.set(key, found);
    return found;
  };
  return (split, { members, domain }) => {
    const positions = byClass(split, domain);
    if (domain === undefined) return members.map((label) => nonEmpty(dataset, split, label, positions[label]));
    const present = members.filter((label) => positions[label].length > 0); // a domain need not have every class
    if (present.length > 0) return present.map((label) => ({ label, positions: positions[label] }));
    const subject = `data set '${dataset.name}'`;
    throw problem(
      subject,
      `domain '${dataset.domains!.names[domain]}' has no ${split} samples`,
      'add some, or leave the domain out',
    );
  };
}

/** Throws where a common option is out of range. */
export function checkCommon(subject: string, { batchSize, seed, nTasks, validationFraction }: CommonSettings): void {
  checkNumber(subject, 'batchSize', batchSize, { min: 1, integer: true });
  checkNumber(subject, 'seed', seed, { integer: true });
  checkNumber(subject, 'nTasks', nTasks, { min: 1, integer: true });
  checkNumber(subject, 'validationFraction', validationFraction, { min: 0, max: 0.99 });
}

/** Throws unless the scenario is one of those that `kind` can serve. */
export function checkScenario(subject: string, given: unknown, allowed: readonly ScenarioName[], remedy?: string): void {
  if (allowed.includes(given as ScenarioName)) return;
  throw problem(
    subject,
    `scenario ${shown(given)} is not possible here`,
    remedy ?? `use ${allowed.map((name) => `'${name}'`).join(', ')}`,
  );
}

function checkLimits(subject: string, options: CommonSettings, classes: number): void {
  for (const name of ['limitPerTask', 'testLimitPerTask'] as const) {
    if (options[name] !== undefined)
      checkNumber(`${subject} scenario (${classes} classes per task)`, name, options[name], { min: classes, integer: true });
  }
}

function nonEmpty(dataset: Dataset, split: 'train' | 'test', label: number, positions: Int32Array): ClassPart {
  if (positions.length > 0) return { label, positions };
  throw problem(
    `data set '${dataset.name}'`,
    `class ${label} ('${dataset.classNames[label]}') has no ${split} samples`,
    'add some, or leave the class out of classNames',
  );
}

function describeStream({
  scenario,
  dataset,
  tasks,
  trainLoaders,
  testLoaders,
  validationLoaders,
  settings,
  fingerprint,
}: TaskStream): string {
  const total = (loaders: TaskLoader[]) => loaders.reduce((sum, loader) => sum + loader.size, 0);
  const sizes = `${total(trainLoaders)} training, ${total(validationLoaders)} validation, ${total(testLoaders)} test samples`;
  return `TaskStream(${String(settings.kind)} ${dataset.name}, ${scenario}: ${tasks.length} tasks, ${sizes}, fingerprint ${fingerprint})`;
}
