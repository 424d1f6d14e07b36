import type { Kernels, Value } from '../backend';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions, TrainingBatch } from '../training';
import { checkChoice } from '../utils/errors';
import type { MethodEntry } from './entry';
import { ACTIVE_OUTPUTS, amongActive } from './parts/activeOutputs';
import type { ActiveOutputs } from './parts/activeOutputs';

/** Options of `NaiveTrainer` beyond those of every method. */
export interface NaiveOptions {
  /** Which outputs compete in the loss, where the task id is hidden: `'all'` (default), `'seen'` or `'task'`; see `ActiveOutputs`. */
  activeOutputs: ActiveOutputs;
}

/** Defaults of `NaiveOptions`. */
export const NAIVE_DEFAULTS: NaiveOptions = { activeOutputs: 'all' };

/** Plain fine-tuning: learns each task as if there were no others. The lower bound every method is compared with. */
export class NaiveTrainer extends CLTrainer<NaiveOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    forgetsIn: {
      'task-incremental': 'the lower bound',
      'domain-incremental': 'the lower bound',
      'class-incremental': 'the lower bound',
    },
  };
  override readonly method = 'naive';

  /**
   * @param model the network to train
   * @param options `{activeOutputs: 'all', lr, momentum, epochs, seed, …}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & NaiveOptions> = {}) {
    super(model, options, NAIVE_DEFAULTS);
    checkChoice('NaiveTrainer', 'activeOutputs', this.options.activeOutputs, ACTIVE_OUTPUTS);
  }

  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    const { activeOutputs } = this.options;
    if (activeOutputs === 'all' || batch.task !== undefined) return super.loss(k, batch);
    const logits = this.model.logits(k, batch.x, undefined);
    return meanCrossEntropy(k, amongActive(k, logits, this.model, activeOutputs, this.taskInTraining!), batch.y);
  }
}

/** What the library knows of the method. */
export const naive: MethodEntry = {
  name: 'naive',
  label: 'Naive',
  paper: '–',
  tested: 'recorded and op by op agree with PyTorch’s SGD and Adam over 100 steps',
  style: { color: '#D55E00', symbol: 'circle' },
  create: (model, options) => new NaiveTrainer(model, options),
  needs: NaiveTrainer.needs,
  relativeCost: 1,
  why: 'the lower bound',
  useWhen: 'you need the lower bound, or old tasks do not matter',
  breaksWhen: 'old tasks matter at all',
  ruleOfThumb: 'always run it: what it forgets is what there is to gain',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  studiesTransfer: true,
};
