import { problem, shown } from '../../utils/errors';
import { Adam } from './adam';
import type { StepCount } from './adam';
import type { Optimizer } from './optimizer';
import { SGD } from './sgd';

/** The optimisers by name. */
export type OptimizerName = 'sgd' | 'adam';

/** What a trainer's options say about its optimiser. */
interface Chosen {
  optimizer: OptimizerName;
  lr: number;
  momentum: number;
  weightDecay: number;
  stepCount?: StepCount;
}

const OPTIMIZERS: Record<OptimizerName, (options: Chosen) => Optimizer> = {
  sgd: ({ lr, momentum, weightDecay }) => new SGD({ lr, momentum, weightDecay }),
  adam: ({ lr, momentum, weightDecay, stepCount = 'own' }) => new Adam({ lr, betas: [momentum, 0.999], weightDecay, stepCount }),
};

/** The optimiser that a trainer's options ask for. Throws with the known names when there is none. */
export function newOptimizer(subject: string, options: Chosen): Optimizer {
  if (typeof options.optimizer === 'string' && Object.hasOwn(OPTIMIZERS, options.optimizer))
    return OPTIMIZERS[options.optimizer](options);
  throw problem(subject, `there is no optimizer ${shown(options.optimizer)}`, `use ${Object.keys(OPTIMIZERS).join(' or ')}`);
}
