import type { RunStore } from '../experiments';
import type { CLTrainer, TaskLoaders } from '../training';
import { checkFunction, checkList, checkNumber, problem, shown, withDefaults } from '../utils/errors';
import { getSeed } from '../utils/random';
import { settingsHash } from './caption';
import { openedStore } from './openedStore';

/** What a `Comparison` trains: each method with each seed (and at each value of a sweep). */
export interface ComparisonPlan {
  /** Opens the tasks for a seed, e.g. `(seed) => getSplitMnist({ seed })`; all methods with this seed learn the same stream. */
  stream: (seed: number) => TaskLoaders;
  /**
   * Makes a fresh trainer on a fresh model, by name, e.g. `{ naive: (seed) => new NaiveTrainer(new MultiHeadMLP({ seed }), { seed }) }`.
   * A name that is not the method's own (`'EWC λ = 10'`) becomes its label in figures and tables.
   */
  methods: Readonly<Record<string, (seed: number, value: number) => CLTrainer<object>>>;
  /** Seeds, each once; default the one of `setSeed` (42). */
  seeds?: readonly number[];
  /** Values of a hyperparameter, each once, passed to `methods` as second argument; default none. */
  values?: readonly number[];
  /** Whether nothing is shown while it trains, neither line nor figure, e.g. in a script; default false. */
  quiet?: boolean;
  /**
   * A store of runs or its folder. Finished runs come from it at once, new ones are kept there, so that after a restart of the kernel
   * training goes on where it stopped, after the last task that was learnt or interrupted. Default: none.
   */
  store?: RunStore | string;
  /** The settings of the notebook, plain values: with them `captioned` says when a figure is out of date. Default: none. */
  settings?: object;
}

const DEFAULTS = {
  stream: undefined as ComparisonPlan['stream'] | undefined,
  methods: undefined as ComparisonPlan['methods'] | undefined,
  seeds: undefined as readonly number[] | undefined,
  values: undefined as readonly number[] | undefined,
  quiet: false,
  store: undefined as ComparisonPlan['store'],
  settings: undefined as object | undefined,
};

/** A plan whose gaps are filled. */
export interface CheckedPlan extends Omit<ComparisonPlan, 'settings'> {
  seeds: readonly number[];
  quiet: boolean;
  store: RunStore | undefined;
  /** Their hash. */
  settings: string | undefined;
}

const EXAMPLE = '{ naive: (seed) => new NaiveTrainer(new MultiHeadMLP({ seed }), { seed }) }';

/** Fills the gaps of a plan. Throws when something is not what it has to be, or a seed or value is there twice. */
export function checkedPlan(plan: ComparisonPlan): CheckedPlan {
  const { stream, methods, seeds = [getSeed()], values, quiet, ...more } = withDefaults('Comparison', plan, DEFAULTS);
  checkFunction('Comparison', 'stream', stream, '(seed) => getSplitMnist({ seed })');
  if (typeof methods !== 'object' || methods === null) {
    throw problem('Comparison', `methods is ${shown(methods)}`, `pass functions by name: ${EXAMPLE}`);
  }
  for (const [name, make] of Object.entries(methods)) checkFunction('Comparison', `methods['${name}']`, make, EXAMPLE);
  checkDifferent('seeds', seeds, { integer: true });
  if (values !== undefined) checkDifferent('values', values);
  const store = more.store === undefined ? undefined : openedStore(more.store);
  const settings = more.settings && settingsHash(more.settings);
  return { stream: stream!, methods: { ...methods }, seeds: [...seeds], values: values && [...values], quiet, store, settings };
}

function checkDifferent(name: string, numbers: readonly number[], rule = {}): void {
  checkList('Comparison', name, numbers);
  for (let k = 0; k < numbers.length; k++) {
    checkNumber('Comparison', `${name}[${k}]`, numbers[k], rule);
    if (numbers.indexOf(numbers[k]) < k) {
      throw problem('Comparison', `${name} holds ${numbers[k]} twice`, 'name each once: the same run twice is no second run');
    }
  }
}
