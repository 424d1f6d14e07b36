import { checkDataset, type Dataset } from '../data/dataset';
import type { Task } from '../data/task';
import { checkChoice, checkNumber, problem, withDefaults } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { classGroupPlan } from './classGroup';
import { classGroups, splitDefaults, type SplitOptions, type SplitSettings } from './split';
import { buildStream, checkCommon, partsOf, trainingParts, type TaskPlan, type TaskStream } from './stream';
import type { ClassPart } from './subsets';

/** Options of `blurryScenario`; those of `splitScenario`, always class-incremental. */
export interface BlurryOptions extends Omit<SplitOptions, 'scenario'> {
  /** Share of each class's training samples that comes in the other tasks, dealt out evenly; above 0, below 1. Default: 0.1. */
  blur?: number;
  /** Whether the trainer is told where tasks begin and end: `'told'` (default) or `'hidden'`, see `Task.boundaries`. */
  boundaries?: 'told' | 'hidden';
}

/** Every option of `blurryScenario` with its default. */
export type BlurrySettings = Omit<SplitSettings, 'scenario'> & { blur: number; boundaries: 'told' | 'hidden' };

/** The defaults of `BlurryOptions`. */
export function blurryDefaults(): BlurrySettings {
  const { scenario: _, ...defaults } = splitDefaults();
  return { ...defaults, blur: 0.1, boundaries: 'told' };
}

/**
 * Split streams with blurry boundaries: most samples of a class come in its own task, some in every other one (Blurry-M of Bang et al.
 * 2021, "Rainbow memory"; Aljundi et al. 2019). All classes compete from the start, since any may come at any time. Test data of
 * a task is that of its own classes.
 *
 * @throws for unknown options, one task, a blur that leaves a task without samples of a class, and what `splitScenario` refuses
 */
export function blurryScenario(dataset: Dataset, options?: BlurryOptions): TaskStream {
  const subject = 'blurry scenario';
  checkDataset(subject, dataset);
  const settings = withDefaults<BlurrySettings>(subject, options, blurryDefaults());
  const { blur, boundaries, seed } = settings;
  checkCommon(subject, settings);
  checkNumber(subject, 'blur', blur, { min: 0.001, max: 0.999 });
  checkChoice(subject, 'boundaries', boundaries, ['told', 'hidden']);
  if (settings.nTasks! < 2) throw problem(subject, 'one task has no boundary that could be blurry', 'use two tasks or more');
  const { groups, classOrder, perTask } = classGroups(subject, dataset, { ...settings, scenario: 'class-incremental' });
  const plans = openToAll(dataset, groups, boundaries);
  const own = plans.map((plan) => trainingParts(dataset, partsOf(dataset)('train', plan), settings));
  dealOut(own, blur, seed!).forEach((chosen, id) => (plans[id].chosen = chosen));
  return buildStream('blurry', dataset, plans, settings, { classOrder, classesPerTask: perTask, blur, boundaries });
}

/** Plans of the groups in which all classes of the stream may come. */
export function openToAll(dataset: Dataset, groups: readonly number[][], boundaries: 'told' | 'hidden'): TaskPlan[] {
  const all = groups.flat();
  const whole = classGroupPlan(dataset, 'class-incremental', 0, all, 0);
  return groups.map((members, id) => {
    const { name } = classGroupPlan(dataset, 'class-incremental', id, members, 0).task;
    const task: Task = { ...whole.task, id, name, ...(boundaries === 'hidden' && { boundaries }) };
    return { task, members, labelOf: whole.labelOf };
  });
}

/** Leaves most of each class in its own task and deals the rest out to the others in turn. */
function dealOut(own: readonly ClassPart[][], blur: number, seed: number): ClassPart[][] {
  const dealt = own.map((): ClassPart[] => []);
  own.forEach((parts, home) =>
    parts.forEach(({ label, positions }) => {
      const away = Math.round(blur * positions.length);
      const order = new RandomStream(seed, `blur/class ${label}`).permutation(positions.length);
      const others = own.map((_, id) => id).filter((id) => id !== home);
      const pick = (wanted: (k: number) => boolean) => order.filter((_, k) => wanted(k)).map((at) => positions[at]).sort(); // prettier-ignore
      if (away === positions.length) {
        const reason = `a blur of ${blur} leaves none of the ${positions.length} samples of class ${label} in its own task`;
        throw problem('blurry scenario', reason, 'use a smaller blur or more samples');
      }
      dealt[home].push({ label, positions: pick((k) => k >= away) });
      others.forEach((id, turn) => {
        const some = pick((k) => k < away && k % others.length === turn);
        if (some.length > 0) dealt[id].push({ label, positions: some });
      });
    }),
  );
  return dealt;
}
