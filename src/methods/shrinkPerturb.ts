import type { Task } from '../data/task';
import type { Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions } from '../training';
import { checkNumber } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { RandomState } from '../utils/random';
import type { MethodEntry } from './entry';

/** Options of `ShrinkPerturb` beyond those of every method. */
export interface ShrinkPerturbOptions {
  /** λ, what weights are multiplied with before a task, from 0 to 1; default 0.9. */
  shrink: number;
  /** σ, the deviation of the noise that is added then; default 0.01. */
  perturb: number;
}

/** Defaults of `ShrinkPerturbOptions`. */
export const SHRINK_PERTURB_DEFAULTS: ShrinkPerturbOptions = { shrink: 0.9, perturb: 0.01 };

const EXCUSE = 'it keeps the network able to learn, not what it has learnt';

/**
 * Shrink and perturb (Ash & Adams 2020): before each task but the first every weight becomes λ·θ + σ·ε with normal noise ε, so that a
 * network can still learn after many tasks. Against the loss of plasticity, not against forgetting.
 *
 * Differs: before each task, as the data changes then, not at every arrival of further samples.
 */
export class ShrinkPerturb extends CLTrainer<ShrinkPerturbOptions> {
  static override readonly needs: MethodNeeds = {
    taskBoundaries: true,
    forgetsIn: { 'task-incremental': EXCUSE, 'domain-incremental': EXCUSE, 'class-incremental': EXCUSE },
  };
  override readonly method = 'shrink-perturb';
  private readonly random: RandomStream;

  /**
   * @param model the network to train
   * @param options `{shrink: 0.9, perturb: 0.01, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & ShrinkPerturbOptions> = {}) {
    super(model, options, SHRINK_PERTURB_DEFAULTS);
    checkNumber('ShrinkPerturb', 'shrink', this.options.shrink, { min: 0, max: 1 });
    checkNumber('ShrinkPerturb', 'perturb', this.options.perturb, { min: 0 });
    this.random = new RandomStream(this.options.seed, 'perturbation');
  }

  protected override beginTask(_task: Task): void {
    if (this.learntTasks.length === 0) return;
    const { shrink, perturb } = this.options;
    for (const parameter of this.model.parameters()) {
      parameter.set((parameter.data() as Float32Array).map((value) => shrink * value + perturb * this.random.normal()));
    }
  }

  protected override memoryState(): { random: RandomState } {
    return { random: this.random.state() };
  }

  protected override restoreMemory({ random }: { random: RandomState }): void {
    this.random.restore(random);
  }
}

/** What the library knows of the method. */
export const shrinkPerturb: MethodEntry = {
  name: 'shrink-perturb',
  label: 'Shrink and perturb',
  paper: 'Ash & Adams 2020',
  tested: 'scale and noise of the weights after a boundary',
  style: { color: '#AA7744', symbol: 'hourglass' },
  create: (model, options) => new ShrinkPerturb(model, options),
  needs: ShrinkPerturb.needs,
  relativeCost: 1,
  why: 'weights shrink and get noise before each task',
  useWhen: 'the stream is so long that networks stop learning new tasks',
  breaksWhen: 'old tasks matter: it does nothing to keep them',
  ruleOfThumb: 'shrink 0.4 to 0.99; watch the accuracy on new tasks',
  grid: { shrink: [0.6, 0.9, 0.99], lr: [0.01, 0.03] },
  inStudies: false,
};
