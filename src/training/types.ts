import type { Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { LayerGradient } from '../models';
import type { Gradients } from '../autodiff';

/** Options every method has. */
export interface TrainerOptions {
  /** Learning rate; default 0.01. */
  lr: number;
  /** Momentum of SGD, v ← momentum·v + g; w ← w − lr·v; default 0.9. */
  momentum: number;
  /** Passes over the data of each task; default 5. */
  epochs: number;
  /** Seed of the method's own random draws (memory, Fisher samples); default the one of `setSeed` (42). */
  seed: number;
}

/** Defaults of `TrainerOptions` but the seed. */
export const TRAINER_DEFAULTS = { lr: 0.01, momentum: 0.9, epochs: 5 };

/** A stream of tasks: what `getSplitMnist` and its siblings return, or a reader's own loaders. */
export interface TaskLoaders {
  /** One loader a task, in the order of training. */
  readonly trainLoaders: readonly TaskLoader[];
  /** One loader a task, in the same order. */
  readonly testLoaders: readonly TaskLoader[];
}

/** Parameters of a model by whether they can still change. */
export interface CapacityReport {
  /** All parameters. */
  readonly total: number;
  /** Parameters that no step changes any more. */
  readonly frozen: number;
  /** Parameters that training may change. */
  readonly trainable: number;
}

/** Loss and gradients of one batch; what the hook `gradients` returns. */
export interface LossAndGradients {
  /** Mean loss; []. */
  readonly loss: Value;
  /** The loss gradient of every parameter that takes part. */
  readonly gradients: Gradients;
  /** The same gradients layer by layer in factored form, where the method needs them. */
  readonly factors?: LayerGradient[];
}
