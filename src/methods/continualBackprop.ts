import type { Kernels, Value } from '../backend';
import type { Layer, Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, StepGradients, TrainerOptions, TrainingBatch } from '../training';
import { checkList, checkNumber, problem } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { RandomState } from '../utils/random';
import type { MethodEntry } from './entry';
import { isShared, refuseNormalised } from './parts/gates';
import { HiddenUnits } from './parts/hiddenUnits';
import type { HiddenUnitsState } from './parts/hiddenUnits';
import { kernelsWith } from './parts/kernelsWith';

/** Options of `ContinualBackprop` beyond those of every method. */
export interface ContinualBackpropOptions {
  /** ρ, the share of a layer's mature units that is replaced at each step, from 0 to 1; default 1e-4. */
  replacementRate: number;
  /** m, the steps a new unit is left alone; default 100. */
  maturity: number;
  /** η, the decay of the running averages of utility and activation, from 0 to below 1; default 0.99. */
  decay: number;
}

/** Defaults of `ContinualBackpropOptions`. */
export const CONTINUAL_BACKPROP_DEFAULTS: ContinualBackpropOptions = { replacementRate: 1e-4, maturity: 100, decay: 0.99 };

/** How the units of one hidden layer stand; see `ContinualBackprop.units`. */
export interface UnitReport {
  /** The layer's name. */
  readonly layer: string;
  /** Steps since each unit was made. */
  readonly ages: Int32Array;
  /** Utility of each unit, u / (1 − η^age); 0 before its first step. */
  readonly utilities: Float32Array;
  /** Units replaced so far. */
  readonly replaced: number;
}

const EXCUSE = 'it keeps the network able to learn, not what it has learnt';

/**
 * Continual backprop (Dohare et al. 2024, "Loss of plasticity in deep continual learning", algorithm 1; Dohare, Sutton & Mahmood 2021):
 * after each step the least useful hidden units are now and then made anew, so that a network can still learn after many tasks. Against
 * the loss of plasticity, not against forgetting.
 *
 * A unit's utility is a running average of its contribution, u ← η·u + (1 − η)·h·Σ|w_out|, with the mean h of its activation over the
 * batch and its outgoing weights. In each layer c grows at each step by ρ for each unit that is older than m steps. For each whole one in
 * c the mature unit of least u / (1 − η^age) gets fresh incoming weights, bias 0 and outgoing weights 0, and the optimiser forgets its
 * moments of them. What the unit contributed on average goes into the biases of the next layer, as in the authors' code, so that the
 * outputs change as little as they can.
 *
 * Differs: fresh weights are drawn as this library's layers start, uniform in ±1/√in; of a convolution a unit is a channel, with the mean
 * over its pixels; of several heads all count as outgoing; Adam's bias corrections, which the weights of a layer share, go on. Units of
 * layers that are frozen, or whose next layer is, stay.
 */
export class ContinualBackprop extends CLTrainer<ContinualBackpropOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    forgetsIn: { 'task-incremental': EXCUSE, 'domain-incremental': EXCUSE, 'class-incremental': EXCUSE },
  };
  override readonly method = 'continual-backprop';
  private readonly hidden: HiddenUnits[];
  private readonly random: RandomStream;
  /** What came out of each hidden layer in the present step. */
  private activations: Value[] = [];

  /**
   * @param model the network to train: hidden layers one after the other, each with a ReLU
   * @param options `{replacementRate: 1e-4, maturity: 100, decay: 0.99, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & ContinualBackpropOptions> = {}) {
    super(model, options, CONTINUAL_BACKPROP_DEFAULTS);
    const { replacementRate, maturity, decay, seed } = this.options;
    checkNumber('ContinualBackprop', 'replacementRate', replacementRate, { min: 0, max: 1 });
    checkNumber('ContinualBackprop', 'maturity', maturity, { min: 0, integer: true });
    checkNumber('ContinualBackprop', 'decay', decay, { min: 0, max: 1 });
    if (Math.fround(decay) === 1)
      throw problem('ContinualBackprop', `with decay ${decay} utilities stay at 0`, 'use 0.99, or less');
    refuseNormalised('ContinualBackprop', model, 'a fresh unit would keep the running mean and variance of the one it replaces');
    const layers = model.layers().filter(isShared);
    this.hidden = layers.map((layer) => new HiddenUnits(layer, { replacementRate, maturity, decay }));
    const follows = ({ count }: HiddenUnits, i: number) => (layers[i + 1]?.parameters()[0].shape.at(-2) ?? count) % count === 0;
    if (!model.mixesTasks || layers.length === 0 || !this.hidden.every(follows)) throw this.noChain();
    this.random = new RandomStream(seed, 'continual backprop');
  }

  /** How the units of each hidden layer stand: ages, utilities, and how many were replaced. */
  units(): UnitReport[] {
    return this.hidden.map(({ layer, utility, turnover }) => ({
      layer: layer.name,
      ages: turnover.ages.slice(),
      utilities: (utility.data() as Float32Array).map((value, unit) => value * turnover.correction(unit)),
      replaced: turnover.replaced,
    }));
  }

  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    this.activations = [];
    const relu = (x: Value) => {
      const y = k.relu(x);
      this.activations.push(y);
      return y;
    };
    return super.loss(kernelsWith(k, { relu }), batch);
  }

  /** No number is read back before a unit is due: when that is, the host knows by itself. */
  protected override afterStep(_gradients: StepGradients): void {
    const { k, hidden, activations } = this;
    const fit = activations.length === hidden.length && activations.every((h, i) => h.shape.at(-1) === hidden[i].count);
    if (!fit) throw this.noChain();
    const open = hidden.filter((units, i) => ![units.layer, ...this.after(i)].some(isFrozen));
    for (const units of open) units.measure(k, activations[hidden.indexOf(units)], this.after(hidden.indexOf(units)));
    k.hostIf(
      [],
      () => open.map(({ turnover }) => turnover.advance()).includes(true),
      () => {
        const forget = this.stepsWith.forget.bind(this.stepsWith, k);
        for (const units of open) units.renew(k, this.after(hidden.indexOf(units)), this.random, forget);
        return [];
      },
      () => [],
    );
  }

  override dispose(): void {
    super.dispose();
    for (const units of this.hidden) units.dispose();
  }

  protected override memoryState(): ContinualBackpropState {
    return { hidden: this.hidden.map((units) => units.state()), random: this.random.state() };
  }

  protected override restoreMemory({ hidden, random }: ContinualBackpropState): void {
    const subject = 'ContinualBackprop.restore';
    checkList(subject, 'hidden', hidden, 0);
    if (hidden.length !== this.hidden.length) {
      const reason = `it has ${hidden.length} hidden layers, the model ${this.hidden.length}`;
      throw problem(subject, reason, 'the saved state is damaged');
    }
    const take = this.hidden.map((units, i) => units.restored(subject, hidden[i]));
    this.random.restore(random);
    take.forEach((one) => one());
  }

  /** The layers that take in what comes out of a hidden one: the next, after the last one all heads. */
  private after(i: number): Layer[] {
    const next = this.hidden.at(i + 1);
    return next ? [next.layer] : this.model.layers().filter((layer) => !isShared(layer));
  }

  private noChain(): Error {
    return problem(
      'ContinualBackprop',
      `${this.model.architecture} does not have its hidden layers one after the other, each with a ReLU`,
      'use MultiHeadMLP, SingleHeadMLP or DomainMLP',
    );
  }
}

function isFrozen(layer: Layer): boolean {
  return layer.parameters().some(({ frozen }) => frozen);
}

/** What `ContinualBackprop` remembers, as plain JSON. */
interface ContinualBackpropState {
  hidden: readonly HiddenUnitsState[];
  random: RandomState;
}

/** What the library knows of the method. */
export const continualBackprop: MethodEntry = {
  name: 'continual-backprop',
  label: 'Continual backprop',
  paper: 'Dohare et al. 2024',
  tested: 'the utility against brute force; the least useful mature unit is replaced',
  style: { color: '#BBCC33', symbol: 'hourglass-open' },
  create: (model, options) => new ContinualBackprop(model, options),
  needs: ContinualBackprop.needs,
  relativeCost: 2,
  why: 'the least useful hidden units are made anew, a few at a time',
  useWhen: 'the stream is so long that networks stop learning new tasks, or nobody knows where tasks begin',
  breaksWhen: 'old tasks matter: it does nothing to keep them',
  ruleOfThumb: 'replacementRate 1e-6 to 1e-4; watch `units()` and the accuracy on new tasks',
  grid: { replacementRate: [1e-6, 1e-5, 1e-4], lr: [0.01, 0.03] },
  inStudies: false,
};
