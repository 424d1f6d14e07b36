import { checkDataset, type Dataset } from '../data/dataset';
import { checkNumber, problem, withDefaults } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { openToAll } from './blurry';
import { classGroups, splitDefaults, type SplitOptions, type SplitSettings } from './split';
import { buildStream, checkCommon, partsOf, trainingParts, type TaskStream } from './stream';

/** Options of `taskFreeScenario`. */
export interface TaskFreeOptions extends Omit<SplitOptions, 'scenario' | 'baseClasses' | 'validationFraction'> {
  /**
   * How far the classes run into each other: the standard deviation of the time at which samples of a class come, in units of the time
   * between the centres of two classes; 0: one class after the other. Default: 1.
   */
  width?: number;
}

type Settings = Omit<SplitSettings, 'scenario'> & { width: number };

/** The defaults of `TaskFreeOptions`. */
export function taskFreeDefaults(): Settings {
  const { scenario: _, ...defaults } = splitDefaults();
  return { ...defaults, width: 1 };
}

/**
 * Task-free learning: classes come and go gradually (each around a time of its own, normally distributed), samples arrive in one
 * order that is not shuffled, and the trainer is not told of any boundary. What the stream calls tasks are only the moments
 * of evaluation: the samples are cut into `nTasks` stretches of the same length, and the test data of the k-th is that of the classes
 * whose own time lies in it. A method that must know boundaries is refused.
 *
 * Source: the Gaussian schedule of Shanahan et al. 2021, "Encoders and ensembles for task-free continual learning"; task-free: Aljundi
 * et al. 2019.
 *
 * @throws for unknown options, classes that cannot be shared out to the stretches, or an impossible limit
 */
export function taskFreeScenario(dataset: Dataset, options?: TaskFreeOptions): TaskStream {
  const subject = 'task-free scenario';
  checkDataset(subject, dataset);
  const settings = withDefaults<Settings>(subject, options, taskFreeDefaults());
  checkCommon(subject, settings);
  checkNumber(subject, 'width', settings.width, { min: 0 });
  for (const name of ['validationFraction', 'baseClasses'] as const) {
    if (settings[name]) throw problem(subject, `${name} is not possible here`, 'leave it out');
  }
  const { groups, classOrder, perTask } = classGroups(subject, dataset, { ...settings, scenario: 'class-incremental' });
  const plans = openToAll(dataset, groups, 'hidden');
  const find = partsOf(dataset);
  const parts = plans.flatMap((plan) => trainingParts(dataset, find('train', plan), settings));
  const arrival = arrivalOrder(parts, settings.width, settings.seed!);
  plans.forEach((plan, k) => {
    const [from, to] = [k, k + 1].map((end) => Math.round((end * arrival.length) / plans.length));
    const stretch = arrival.slice(from, to);
    Object.assign(plan, {
      task: { ...plan.task, name: `stretch ${k + 1}: ${plan.task.name}` },
      chosen: [{ label: plan.members[0], positions: stretch }],
      arrival: stretch,
    });
  });
  return buildStream('task-free', dataset, plans, settings, { classOrder, classesPerTask: perTask, width: settings.width });
}

/** The samples by the time at which they come: that of their class, the k-th at k, and a normal number times `width`. */
function arrivalOrder(parts: readonly { label: number; positions: Int32Array }[], width: number, seed: number): Int32Array {
  const random = new RandomStream(seed, 'arrival');
  const timed = parts.flatMap(({ positions }, k) =>
    Array.from(positions, (position) => ({ position, time: k + width * random.normal(), tie: random.uniform() })),
  );
  timed.sort((a, b) => a.time - b.time || a.tie - b.tie);
  return Int32Array.from(timed, ({ position }) => position);
}
