import type { ScenarioName } from '../data/task';
import { getPermutedMnist, getRotatedMnist, getSplitFashionMnist, getSplitMnist } from '../scenarios';
import type { TaskStream } from '../scenarios';
import { loadFashionMnist } from '../data/fashionMnist';
import { loadMnist } from '../data/mnist';
import { blurryDefaults, blurryScenario } from '../scenarios/blurry';
import { onImages } from '../scenarios/mnist';
import { permutedDefaults } from '../scenarios/permuted';
import { repetitionDefaults, repetitionScenario } from '../scenarios/repetition';
import { rotatedDefaults } from '../scenarios/rotated';
import { splitDefaults } from '../scenarios/split';
import { taskFreeDefaults, taskFreeScenario } from '../scenarios/taskFree';
import { checkChoice, checkFunction, checkText, isPlainObject, problem, shown, withDefaults } from '../utils/errors';
import type { JsonOptions, StreamSpec } from './spec';

/** A stream of tasks that specs can name. */
export interface StreamEntry {
  /** Its name in specs and on the command line. */
  readonly name: string;
  /** Opens it; `options` are those of the spec's `stream` without its name, `seed` always among them. */
  readonly open: (options: Record<string, unknown>) => TaskStream;
  /** Values of options that are left out, so that a default given or left out is the same run; default none. */
  readonly defaults: () => JsonOptions;
  /** The scenarios it is made for: studies of these run on it where a user names no study; default all. */
  readonly madeFor: readonly ScenarioName[];
  /** `'hidden'`: trainers are not told where tasks begin and end, so methods that must know are left out; default `'told'`. */
  readonly boundaries: 'told' | 'hidden';
}

const ALL: readonly ScenarioName[] = ['task-incremental', 'domain-incremental', 'class-incremental'];
const CLASSES_ARRIVE: readonly ScenarioName[] = ['task-incremental', 'class-incremental'];
const INPUTS_CHANGE: readonly ScenarioName[] = ['domain-incremental'];

const streams = new Map<string, StreamEntry>();

/**
 * Makes a stream of your own known to specs by a name. Each process that runs it must register it: worker processes load
 * the `modules` given to `localProcesses`.
 *
 * @param name for `spec.stream.name` and `--stream`, e.g. `quarters`
 * @param open opens the stream from the options of the spec, `seed` always among them; it refuses options it does not know
 * @param more `defaults` of the options, `madeFor` and `boundaries`, see `StreamEntry`
 * @throws when the name is taken
 * @example registerStream('my-digits', ({ seed, nTasks }) => splitScenario(myDataset, { seed, nTasks }));
 */
export function registerStream(
  name: string,
  open: StreamEntry['open'],
  more: Partial<Pick<StreamEntry, 'defaults' | 'madeFor' | 'boundaries'>> = {},
): void {
  checkText('registerStream', 'name', name);
  checkFunction('registerStream', 'open', open, '(options) => getSplitMnist(options)');
  if (streams.has(name)) throw problem('registerStream', `there is a stream '${name}' already`, 'choose another name');
  const rest = withDefaults<Omit<StreamEntry, 'name' | 'open'>>('registerStream', more, {
    defaults: () => ({}),
    madeFor: ALL,
    boundaries: 'told',
  });
  checkChoice('registerStream', 'boundaries', rest.boundaries, ['told', 'hidden']);
  streams.set(name, { name, open, ...rest });
}

/** The names specs can use, built-in ones first. */
export function streamNames(): string[] {
  return [...streams.keys()];
}

/** The entry of a stream. Throws with the known names when there is none. */
export function findStream(name: string): StreamEntry {
  const entry = streams.get(name);
  if (entry) return entry;
  throw problem(
    'stream',
    `there is none called ${shown(name)}`,
    `known streams: ${streamNames().join(', ')}; make your own known with registerStream`,
  );
}

/**
 * Opens the stream of a spec.
 *
 * @param stream its name and options
 * @param seed used where the stream has no seed of its own
 */
export function openStream(stream: StreamSpec, seed: number): TaskStream {
  if (!isPlainObject(stream)) throw problem('openStream', `the stream is ${shown(stream)}`, "pass { name: 'split-mnist' }");
  const { name, ...options } = stream;
  return findStream(name).open({ seed, ...options });
}

const SOURCE = { data: 'real' };
const plain = (defaults: object): JsonOptions => ({ ...(defaults as JsonOptions), seed: undefined });
const split = { defaults: () => plain({ ...splitDefaults(), ...SOURCE }), madeFor: CLASSES_ARRIVE };

registerStream('split-mnist', (options) => getSplitMnist(options), split);
registerStream('permuted-mnist', (options) => getPermutedMnist(options), {
  defaults: () => plain({ ...permutedDefaults(), ...SOURCE }),
  madeFor: INPUTS_CHANGE,
});
registerStream('split-fashion-mnist', (options) => getSplitFashionMnist(options), split);
registerStream('rotated-mnist', (options) => getRotatedMnist(options), {
  defaults: () => plain({ ...rotatedDefaults(), ...SOURCE }),
  madeFor: INPUTS_CHANGE,
});

const CLASS_INCREMENTAL: readonly ScenarioName[] = ['class-incremental'];

/** A stream of the same kind as another one, with other defaults. */
function registerVariant(name: string, kind: string, own: JsonOptions, madeFor?: readonly ScenarioName[]): void {
  const { open, defaults, ...rest } = findStream(kind);
  const filled = () => ({ ...defaults(), ...own });
  const checked = (options: Record<string, unknown>) => {
    if (own.scenario !== undefined && options.scenario !== undefined)
      checkChoice(`stream '${name}'`, 'scenario', options.scenario as ScenarioName, [own.scenario as ScenarioName]);
    return open({ ...own, ...options });
  };
  registerStream(name, checked, {
    defaults: filled,
    madeFor: madeFor ?? rest.madeFor,
    boundaries: rest.boundaries,
  });
}

/** Kinds that are class-incremental by nature: a spec may say so, and may not say otherwise. */
function registerKind<T extends { seed?: number }>(
  name: string,
  load: typeof loadMnist,
  scenario: (dataset: ReturnType<typeof loadMnist>, options: T) => TaskStream,
  defaults: () => T,
  boundaries: StreamEntry['boundaries'] = 'told',
): void {
  const open = onImages(`stream '${name}'`, load, scenario, defaults);
  const checked = ({ scenario: asked, ...options }: Record<string, unknown>) => {
    if (asked !== undefined) checkChoice(`stream '${name}'`, 'scenario', asked as ScenarioName, CLASS_INCREMENTAL);
    return open(options);
  };
  registerStream(name, checked, { defaults: () => plain({ ...defaults(), ...SOURCE }), madeFor: CLASS_INCREMENTAL, boundaries });
}

registerVariant('base-split-mnist', 'split-mnist', { nTasks: 4, baseClasses: 4, classesPerTask: 2 });
registerVariant('domain-split-mnist', 'split-mnist', { scenario: 'domain-incremental' }, INPUTS_CHANGE);
registerVariant('online-split-mnist', 'split-mnist', { online: true, batchSize: 10 });
registerVariant('online-split-fashion-mnist', 'split-fashion-mnist', { online: true, batchSize: 10 });
registerVariant('imbalanced-split-mnist', 'split-mnist', { imbalance: 100 });
registerVariant('noisy-split-mnist', 'split-mnist', { labelNoise: 0.2 });
registerVariant('long-permuted-mnist', 'permuted-mnist', { nTasks: 100, limitPerTask: 1000, testLimitPerTask: 100 });
registerKind('blurry-split-mnist', loadMnist, blurryScenario, blurryDefaults);
registerKind('repeated-split-mnist', loadMnist, repetitionScenario, repetitionDefaults);
registerKind('repeated-split-fashion-mnist', loadFashionMnist, repetitionScenario, repetitionDefaults);
registerKind(
  'task-free-mnist',
  loadMnist,
  taskFreeScenario,
  () => ({ ...taskFreeDefaults(), online: true, batchSize: 10 }),
  'hidden',
);
