import type { Kernels, Value } from '../backend';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import type { TrainerOptions, TrainingBatch } from '../training';
import { checkNumber } from '../utils/errors';
import type { MethodEntry } from './entry';
import type { StoredRows } from './parts/slotMemory';
import { STEP_REPLAY_DEFAULTS, StepReplay } from './parts/stepReplay';
import type { StepReplayOptions } from './parts/stepReplay';

/** Options of `DER` beyond those of every method. */
export interface DEROptions extends StepReplayOptions {
  /** α, the weight of the distance between outputs now and when the sample was stored; default 0.5. */
  alpha: number;
  /** β, the weight of the cross-entropy of stored samples: 0 is DER, more is DER++; default 0. */
  beta: number;
}

/** Defaults of `DEROptions`. */
export const DER_DEFAULTS: DEROptions = { ...STEP_REPLAY_DEFAULTS, alpha: 0.5, beta: 0 };

/**
 * Dark experience replay (Buzzega et al. 2020, eqs. 5 and 6): with each sample the memory keeps the outputs z it had when it was
 * stored. Loss: cross-entropy of the batch + α·mean (f(x) − z)² over one draw from the memory + β·cross-entropy over another (β > 0:
 * DER++).
 *
 * Differs: outputs that came after a sample was stored count with what they said of it when they came; without data augmentation.
 */
export class DER extends StepReplay<DEROptions> {
  static override readonly recordable: boolean = true;
  override readonly method: string;
  protected override readonly drawsPerStep: number;

  /**
   * @param model the network to train
   * @param options `{capacity: 1000, replayRatio: 1, buffer: 'reservoir', alpha: 0.5, beta: 0, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & DEROptions> = {}) {
    super(model, options, DER_DEFAULTS, true);
    checkNumber('DER', 'alpha', this.options.alpha, { min: 0 });
    checkNumber('DER', 'beta', this.options.beta, { min: 0 });
    this.drawsPerStep = this.options.beta > 0 ? 2 : 1;
    this.method = this.options.beta > 0 ? 'derpp' : 'der';
  }

  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    const { alpha, beta } = this.options;
    const logits = this.model.logits(k, batch.x, batch.task); // [n, classes]
    const [dark, plain] = this.replayed(k, batch, logits);
    let loss = meanCrossEntropy(k, logits, batch.y);
    if (dark && alpha > 0) loss = k.add(loss, k.scale(distance(k, this.logitsOf(k, dark, batch), dark), alpha));
    if (plain) loss = k.add(loss, k.scale(meanCrossEntropy(k, this.logitsOf(k, plain, batch), plain.y), beta));
    return loss;
  }
}

/** The mean over rows of the mean squared difference of the row's outputs. */
function distance(k: Kernels, logits: Value, { logits: before, weights }: StoredRows): Value {
  const width = logits.shape[1];
  const [z, w] = [before!, weights!].map((value) => (value.shape[1] === width ? value : k.slice(value, 1, 0, width)));
  const gap = k.sub(logits, z);
  return k.scale(k.sum(k.mul(w, k.mul(gap, gap))), 1 / logits.shape[0]);
}

const COMMON = {
  needs: DER.needs,
  relativeCost: 2,
  breaksWhen: 'no data may be kept, or the memory holds only a handful of samples a class',
  grid: { alpha: [0.2, 0.5, 1], lr: [0.01, 0.03] },
  inStudies: false,
};

/** What the library knows of DER. */
export const der: MethodEntry = {
  ...COMMON,
  name: 'der',
  label: 'DER',
  paper: 'Buzzega et al. 2020, dark experience',
  tested: 'the gradient against finite differences; the outputs stored are those before the step',
  style: { color: '#882255', symbol: 'diamond-tall' },
  create: (model, options) => new DER(model, options),
  why: 'stored samples keep the outputs they had',
  useWhen: 'as ER, where task boundaries are not known or labels of old samples may be wrong',
  ruleOfThumb: 'alpha 0.1 to 1: higher keeps more and learns less',
};

/** What the library knows of DER++. */
export const derPlusPlus: MethodEntry = {
  ...COMMON,
  name: 'derpp',
  label: 'DER++',
  paper: 'Buzzega et al. 2020, dark experience',
  tested: 'the gradient against finite differences; the second draw of labelled samples',
  style: { color: '#AA4499', symbol: 'diamond-wide' },
  create: (model, options) => new DER(model, { beta: 0.5, ...options }),
  why: 'stored samples keep the outputs they had and are learnt again',
  useWhen: 'a small sample of old data may be kept, in every scenario; task boundaries need not be known',
  ruleOfThumb: 'alpha and beta 0.5 are a good start',
};
