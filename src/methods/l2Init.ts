import type { Gradients } from '../autodiff';
import type { Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions } from '../training';
import { checkNumber } from '../utils/errors';
import type { MethodEntry } from './entry';
import { PerParameter } from './parts/perParameter';
import type { PerParameterState } from './parts/perParameter';

/** Options of `L2Init` beyond those of every method. */
export interface L2InitOptions {
  /** λ, the strength of the penalty λ·Σ (θ − θ₀)²; default 0.001. */
  lambda: number;
}

/** Defaults of `L2InitOptions`. */
export const L2_INIT_DEFAULTS: L2InitOptions = { lambda: 1e-3 };

const EXCUSE = 'it keeps the network able to learn, not what it has learnt';

/**
 * L2 init (Kumar, Marklund & Van Roy 2023, eq. 1): adds λ·Σ (θ − θ₀)² to the loss, with the weights θ₀ that training began with, so
 * that a network can still learn after many tasks. Against the loss of plasticity, not against forgetting.
 *
 * Differs: outputs that come later are drawn to the weights they came with.
 */
export class L2Init extends CLTrainer<L2InitOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    forgetsIn: { 'task-incremental': EXCUSE, 'domain-incremental': EXCUSE, 'class-incremental': EXCUSE },
  };
  override readonly method = 'l2-init';
  /** θ₀ */
  private readonly first = new PerParameter('first weights');

  /**
   * @param model the network to train
   * @param options `{lambda: 0.001, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & L2InitOptions> = {}) {
    super(model, options, L2_INIT_DEFAULTS);
    checkNumber('L2Init', 'lambda', this.options.lambda, { min: 0 });
  }

  protected override beginTask(): void {
    this.first.fit(this.model.parameters(), (parameter) => parameter.data() as Float32Array);
  }

  protected override adjustGradients(gradients: Gradients): Gradients {
    const { k } = this;
    for (const [parameter, gradient] of gradients) {
      const gap = k.sub(k.read(parameter), k.read(this.first.of(parameter)));
      gradients.set(parameter, k.add(gradient, k.scale(gap, 2 * this.options.lambda)));
    }
    return gradients;
  }

  override dispose(): void {
    super.dispose();
    this.first.dispose();
  }

  protected override memoryState(): { first: PerParameterState } {
    return { first: this.first.state() };
  }

  protected override restoreMemory({ first }: { first: PerParameterState }): void {
    this.first.restored('L2Init.restore', this.model.parameters(), first)();
  }
}

/** What the library knows of the method. */
export const l2Init: MethodEntry = {
  name: 'l2-init',
  label: 'L2 init',
  paper: 'Kumar, Marklund & Van Roy 2023',
  tested: 'one step against the formula',
  style: { color: '#DDCC77', symbol: 'hexagon2' },
  create: (model, options) => new L2Init(model, options),
  needs: L2Init.needs,
  relativeCost: 1,
  why: 'weights are drawn back to where they began',
  useWhen: 'the stream is so long that networks stop learning new tasks',
  breaksWhen: 'old tasks matter: it does nothing to keep them',
  ruleOfThumb: 'search lambda from 1e-5 to 1e-2; watch the accuracy on new tasks',
  grid: { lambda: [1e-4, 1e-3, 1e-2], lr: [0.01, 0.03] },
  inStudies: false,
};
