import { checkChoice, checkNumber, isPlainObject, problem, withDefaults } from '../utils/errors';
import { getSeed } from '../utils/random';
import type { OptimizerName, StepCount } from './optimizers';
import { checkedSchedule, checkLength } from './schedule';
import type { Schedule } from './schedule';

/** Options every method has. */
export interface TrainerOptions {
  /** Learning rate, with a `schedule` the largest; default 0.01. */
  lr: number;
  /** Momentum of SGD, v ← momentum·v + g; w ← w − lr·v; with Adam β₁. From 0 to below 1; default 0.9. */
  momentum: number;
  /** Passes over the data of each task; default 5. */
  epochs: number;
  /** Training steps of each task instead of `epochs`: its data is gone through as often as they need; default undefined. */
  steps: number | undefined;
  /** `'sgd'` (default) or `'adam'` (Kingma & Ba 2015; β₂ 0.999, ε 1e-8), both in PyTorch's form. */
  optimizer: OptimizerName;
  /** Weight decay, added to the gradient as weightDecay·w; default 0. */
  weightDecay: number;
  /**
   * Largest L2 norm of the gradient of a step, over all parameters together: a longer one is scaled down to it, as by PyTorch's
   * `clip_grad_norm_`. What is clipped is what goes to the optimiser: the penalties and projections of the method are in it already,
   * weight decay is not. Above 0; default undefined: no limit.
   */
  clipNorm: number | undefined;
  /** How the learning rate changes within a task, e.g. `{ name: 'cosine', minLr: 0.0005 }`; default undefined: it stays `lr`. */
  schedule: Schedule | undefined;
  /** Whether velocities (Adam: moments) go on from task to task; default false: each task starts with a fresh optimiser. */
  keepOptimizer: boolean;
  /**
   * With Adam: whether a parameter that comes later, such as the head of a new task, counts its own steps (`'own'`, PyTorch's way) or those of the
   * optimiser (`'shared'`, Keras's way); see `StepCount`. Default undefined: `'own'`.
   */
  stepCount: StepCount | undefined;
  /** Seed of the method's own random draws (memory, Fisher samples); default the one of `setSeed` (42). */
  seed: number;
}

/** Defaults of `TrainerOptions` but the seed. */
export const TRAINER_DEFAULTS = {
  lr: 0.01,
  momentum: 0.9,
  epochs: 5,
  steps: undefined as number | undefined,
  optimizer: 'sgd' as OptimizerName,
  weightDecay: 0,
  clipNorm: undefined as number | undefined,
  schedule: undefined as Schedule | undefined,
  keepOptimizer: false,
  stepCount: undefined as StepCount | undefined,
};

/** Checks the options of a trainer and fills the gaps; they cannot be changed afterwards. */
export function trainerOptions<Own extends object>(
  subject: string,
  given: Partial<TrainerOptions & Own>,
  ownDefaults: Own,
): Readonly<TrainerOptions & Own> {
  const defaults = { ...TRAINER_DEFAULTS, seed: getSeed(), ...ownDefaults };
  const options = withDefaults(subject, given as Partial<typeof defaults>, defaults);
  checkRange(subject, options);
  checkNumber(subject, 'lr', options.lr, { min: 0 });
  checkNumber(subject, 'momentum', options.momentum, { min: 0, max: 1 });
  if (Math.fround(options.momentum) === 1)
    throw problem(subject, `momentum ${options.momentum} never slows down, so nothing is learnt`, 'use 0.9, or less');
  checkNumber(subject, 'epochs', options.epochs, { min: 1, integer: true });
  if (options.steps !== undefined) checkNumber(subject, 'steps', options.steps, { min: 1, integer: true });
  checkNumber(subject, 'weightDecay', options.weightDecay, { min: 0 });
  checkClipping(subject, options.clipNorm);
  if (options.schedule !== undefined) options.schedule = scheduled(subject, options, options.schedule);
  if (options.stepCount !== undefined) checkStepCount(subject, options.optimizer, options.stepCount);
  checkNumber(subject, 'seed', options.seed, { integer: true });
  if (typeof options.keepOptimizer !== 'boolean') {
    throw problem(subject, `keepOptimizer must be true or false, got ${String(options.keepOptimizer)}`);
  }
  for (const [name, value] of Object.entries(options as Record<string, unknown>)) {
    if (isPlainObject(value)) (options as Record<string, unknown>)[name] = Object.freeze({ ...value }); // a caller may change its own
  }
  return Object.freeze(options) as unknown as Readonly<TrainerOptions & Own>;
}

function checkStepCount(subject: string, optimizer: OptimizerName, stepCount: StepCount): void {
  checkChoice(subject, 'stepCount', stepCount, ['own', 'shared']);
  if (optimizer !== 'adam')
    throw problem(subject, `stepCount is for Adam, the optimizer is '${optimizer}'`, "use optimizer: 'adam', or leave it out");
}

/** Networks hold 32-bit numbers: one beyond their range would be infinite there, and look like training that diverged. */
function checkRange(subject: string, options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (name === 'seed' || !Number.isFinite(value) || Number.isFinite(Math.fround(value as number))) continue;
    throw problem(subject, `${name} ${value} is beyond the 32-bit numbers of networks, which end at 3.4e38`, 'use a smaller one');
  }
}

function checkClipping(subject: string, clipNorm: number | undefined): void {
  if (clipNorm === undefined) return;
  checkNumber(subject, 'clipNorm', clipNorm, { min: 0 });
  if (Math.fround(clipNorm) === 0) throw problem(subject, `clipNorm ${clipNorm} leaves no gradient`, 'for example 10');
}

/** The schedule, checked as far as can be without the data of a task. */
function scheduled(subject: string, { lr, epochs, steps }: typeof TRAINER_DEFAULTS, given: Schedule): Schedule {
  const schedule = checkedSchedule(subject, given, lr);
  const count = schedule.every === 'step' ? steps : steps === undefined ? epochs : undefined;
  if (count !== undefined) checkLength(subject, schedule, count);
  return schedule;
}
