import type { Gradients } from '../../autodiff';
import type { Kernels, Value } from '../../backend';
import { checkNumber, withDefaults } from '../../utils/errors';
import { Optimizer } from './optimizer';

/** Options of `SGD`. */
export interface SGDOptions {
  /** Learning rate; default 0.01. */
  lr: number;
  /** Momentum, between 0 and 1; default 0.9. */
  momentum: number;
  /** L2 penalty: weightDecay·w is added to each gradient; default 0. */
  weightDecay: number;
}

/** Defaults of `SGDOptions`. */
export const SGD_DEFAULTS: SGDOptions = { lr: 0.01, momentum: 0.9, weightDecay: 0 };

/**
 * Stochastic gradient descent with momentum in the form of PyTorch's `torch.optim.SGD`, without dampening and without Nesterov:
 * g ← g + weightDecay·w; v ← momentum·v + g; w ← w − lr·v.
 *
 * @example new SGD({ lr: 0.05, momentum: 0.9 })
 */
export class SGD extends Optimizer {
  override readonly kind = 'sgd';
  /** The options in force. */
  readonly options: Readonly<SGDOptions>;
  protected override readonly shaped = ['velocity'];

  /** @param options `{lr: 0.01, momentum: 0.9, weightDecay: 0}` */
  constructor(options: Partial<SGDOptions> = {}) {
    const all = withDefaults('SGD', options, SGD_DEFAULTS);
    checkNumber('SGD', 'lr', all.lr, { min: 0 });
    checkNumber('SGD', 'momentum', all.momentum, { min: 0, max: 1 });
    checkNumber('SGD', 'weightDecay', all.weightDecay, { min: 0 });
    super(all.weightDecay);
    this.options = Object.freeze(all);
  }

  override step(k: Kernels, gradients: Gradients, rate?: Value): void {
    const { lr, momentum } = this.options;
    for (const [parameter, gradient] of gradients) {
      const velocity = this.memory(parameter).variables.get('velocity')!;
      k.momentumStep(parameter, velocity, this.decayed(k, parameter, gradient), rate ?? lr, momentum);
    }
  }

  /** On ½·c·θ² momentum SGD is stable while lr·(c + weightDecay) < 2·(1 + momentum); infinite for lr 0. */
  override stabilityLimit(): number {
    const { lr, momentum, weightDecay } = this.options;
    return (2 * (1 + momentum)) / lr - weightDecay;
  }

  override describe(): string {
    const { lr, momentum, weightDecay } = this.options;
    return `SGD, learning rate ${lr}, momentum ${momentum}${weightDecay ? `, weight decay ${weightDecay}` : ''}`;
  }
}
