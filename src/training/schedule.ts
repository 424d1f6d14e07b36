import { Variable } from '../backend';
import type { Kernels, Value } from '../backend';
import { checkChoice, checkNumber, problem, withDefaults } from '../utils/errors';

/** Restarts of a cosine: it falls once within `first` epochs (or steps), then within `factor` times as many, and so on. */
export interface WarmRestarts {
  /** Epochs (or steps) from the first start to the second, T₀; at least 1, and no more than there are after the warmup. */
  first: number;
  /** How many times longer each fall takes than the one before, T_mult; a whole number, default 1. */
  factor?: number;
}

/** A learning rate that first rises to `lr`. */
export interface Warmup {
  /** Epochs (or steps) it takes; at least 1. */
  length: number;
  /** Where it begins, as a share of `lr`, from 0 to 1; default 0.1. */
  from?: number;
}

/**
 * How the learning rate changes within a task, as plain JSON; it begins anew with each task, and with each phase of a method that has
 * several. `'cosine'` (Loshchilov & Hutter 2017, eq. 5): minLr + (lr − minLr)·(1 + cos(π·t/T))/2 at the t-th epoch (or step) of T, as
 * PyTorch's CosineAnnealingLR and CosineAnnealingWarmRestarts have it: the fall begins at `lr` and stops one short of `minLr`.
 */
export interface Schedule {
  /** The only form there is. */
  name: 'cosine';
  /** What the learning rate falls to, η_min; from 0 to `lr`, default 0. */
  minLr?: number;
  /** Whether it changes from `'epoch'` to epoch (default) or from `'step'` to step; all lengths count in these. */
  every?: 'epoch' | 'step';
  /** Restarts; default: one fall over the whole task. */
  warmRestarts?: WarmRestarts;
  /** A rise before it, on a straight line: lr·(from + (1 − from)·t/length); default none. */
  warmup?: Warmup;
}

/** Most learning rates of a task: more steps than anybody trains, 64 MB. */
const MOST = 2 ** 24;

/** A schedule with its gaps filled. */
type Whole = Schedule & Required<Pick<Schedule, 'minLr' | 'every'>>;

/**
 * Checks a schedule and fills its gaps, always in the same order.
 *
 * @param lr the learning rate it falls from
 */
export function checkedSchedule(subject: string, given: Schedule, lr: number): Readonly<Whole> {
  const defaults: Partial<Schedule> = { name: undefined, minLr: 0, every: 'epoch', warmRestarts: undefined, warmup: undefined };
  const named = `${subject}: schedule`;
  const { name, minLr, every, warmRestarts, warmup } = withDefaults(named, given, defaults);
  checkChoice(named, 'name', name, ['cosine']);
  checkNumber(named, 'minLr', minLr, { min: 0, max: lr });
  checkChoice(named, 'every', every, ['epoch', 'step']);
  if (minLr === lr && !warmup) throw problem(named, `minLr ${minLr} is lr, so it changes nothing`, 'use a smaller minLr');
  return Object.freeze({
    name,
    minLr,
    every,
    ...(warmRestarts !== undefined && { warmRestarts: checkedRestarts(`${named}: warmRestarts`, warmRestarts, warmup) }),
    ...(warmup !== undefined && { warmup: checkedWarmup(`${named}: warmup`, warmup) }),
  });
}

function checkedRestarts(subject: string, given: WarmRestarts, warmup?: Warmup): Readonly<Required<WarmRestarts>> {
  const { first, factor } = withDefaults<Partial<WarmRestarts>>(subject, given, { first: undefined, factor: 1 });
  checkNumber(subject, 'first', first, { min: 1, integer: true });
  checkNumber(subject, 'factor', factor, { min: 1, integer: true });
  if (first === 1 && factor === 1 && !warmup)
    throw problem(subject, 'each fall begins at lr and ends there, after one, so nothing changes', 'use first: 2, or factor: 2');
  return Object.freeze({ first, factor });
}

function checkedWarmup(subject: string, given: Warmup): Readonly<Required<Warmup>> {
  const { length, from } = withDefaults<Partial<Warmup>>(subject, given, { length: undefined, from: 0.1 });
  checkNumber(subject, 'length', length, { min: 1, integer: true });
  checkNumber(subject, 'from', from, { min: 0, max: 1 });
  return Object.freeze({ length, from });
}

/**
 * Throws when a schedule has nothing to change in so many epochs (or steps), or never reaches `lr` or what it falls to.
 *
 * @param count epochs or steps, as `every` of the schedule says
 */
export function checkLength(subject: string, { every = 'epoch', warmup, warmRestarts }: Schedule, count: number): void {
  const named = `${subject}: schedule`;
  const counted = `${count} ${count === 1 ? every : `${every}s`}`;
  if (every === 'epoch' && count === 1) {
    throw problem(
      named,
      'it changes the learning rate from epoch to epoch, and there is one',
      "use every: 'step', or more epochs",
    );
  }
  if (warmup && warmup.length >= count) {
    const reason = `its warmup takes ${warmup.length} of ${counted}, so that lr is never reached`;
    throw problem(named, reason, `use warmup.length: ${count - 1} or less`);
  }
  const left = count - (warmup?.length ?? 0);
  if (warmRestarts && warmRestarts.first > left) {
    const there = warmup ? `${left} of ${counted} that its warmup leaves` : `${counted}`;
    const reason = `its first fall takes ${warmRestarts.first} of the ${there}, so that the learning rate hardly falls`;
    throw problem(named, reason, `use warmRestarts.first: ${left} or less, or leave out warmRestarts`);
  }
  if (count > MOST) throw problem(named, `${counted} are too many`, "use every: 'epoch'");
}

/**
 * The learning rates of `count` epochs (or steps) of a schedule.
 *
 * @param lr the learning rate it falls from
 * @returns [count]
 */
export function learningRates(subject: string, schedule: Schedule, lr: number, count: number): Float32Array {
  const { minLr, warmRestarts, warmup = { length: 0 } } = checkedSchedule(subject, schedule, lr);
  checkLength(subject, schedule, count);
  const { length: rise, from = 0 } = warmup;
  let start = rise;
  let fall = warmRestarts?.first ?? count - rise;
  return Float32Array.from({ length: count }, (_, i) => {
    if (i < rise) return lr * (from + ((1 - from) * i) / rise);
    if (warmRestarts && i - start === fall) [start, fall] = [i, fall * warmRestarts.factor!];
    return minLr + ((lr - minLr) * (1 + Math.cos((Math.PI * (i - start)) / fall))) / 2;
  });
}

/**
 * Learning rates that steps look up: they lie on the device in one piece, and the host says which one a step has. So a recorded step
 * stays as it is when the learning rate changes.
 */
export class LearningRates {
  private readonly variable: Variable;

  /**
   * @param rates one for each epoch, or for each step
   * @param stepsEach steps for which one of them holds
   */
  constructor(
    rates: Float32Array,
    private readonly stepsEach: number,
  ) {
    this.variable = new Variable('learning rates', [rates.length], rates);
  }

  /** Which one the steps from `first` on have, one after the other; [1] each. */
  places(first: number, count: number): Int32Array[] {
    return Array.from({ length: count }, (_, i) => Int32Array.of(Math.floor((first + i) / this.stepsEach)));
  }

  /** The one at `place` [1]; float32 []. */
  at(k: Kernels, place: Value): Value {
    return k.reshape(k.gather(k.read(this.variable), place), []);
  }

  /** Frees the device memory. */
  dispose(): void {
    this.variable.dispose();
  }
}
