import type { ScenarioName } from '../data/task';
import { TRAINER_DEFAULTS } from '../training';
import { checkBoolean, checkNumber, isPlainObject, problem, shown, withDefaults } from '../utils/errors';
import { getSeed } from '../utils/random';

/** Version of the form of a `Spec`; changed when the same fields would mean another run. */
export const SPEC_VERSION = 1;

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json | undefined };

/** Options by name, as JSON. */
export type JsonOptions = { readonly [name: string]: Json | undefined };

/** The stream of tasks of a run: its registered name and the options it is opened with; see `registerStream`. */
export interface StreamSpec extends JsonOptions {
  /** Name in the table of streams, e.g. `split-mnist`. */
  readonly name: string;
  /** What is known at test time; default: that of the stream. */
  readonly scenario?: ScenarioName;
  /** Seed of the data's own draws (subsets, orders, permutations); default: the seed of the run. */
  readonly seed?: number;
}

/** The network of a run. */
export interface ModelSpec extends JsonOptions {
  /** Name of the architecture; default: the one the method needs, else the one made for the scenario. */
  readonly architecture?: string;
  /** Convolutional blocks before the hidden layers, e.g. `[{ filters: 16 }]`; see `NetworkOptions`; default none. */
  readonly conv?: readonly JsonOptions[];
  /** Width of each hidden layer; default [256, 256]. */
  readonly hidden?: readonly number[];
  /** How the layers start, `'pytorch'` or `'xavier'`; default `'pytorch'`. */
  readonly initialisation?: string;
  /** What normalises the layers of the trunk, `'none'` or `'batch'`; default `'none'`. */
  readonly normalisation?: string;
  /** Seed of the initial weights; default: the seed of the run. */
  readonly seed?: number;
}

/** The optimiser of a run; its fields are the trainer's options of the same names. */
export interface OptimizerSpec extends JsonOptions {
  /** `'sgd'` (default) or another the trainer knows. */
  readonly name?: string;
  /** Learning rate; default 0.01. */
  readonly lr?: number;
  /** Momentum; default 0.9. */
  readonly momentum?: number;
  /** Training steps of each task instead of the epochs of the run; default undefined. */
  readonly steps?: number;
  /** Largest L2 norm of the gradient; default undefined: no limit. */
  readonly clipNorm?: number;
  /** How the learning rate changes within a task, see `Schedule`; default undefined: it does not. */
  readonly schedule?: JsonOptions;
}

/** The method of a run. */
export interface MethodSpec {
  /** Name in the registry, e.g. `ewc`. */
  readonly name: string;
  /** The method's own options; default: its defaults. */
  readonly options?: JsonOptions;
}

/** What a run measures beyond the accuracy matrix. */
export interface MeasureSpec {
  /** Learning curves of each task, next to networks that learn it from scratch; default false. */
  readonly learningCurves?: boolean;
  /** All tasks are evaluated every so many training steps, for the stability gap; see `measureInsideTasks`. Default: not. */
  readonly insideTasks?: number;
  /** Masked accuracies, confusion matrix and recency bias at the end; see `measureAnswers`. Default false. */
  readonly answers?: boolean;
}

/**
 * All that decides the numbers of one run, as plain JSON: any process or machine can take it. What is left out has its
 * default; a label or a study is no part of it.
 *
 * @example { stream: { name: 'split-mnist', scenario: 'class-incremental' }, method: { name: 'er', options: { capacity: 500 } }, seed: 1 }
 */
export interface SpecInput {
  /** Version of the form; default the present one. */
  readonly specVersion?: number;
  /** The tasks it learns. */
  readonly stream: StreamSpec;
  /** The network; default as the method and the scenario want it. */
  readonly model?: ModelSpec;
  /** How its weights are changed; default SGD. */
  readonly optimizer?: OptimizerSpec;
  /** How it keeps what it learnt. */
  readonly method: MethodSpec;
  /** Passes over the data of each task; default 5, on online streams 1. */
  readonly epochs?: number;
  /** Seed of everything random that has no seed of its own; default the one of `setSeed` (42). */
  readonly seed?: number;
  /** What is measured beyond the accuracy matrix; default nothing. */
  readonly measure?: MeasureSpec;
}

/** A spec with its defaults filled in. */
export interface Spec extends SpecInput {
  /** Version of the form. */
  readonly specVersion: number;
  /** The tasks it learns. */
  readonly stream: StreamSpec & { readonly scenario: ScenarioName };
  /** The network; its architecture is absent in results of version 1. */
  readonly model: ModelSpec;
  /** How its weights are changed. */
  readonly optimizer: OptimizerSpec & { readonly name: string };
  /** How it keeps what it learnt. */
  readonly method: MethodSpec & { readonly options: JsonOptions };
  /** Passes over the data of each task. */
  readonly epochs: number;
  /** Seed of everything random that has no seed of its own. */
  readonly seed: number;
  /** What is measured beyond the accuracy matrix. */
  readonly measure: CheckedMeasure;
}

/** What is measured, with defaults; what came later than `learningCurves` is there only where it was asked for, so that ids stay. */
export type CheckedMeasure = MeasureSpec & { readonly learningCurves: boolean };

/** A spec whose fields are there and of the right kind; the options of stream, model and method are checked by whoever takes them. */
export type CheckedSpec = Required<Pick<SpecInput, 'stream' | 'model' | 'optimizer' | 'seed'>> & {
  method: MethodSpec & { options: JsonOptions };
  epochs: number | undefined;
  measure: CheckedMeasure;
};

/** Trainer options that belong to the optimiser; the spec calls `optimizer` its `name`. */
export function isOptimizerOption(name: string): boolean {
  return (Object.hasOwn(TRAINER_DEFAULTS, name) && !['epochs', 'seed'].includes(name)) || name === 'optimizer';
}

/**
 * Checks the form of a spec.
 *
 * @throws where a field is unknown or of the wrong kind, or an option stands in the wrong place
 */
export function checkSpec(given: SpecInput): CheckedSpec {
  if (!isPlainObject(given)) throw problem('spec', `it is ${shown(given)}`, 'pass an object { stream, method, seed, … }');
  const spec = withDefaults<{ [K in keyof Required<SpecInput>]: unknown }>('spec', given, {
    specVersion: SPEC_VERSION,
    stream: undefined,
    model: {},
    optimizer: {},
    method: undefined,
    epochs: undefined,
    seed: getSeed(),
    measure: {},
  });
  if (spec.specVersion !== SPEC_VERSION) {
    const versions = `it has version ${shown(spec.specVersion)}, this library reads ${SPEC_VERSION}`;
    throw problem('spec', versions, 'use the library that made it, or write it anew');
  }
  checkNumber('spec', 'seed', spec.seed, { integer: true });
  if (spec.epochs !== undefined) checkNumber('spec', 'epochs', spec.epochs, { min: 1, integer: true });
  const method = withDefaults<{ name: unknown; options: unknown }>('spec.method', part(spec, 'method'), {
    name: undefined,
    options: {},
  });
  return {
    stream: named(part<StreamSpec>(spec, 'stream'), 'stream'),
    model: part<ModelSpec>(spec, 'model'),
    optimizer: checkOptimizer(part<OptimizerSpec>(spec, 'optimizer')),
    method: named({ name: method.name as string, options: checkMethodOptions(method.options) }, 'method'),
    epochs: spec.epochs as number | undefined,
    seed: spec.seed as number,
    measure: checkMeasure(part<MeasureSpec>(spec, 'measure')),
  };
}

function part<T extends object>(spec: Record<string, unknown>, name: string): T {
  const value = spec[name];
  if (isPlainObject(value)) return value as T;
  throw problem('spec', `${name} is ${shown(value)}`, `pass an object, e.g. ${name}: { name: '…' }`);
}

function named<T extends { name: string }>(value: T, field: string): T {
  if (typeof value.name === 'string') return value;
  throw problem('spec', `${field}.name is ${shown(value.name)}`, `name the ${field}`);
}

function checkOptimizer(optimizer: OptimizerSpec): OptimizerSpec {
  const known = ['name', ...Object.keys(TRAINER_DEFAULTS).filter((name) => isOptimizerOption(name) && name !== 'optimizer')];
  const wrong = Object.keys(optimizer).find((name) => !known.includes(name));
  if (wrong === undefined) return optimizer;
  throw problem('spec.optimizer', `unknown option '${wrong}'`, `known options: ${known.join(', ')}`);
}

function checkMeasure(given: MeasureSpec): CheckedMeasure {
  const none = { learningCurves: false, insideTasks: undefined, answers: false };
  const { learningCurves, insideTasks, answers } = withDefaults<MeasureSpec>('spec.measure', given, none);
  checkBoolean('spec.measure', 'learningCurves', learningCurves);
  checkBoolean('spec.measure', 'answers', answers);
  if (insideTasks !== undefined) checkNumber('spec.measure', 'insideTasks (steps)', insideTasks, { min: 1, integer: true });
  if (learningCurves && insideTasks !== undefined) {
    throw problem('spec.measure', 'learningCurves and insideTasks are both asked for', 'measure them in two runs');
  }
  return { learningCurves, ...(insideTasks !== undefined && { insideTasks }), ...(answers && { answers }) };
}

function checkMethodOptions(options: unknown): JsonOptions {
  if (!isPlainObject(options)) throw problem('spec.method', `options is ${shown(options)}`, 'pass an object');
  for (const name of Object.keys(options)) {
    const place = isOptimizerOption(name) ? 'optimizer' : ['epochs', 'seed'].includes(name) ? 'the spec itself' : undefined;
    if (place) throw problem('spec.method.options', `'${name}' is no option of a method`, `it belongs to ${place}`);
  }
  return options as JsonOptions;
}
