import type { Kernels, Value } from '../backend';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions, TrainingBatch } from '../training';
import { checkNumber } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { MethodEntry } from './entry';
import { gated, gatedLayers, refuseNormalised, SHARED_STATISTICS } from './parts/gates';

/** Options of `XdG` beyond those of every method. */
export interface XdGOptions {
  /** The share of each hidden layer's units that is off in a task, from 0 to below 1; default 0.8. */
  off: number;
}

/** Defaults of `XdGOptions`. */
export const XDG_DEFAULTS: XdGOptions = { off: 0.8 };

/**
 * Context-dependent gating (Masse, Grant & Freedman 2018): in each task a fixed random choice of hidden units is off, another for each
 * task, so that tasks use mostly different weights. At evaluation the task id tells which.
 *
 * Differs: gating alone; Masse et al. combine it with EWC or SI. Ask the trainer (`evaluate`, `predict`), not the model, which
 * has no gates.
 */
export class XdG extends CLTrainer<XdGOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = { taskId: 'test', architecture: 'MultiHeadMLP' };
  override readonly method = 'xdg';

  /**
   * @param model the network to train, a `MultiHeadMLP`
   * @param options `{off: 0.8, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & XdGOptions> = {}) {
    super(model, options, XDG_DEFAULTS);
    checkNumber('XdG', 'off', this.options.off, { min: 0, max: 0.999 });
    refuseNormalised('XdG', model, SHARED_STATISTICS);
  }

  /** For each hidden layer, by name, 1 for the units that are on in a task and 0 for the others. */
  gates(task: number): Map<string, Float32Array> {
    return new Map(
      gatedLayers(this.model).map(({ name, units }) => {
        const on = Math.max(1, Math.round(units * (1 - this.options.off)));
        const gates = new Float32Array(units);
        for (const unit of new RandomStream(this.options.seed, `xdg/${name}/task ${task}`).choice(units, on)) gates[unit] = 1;
        return [name, gates];
      }),
    );
  }

  protected override loss(k: Kernels, { x, y, task }: TrainingBatch): Value {
    return meanCrossEntropy(k, this.scores(k, x, task as number), y);
  }

  /** The outputs of the network with the task's gates. */
  protected override scores(k: Kernels, x: Value, task: number | undefined): Value {
    const gates = new Map([...this.gates(task!)].map(([name, gate]) => [name, k.tensor(gate, [gate.length])]));
    return this.model.logits(gated(k, this.model, gates), x, task);
  }
}

/** What the library knows of the method. */
export const xdg: MethodEntry = {
  name: 'xdg',
  label: 'XdG',
  paper: 'Masse, Grant & Freedman 2018',
  tested: 'the masks; only units that are on learn',
  style: { color: '#DDAA33', symbol: 'star-triangle-down' },
  create: (model, options) => new XdG(model, options),
  needs: XdG.needs,
  relativeCost: 1,
  why: 'tasks use mostly different units, chosen by the task id',
  useWhen: 'the task id is known and the network is wide',
  breaksWhen: 'the task id is hidden at test time, or the network is narrow',
  ruleOfThumb: 'four of five units off; more with more tasks',
  grid: { off: [0.5, 0.8, 0.9], lr: [0.01, 0.03] },
  inStudies: false,
};
