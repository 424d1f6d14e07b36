import type { ScenarioName } from '../data/task';
import { getPermutedMnist, getRotatedMnist, getSplitFashionMnist, getSplitMnist } from '../scenarios';
import type { TaskStream } from '../scenarios';
import { permutedDefaults } from '../scenarios/permuted';
import { rotatedDefaults } from '../scenarios/rotated';
import { splitDefaults } from '../scenarios/split';
import { checkFunction, checkText, problem, withDefaults } from '../utils/errors';
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
 * @param more `defaults` of the options and `madeFor`, see `StreamEntry`
 * @throws when the name is taken
 * @example registerStream('my-digits', ({ seed, nTasks }) => splitScenario(myDataset, { seed, nTasks }));
 */
export function registerStream(
  name: string,
  open: StreamEntry['open'],
  more: Partial<Pick<StreamEntry, 'defaults' | 'madeFor'>> = {},
): void {
  checkText('registerStream', 'name', name);
  checkFunction('registerStream', 'open', open, '(options) => getSplitMnist(options)');
  if (streams.has(name)) throw problem('registerStream', `there is a stream '${name}' already`, 'choose another name');
  streams.set(name, { name, open, ...withDefaults('registerStream', more, { defaults: () => ({}), madeFor: ALL }) });
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
    `there is none called '${name}'`,
    `known streams: ${streamNames().join(', ')}; make your own known with registerStream`,
  );
}

/**
 * Opens the stream of a spec.
 *
 * @param stream its name and options
 * @param seed used where the stream has no seed of its own
 */
export function openStream({ name, ...options }: StreamSpec, seed: number): TaskStream {
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
