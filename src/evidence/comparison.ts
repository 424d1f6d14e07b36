import { planExperiments } from '../benchmark/plan';
import { readPresets } from '../benchmark/tune/presetsFile';
import type { TunedPreset } from '../benchmark/tune/presetsFile';
import type { ScenarioName } from '../data/task';
import type { PlannedRun } from '../experiments/plan';
import { findMethod, methodCompatibility, METHODS } from '../methods';
import { checkNumber } from '../utils/errors';
import { withNames } from './plan';

/** A stream of the comparison, in one scenario. */
export interface ComparedStream {
  /** Its name in specs. */
  readonly stream: string;
  /** What is known at test time. */
  readonly scenario: ScenarioName;
  /** For people. */
  readonly title: string;
}

/**
 * Every method of this library side by side: what the results page and notebook 07 are made from. Three passes over 4000 training images
 * a task, batches of 64, two hidden layers of 256, all test images, SGD with the options that `npm run tune` chose on other seeds and
 * validation data; seeds 1 to 5.
 */
export const COMPARISON = {
  name: 'comparison',
  title: 'every method × seven streams, tuned options',
  seeds: 5,
  epochs: 3,
  limitPerTask: 4000,
  streams: [
    { stream: 'split-mnist', scenario: 'task-incremental', title: 'Split-MNIST, task-incremental' },
    { stream: 'split-fashion-mnist', scenario: 'task-incremental', title: 'Split-Fashion-MNIST, task-incremental' },
    { stream: 'domain-split-mnist', scenario: 'domain-incremental', title: 'Split-MNIST, domain-incremental' },
    { stream: 'permuted-mnist', scenario: 'domain-incremental', title: 'Permuted-MNIST, domain-incremental' },
    { stream: 'rotated-mnist', scenario: 'domain-incremental', title: 'Rotated-MNIST, domain-incremental' },
    { stream: 'split-mnist', scenario: 'class-incremental', title: 'Split-MNIST, class-incremental' },
    { stream: 'split-fashion-mnist', scenario: 'class-incremental', title: 'Split-Fashion-MNIST, class-incremental' },
  ],
} as const satisfies { streams: readonly ComparedStream[]; [more: string]: unknown };

/** Methods that a registry of this process has beyond the library's own are left out: the comparison is of known runs. */
const BUILT_IN = METHODS.map(({ name }) => name);

/**
 * The runs of the comparison: each method on the streams whose scenario it can learn, seed by seed.
 *
 * @param seeds how many, from 1 on; default 5
 * @param presets tuned options; default those of the library
 * @param rows parts of methods' labels: only methods that have one of them; default all
 * @throws when no method has one of these parts
 */
export function planComparison(
  seeds: number = COMPARISON.seeds,
  presets: readonly TunedPreset[] = readPresets(),
  rows?: readonly string[],
): PlannedRun[] {
  checkNumber('planComparison', 'seeds', seeds, { min: 1, integer: true });
  const { epochs, limitPerTask: limit, streams } = COMPARISON;
  const asked = withNames('comparison', BUILT_IN, (name) => findMethod(name).label, rows);
  return streams.flatMap(({ stream, scenario }) => {
    const methods = asked.filter((name) => methodCompatibility(name, scenario).fit !== 'no');
    if (methods.length === 0) return [];
    const all = Array.from({ length: seeds }, (_, i) => i + 1);
    const runs = planExperiments({ studies: [scenario], stream, methods, seeds: all, epochs, limit, presets });
    const known = new Set<string>();
    return runs.flatMap((run) => {
      const { name } = run.spec.method;
      const label = findMethod(name).label;
      const key = `${name} ${run.spec.seed}`;
      if (known.has(key)) return [];
      known.add(key);
      return [{ ...run, label, study: COMPARISON.name }];
    });
  });
}
