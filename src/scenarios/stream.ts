import { createHash } from 'node:crypto';
import { datasetHash, type Dataset } from '../data/dataset';
import { describedAs } from '../data/inspect';
import { TaskLoader, type Split } from '../data/loader';
import type { PixelMap } from '../data/pixels';
import type { ScenarioName, Task } from '../data/task';
import { checkBoolean, checkNumber, problem, shown } from '../utils/errors';
import { getSeed } from '../utils/random';
import { noisyLabels } from './labelNoise';
import { limitSamples, mergeParts, positionsByClass, splitValidation, thinOut, type ClassPart } from './subsets';
import { summaryOf, type StreamSummary } from './summary';

/** Options every scenario has. */
export interface StreamOptions {
  /** Samples per batch. Default: 64. */
  batchSize?: number;
  /** Seed of everything random here: subset, validation split, class order, permutations, order of the batches. Default: `getSeed()`. */
  seed?: number;
  /** Number of tasks. Default: 5. */
  nTasks?: number;
  /** Only the first so many of the tasks, which are those of the whole stream; to search hyperparameters on. Default: all. */
  firstTasks?: number;
  /**
   * Training samples per task, validation samples included; a random subset, the same number of each class. Test samples stay
   * complete, so that accuracies remain comparable. Default: all.
   */
  limitPerTask?: number;
  /** Test samples per task, chosen in the same way; for quick runs. Default: all. */
  testLimitPerTask?: number;
  /**
   * Share of each task's training samples that is kept aside for `validationLoaders`, from 0 to below 1; drawn from the seed, the same
   * share of each class. A run of a spec is then measured on these, and its test data is never read. Default: 0, none.
   */
  validationFraction?: number;
  /**
   * How many times more training samples the most frequent class has than the rarest, at least 1: class numbers fall exponentially
   * (Cui et al. 2019), and the seed draws which classes are rare. Test data stays as it is. Default: 1, none is rarer than it was.
   */
  imbalance?: number;
  /**
   * Share of each task's training samples that are served with a wrong label, another one of the same task, from 0 to below 1
   * (symmetric noise). Validation and test labels stay right. Default: 0.
   */
  labelNoise?: number;
  /** Online learning: each sample may be seen once only, so a trainer needs `epochs: 1`. Batches are small then, e.g. 10. Default: false. */
  online?: boolean;
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
  /** Test data, one loader per task; where there is validation data, test data is looked at only when these are asked for. */
  readonly testLoaders: TaskLoader[];
  /** Validation data, one loader per task; empty where no `validationFraction` was asked for. */
  readonly validationLoaders: TaskLoader[];
  /** Everything that decided the data, as plain JSON: hash of the data set, class order, permutations (hashes), angles, limits, seed. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Hash of `settings`, 12 hexadecimal digits: equal where two runs saw the same data. */
  readonly fingerprint: string;
  /** Which classes come when, how many samples, and hashes: `showTable(stream.summary().rows)`, `streamFigure(stream.summary())`. */
  summary(): StreamSummary;
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
    firstTasks: undefined,
    imbalance: undefined, // absent unless asked for, so that specs of runs from before they came stay what they were
    labelNoise: undefined,
    online: undefined,
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
  /** Training samples that the scenario chose itself; limit and imbalance were then applied by it (see `trainingParts`). */
  chosen?: ClassPart[];
  /** The order in which training samples arrive, where they are not shuffled: positions in the data set. */
  arrival?: Int32Array;
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
  all: TaskPlan[],
  options: CommonSettings,
  details: Record<string, unknown>,
): TaskStream {
  const { batchSize, limitPerTask, testLimitPerTask, validationFraction, firstTasks, imbalance, labelNoise, online } = options;
  const seed = options.seed!;
  const plans = firstOf(kind, all, firstTasks);
  for (const plan of plans) checkLimits(kind, options, plan.members.length);
  const parts = partsOf(dataset);
  const positionsOf = merger();
  const loader = (plan: TaskPlan, split: Split, chosen: ClassPart[]) => {
    const task = online ? { ...plan.task, online } : plan.task;
    const { labelOf, pixelMap, arrival } = plan;
    const inOrder = split === 'train' && arrival !== undefined;
    const positions = inOrder ? arrival : positionsOf(chosen);
    const relabelled = split === 'train' && labelNoise ? wrongLabels(plan, dataset, positions, labelNoise, seed) : undefined;
    return new TaskLoader({ task, labelOf, relabelled, inOrder, pixelMap, split, dataset, positions, batchSize, seed });
  };

  const trainingOf = shared((plan) =>
    splitValidation(plan.chosen ?? trainingParts(dataset, parts('train', plan), options), validationFraction!, seed),
  );
  const training = plans.map(trainingOf);
  const testingOf = shared((plan) => limitSamples(parts('test', plan), testLimitPerTask ?? Infinity, seed, 'test-subset'));
  const { scenario } = plans[0].task;
  const settings = {
    kind,
    scenario,
    dataset: dataset.name,
    datasetHash: datasetHash(dataset),
    seed,
    nTasks: all.length,
    limitPerTask: limitPerTask ?? null,
    testLimitPerTask: testLimitPerTask ?? null,
    validationFraction,
    ...(firstTasks !== undefined && { firstTasks }),
    ...(imbalance !== undefined && imbalance !== 1 && { imbalance }),
    ...(labelNoise && { labelNoise }),
    ...(online && { online }),
    ...details,
  };
  const trainLoaders = plans.map((plan, i) => loader(plan, 'train', training[i].train));
  const testing = () => plans.map((plan) => loader(plan, 'test', testingOf(plan)));
  let testLoaders = validationFraction === 0 ? testing() : undefined;
  const stream: TaskStream = {
    scenario,
    dataset,
    tasks: trainLoaders.map(({ task }) => task),
    trainLoaders,
    get testLoaders() {
      return (testLoaders ??= testing());
    },
    validationLoaders: validationFraction === 0 ? [] : plans.map((plan, i) => loader(plan, 'validation', training[i].validation)),
    settings,
    fingerprint: createHash('sha1').update(JSON.stringify(settings)).digest('hex').slice(0, 12),
    summary() {
      return summaryOf(this);
    },
  };
  return describedAs(stream, describeStream);
}

/** The first tasks, where not all are wanted. */
function firstOf(kind: string, plans: TaskPlan[], count: number | undefined): TaskPlan[] {
  if (count === undefined) return plans;
  checkNumber(`${kind} scenario`, 'firstTasks', count, { min: 1, max: plans.length, integer: true });
  return plans.slice(0, count);
}

/** What tasks that hold the same samples are given once: hundreds of permutations of one data set share their lists of positions. */
function shared<T>(choose: (plan: TaskPlan) => T): (plan: TaskPlan) => T {
  const known = new Map<string, T>();
  return (plan) => {
    if (plan.chosen) return choose(plan);
    const key = `${plan.domain} ${plan.members.join()}`;
    const found = known.get(key) ?? choose(plan);
    known.set(key, found);
    return found;
  };
}

/** All positions of some parts, ascending, merged once for the same parts. */
function merger(): (parts: ClassPart[]) => Int32Array {
  const known = new Map<ClassPart[], Int32Array>();
  return (parts) => {
    const found = known.get(parts) ?? mergeParts(parts);
    known.set(parts, found);
    return found;
  };
}

/**
 * The training samples of a task after limit and imbalance.
 *
 * @param stream name of the random stream the limit draws from. Default: one for all tasks
 */
export function trainingParts(
  dataset: Dataset,
  parts: ClassPart[],
  { limitPerTask, imbalance, seed }: CommonSettings,
  stream = 'subset',
): ClassPart[] {
  const limited = limitSamples(parts, limitPerTask ?? Infinity, seed!, stream);
  return imbalance === undefined || imbalance === 1 ? limited : thinOut(limited, dataset.classNames.length, imbalance, seed!);
}

/** Wrong labels for a share of a task's training samples. */
function wrongLabels(
  { task, labelOf }: TaskPlan,
  dataset: Dataset,
  positions: Int32Array,
  share: number,
  seed: number,
): Map<number, number> {
  const right = positions.map((position) => labelOf[dataset.train.labels[position]]);
  return noisyLabels(positions, right, task, share, seed);
}

/**
 * Finds the samples of a task, class by class; each domain is searched once.
 *
 * @throws where a class of a plan has no samples
 */
export function partsOf(dataset: Dataset): (split: 'train' | 'test', plan: TaskPlan) => ClassPart[] {
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
export function checkCommon(subject: string, options: CommonSettings): void {
  const { batchSize, seed, nTasks, validationFraction, imbalance, labelNoise, online } = options;
  checkNumber(subject, 'batchSize', batchSize, { min: 1, integer: true });
  checkNumber(subject, 'seed', seed, { integer: true });
  checkNumber(subject, 'nTasks', nTasks, { min: 1, integer: true });
  checkNumber(subject, 'validationFraction', validationFraction, { min: 0, max: 0.99 });
  if (imbalance !== undefined) checkNumber(subject, 'imbalance (largest over smallest class)', imbalance, { min: 1 });
  if (labelNoise !== undefined) checkNumber(subject, 'labelNoise', labelNoise, { min: 0, max: 0.99 });
  if (online !== undefined) checkBoolean(subject, 'online', online);
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
