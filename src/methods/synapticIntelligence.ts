import type { Parameter } from '../autodiff';
import type { Model } from '../models';
import type { StepGradients, TrainerOptions } from '../training';
import { checkNumber } from '../utils/errors';
import type { MethodEntry } from './entry';
import type { AnchorsState } from './parts/anchors';
import { HeldBack } from './parts/heldBack';
import { PerParameter } from './parts/perParameter';
import type { PerParameterState } from './parts/perParameter';

/** Options of `SynapticIntelligence` beyond those of every method. */
export interface SynapticIntelligenceOptions {
  /** c, the strength of the penalty c·Σ Ω·(θ − θ*)²; default 1. */
  c: number;
  /** ξ, the damping in Ω = Σ_k max(ω_k, 0) / (Δ_k² + ξ); default 0.1. */
  xi: number;
}

/** Defaults of `SynapticIntelligenceOptions`. */
export const SYNAPTIC_INTELLIGENCE_DEFAULTS: SynapticIntelligenceOptions = { c: 1, xi: 0.1 };

/**
 * Synaptic intelligence (Zenke, Poole & Ganguli 2017, eqs. 3–5): adds c·Σ Ω·(θ − θ*)² to the loss. Ω sums over the tasks
 * ω / (Δ² + ξ): how much a weight lowered the loss on its way, ω = −Σ g·Δθ over the steps, by how far it went, Δ.
 *
 * The gradient g is that of the loss alone, without the penalty; Δθ is what the optimiser made of both. Differs: a weight that
 * raised the loss on the whole counts as 0, as in the authors' code.
 */
export class SynapticIntelligence extends HeldBack<SynapticIntelligenceOptions> {
  static override readonly recordable: boolean = true;
  override readonly method = 'si';
  /** ω since the task began. */
  private readonly omega = new PerParameter('ω');
  /** The weights before the last step. */
  private readonly last = new PerParameter('θ');

  /**
   * @param model the network to train
   * @param options `{c: 1, xi: 0.1, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & SynapticIntelligenceOptions> = {}) {
    super(model, options, SYNAPTIC_INTELLIGENCE_DEFAULTS, 'c', 2);
    checkNumber('SynapticIntelligence', 'xi', this.options.xi, { min: 1e-12 });
  }

  protected override beginTask(): void {
    const parameters = this.model.parameters();
    const fresh = parameters.filter((parameter) => !this.anchors.importance(parameter));
    this.anchors.replace(new Map(fresh.map((parameter) => [parameter, zeros(parameter)])), 1);
    super.beginTask();
    for (const parameter of parameters) {
      this.omega.set(parameter, zeros(parameter));
      this.last.set(parameter, parameter.data() as Float32Array);
    }
  }

  protected override afterStep({ raw }: StepGradients): void {
    const { k } = this;
    for (const [parameter, gradient] of raw) {
      const [omega, last] = [this.omega.of(parameter), this.last.of(parameter)];
      const now = k.read(parameter);
      k.assign(omega, k.sub(k.read(omega), k.mul(gradient, k.sub(now, k.read(last)))));
      k.assign(last, now);
    }
  }

  protected override endTask(): void {
    const added = this.model.parameters().map((parameter): [Parameter, Float32Array] => {
      const [gain, start, end] = [this.omega.data(parameter), this.anchors.position(parameter)!, parameter.data()];
      return [parameter, gain.map((value, i) => Math.max(0, value) / ((end[i] - start[i]) ** 2 + this.options.xi))];
    });
    this.anchors.replace(new Map(added), 1);
  }

  override dispose(): void {
    super.dispose();
    for (const part of [this.omega, this.last]) part.dispose();
  }

  protected override memoryState(): SynapticIntelligenceState {
    return { anchors: this.anchors.state(), omega: this.omega.state(), last: this.last.state() };
  }

  protected override restoreMemory({ anchors, omega, last }: SynapticIntelligenceState): void {
    const subject = 'SynapticIntelligence.restore';
    const take = [
      this.anchors.restored(anchors),
      this.omega.restored(subject, this.model.parameters(), omega),
      this.last.restored(subject, this.model.parameters(), last),
    ];
    take.forEach((one) => one());
  }
}

function zeros(parameter: Parameter): Float32Array {
  return new Float32Array(parameter.data().length);
}

/** What `SynapticIntelligence` remembers, as plain JSON. */
interface SynapticIntelligenceState {
  anchors: AnchorsState;
  omega: PerParameterState;
  last: PerParameterState;
}

/** What the library knows of the method. */
export const si: MethodEntry = {
  name: 'si',
  label: 'SI',
  paper: 'Zenke, Poole & Ganguli 2017',
  tested: 'the importances step for step; the path integral against what the loss fell by',
  style: { color: '#117733', symbol: 'pentagon' },
  create: (model, options) => new SynapticIntelligence(model, options),
  needs: SynapticIntelligence.needs,
  relativeCost: 1,
  why: 'weights that lowered the loss of earlier tasks are held back',
  useWhen: 'as EWC, where the importances should cost no pass of their own',
  breaksWhen: 'classes arrive over time: nothing ties old classes against new ones, so it ends near naive',
  ruleOfThumb: 'search c on a log scale on validation data, from 0.01 to 100',
  grid: { c: [0.1, 1, 10], lr: [0.01, 0.03] },
  inStudies: false,
};
