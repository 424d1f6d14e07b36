import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import type { Model } from '../models';
import type { TrainerOptions } from '../training';
import { checkNumber } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { RandomState } from '../utils/random';
import type { MethodEntry } from './entry';
import type { AnchorsState } from './parts/anchors';
import { HeldBack } from './parts/heldBack';
import { outputSensitivity } from './parts/sensitivity';

/** Options of `MAS` beyond those of every method. */
export interface MASOptions {
  /** λ, the strength of the penalty λ·Σ Ω·(θ − θ*)²; default 1. */
  lambda: number;
  /** Samples of the task the importances are estimated on; default 200. */
  nSamples: number;
}

/** Defaults of `MASOptions`. */
export const MAS_DEFAULTS: MASOptions = { lambda: 1, nSamples: 200 };

/**
 * Memory aware synapses (Aljundi et al. 2018, eqs. 2–4): adds λ·Σ Ω·(θ − θ*)² to the loss, with the weights θ* after the newest task
 * and Ω = Σ over tasks of the mean over samples of |∂‖f(x)‖² / ∂θ|: how much the outputs would change. No labels are needed for it.
 *
 * Differs: the importances of the tasks are added up, and where there are several outputs layers only that of the task counts.
 */
export class MAS extends HeldBack<MASOptions> {
  override readonly method = 'mas';
  private readonly random: RandomStream;

  /**
   * @param model the network to train
   * @param options `{lambda: 1, nSamples: 200, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & MASOptions> = {}) {
    super(model, options, MAS_DEFAULTS, 'lambda', 2);
    checkNumber('MAS', 'nSamples', this.options.nSamples, { min: 1, integer: true });
    this.random = new RandomStream(this.options.seed, 'mas');
  }

  protected override endTask(task: Task, loader: TaskLoader): void {
    const samples = this.random.choice(loader.size, Math.min(this.options.nSamples, loader.size));
    const { images } = loader.hostData(samples);
    this.anchors.replace(outputSensitivity(this.model, images, this.taskIdOf(task)), 1);
  }

  protected override memoryState(): MASState {
    return { anchors: this.anchors.state(), random: this.random.state() };
  }

  protected override restoreMemory({ anchors, random }: MASState): void {
    const take = this.anchors.restored(anchors);
    this.random.restore(random);
    take();
  }
}

/** What `MAS` remembers, as plain JSON. */
interface MASState {
  anchors: AnchorsState;
  random: RandomState;
}

/** What the library knows of the method. */
export const mas: MethodEntry = {
  name: 'mas',
  label: 'MAS',
  paper: 'Aljundi et al. 2018',
  tested: 'the importances against brute force, sample by sample',
  style: { color: '#332288', symbol: 'hexagon' },
  create: (model, options) => new MAS(model, options),
  needs: MAS.needs,
  relativeCost: 1,
  why: 'weights that the outputs depend on are held back',
  useWhen: 'as EWC, where labels are few: the importances need none',
  breaksWhen: 'classes arrive over time: nothing ties old classes against new ones, so it ends near naive',
  ruleOfThumb: 'search lambda on a log scale on validation data',
  grid: { lambda: [0.1, 1, 10], lr: [0.01, 0.03] },
  inStudies: false,
};
