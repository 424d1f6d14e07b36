import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import type { Model } from '../models';
import { checkNumber, problem } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { RandomState } from '../utils/random';
import { diagonalFisher } from './parts/fisher';
import type { FisherLabels } from './parts/fisher';
import type { AnchorsState } from './parts/anchors';
import { HeldBack } from './parts/heldBack';
import type { TrainerOptions } from '../training';
import type { MethodEntry } from './entry';

/** Options of `EWC` beyond those of every method. */
export interface EWCOptions {
  /** λ, the strength of the penalty ½·λ·Σ F·(θ − θ*)²; default 100. Published optima range from 10² to 10¹⁰. */
  lambda: number;
  /** Samples of the task the Fisher information is estimated on; default 200. */
  nFisherSamples: number;
  /** Whose labels the Fisher information is taken over; default `exact`. See `FisherLabels`. */
  fisher: FisherLabels;
  /** Online EWC: one anchor at the newest weights, importances F ← γ·F + F_new; default false: one penalty a task. */
  online: boolean;
  /** γ, how much of the earlier importances online EWC keeps, 0 to 1; default 1. */
  gamma: number;
}

/** Defaults of `EWCOptions`. */
export const EWC_DEFAULTS: EWCOptions = { lambda: 100, nFisherSamples: 200, fisher: 'exact', online: false, gamma: 1 };

/**
 * Elastic weight consolidation (Kirkpatrick et al. 2017, eq. 3), separate penalties; with `online: true` online EWC
 * (Schwarz et al. 2018, eq. 9 ff.): adds ½·λ·Σ_k Σ_i F_k,i·(θ_i − θ*_k,i)² to the loss, with the diagonal Fisher information
 * F_k of task k and the weights θ*_k after it.
 *
 * The gradient is added in closed form. Separate penalties cost the same as one: their sum is again quadratic (see `Anchor`).
 */
export class EWC extends HeldBack<EWCOptions> {
  override readonly method: string;
  private readonly random: RandomStream;

  /**
   * @param model the network to train
   * @param options `{lambda: 100, nFisherSamples: 200, fisher: 'exact', online: false, gamma: 1, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & EWCOptions> = {}) {
    super(model, options, EWC_DEFAULTS, 'lambda', 1);
    checkNumber('EWC', 'nFisherSamples', this.options.nFisherSamples, { min: 1, integer: true });
    checkNumber('EWC', 'gamma', this.options.gamma, { min: 0, max: 1 });
    if (!['exact', 'sampled', 'argmax', 'true'].includes(this.options.fisher)) {
      throw problem('EWC', `unknown fisher '${this.options.fisher}'`, 'use exact, sampled, argmax or true');
    }
    this.method = this.options.online ? 'ewc-online' : 'ewc';
    this.random = new RandomStream(this.options.seed, 'fisher');
  }

  /**
   * The present penalty ½·λ·Σ_k Σ_i F_k,i·(θ_i − θ*_k,i)²; 0 before the first task is consolidated, never negative.
   */
  penalty(): number {
    return this.anchors.penalty();
  }

  protected override endTask(task: Task, loader: TaskLoader): void {
    const { nFisherSamples, fisher, online, gamma } = this.options;
    const { images, labels } = loader.hostData(this.random.choice(loader.size, Math.min(nFisherSamples, loader.size)));
    const diagonals = diagonalFisher(this.model, { images, labels, task: this.taskIdOf(task) }, fisher, this.random);
    if (online) this.anchors.replace(diagonals, gamma);
    else this.anchors.add(diagonals);
  }

  protected override likelyCause(): string {
    const { lr, lambda } = this.options;
    const stiffest = this.anchors.stiffest();
    if (stiffest * lr < 0.1) return super.likelyCause();
    return `a penalty that is too strong: lr·λ·F is up to ${(stiffest * lr).toPrecision(2)} (lr ${lr}, λ ${lambda}); lower lambda or lr`;
  }

  protected override memoryState(): EWCState {
    return { anchors: this.anchors.state(), random: this.random.state() };
  }

  protected override restoreMemory({ anchors, random }: EWCState): void {
    const take = this.anchors.restored(anchors);
    this.random.restore(random);
    take();
  }
}

/** What `EWC` remembers, as plain JSON. */
interface EWCState {
  anchors: AnchorsState;
  random: RandomState;
}

/** What the library knows of the method. */
export const ewc: MethodEntry = {
  name: 'ewc',
  label: 'EWC',
  paper: 'Kirkpatrick et al. 2017; Schwarz et al. 2018 (online)',
  tested: 'the Fisher information against per-sample gradients; the penalty’s gradient; a λ that diverges is refused',
  style: { color: '#0072B2', symbol: 'square' },
  variants: [{ name: 'ewc-online', label: 'Online EWC', style: { color: '#56B4E9', symbol: 'square-open' } }],
  create: (model, options) => new EWC(model, options),
  needs: EWC.needs,
  relativeCost: 1,
  why: 'weights that mattered for earlier tasks are held back',
  useWhen:
    'no data may be kept and the task id is known; or labels stay the same and inputs are unlike each other (shuffled pixels)',
  breaksWhen:
    'classes arrive over time: nothing ties old classes against new ones, so it ends near naive; or labels stay the same and inputs look alike (turned digits)',
  ruleOfThumb: 'search λ on a log scale on validation data: too small forgets, too large cannot learn',
  grid: { lambda: [10, 100, 1000], lr: [0.01, 0.03] },
  /** λ 0.4 and 200 samples are the original's options: next to nothing on Split-MNIST, some help on Permuted-MNIST. */
  studyRows: [
    { label: 'EWC λ=0.4', options: { lambda: 0.4, nFisherSamples: 200 } },
    { label: 'EWC λ=100', options: { lambda: 100, nFisherSamples: 200 } },
  ],
};
