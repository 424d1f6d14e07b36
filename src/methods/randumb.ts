import type { Kernels, Value } from '../backend';
import type { Model } from '../models';
import type { MethodNeeds, TrainerOptions } from '../training';
import { checkNumber } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { MethodEntry } from './entry';
import { LinearClassifier } from './parts/linearClassifier';
import type { ClassScore } from './parts/linearClassifier';
import { discriminants } from './slda';

/** Options of `RanDumb` beyond those of every method. */
export interface RanDumbOptions {
  /** Random features; default 1000. The inverted matrix has their square, and the time grows with their cube. */
  features: number;
  /** γ of the kernel exp(−γ·‖x − y‖²) that the features stand for, as a multiple of 1 / numbers of an input; default 0.5. */
  gamma: number;
  /** ε, how much of the covariance is replaced by the identity, from 0 to 1; default 1e-3. */
  shrinkage: number;
}

/** Defaults of `RanDumbOptions`. */
export const RANDUMB_DEFAULTS: RanDumbOptions = { features: 1000, gamma: 0.5, shrinkage: 1e-3 };

/**
 * RanDumb (Prabhu et al. 2024): random Fourier features √(2/D)·cos(xW + b) (Rahimi & Recht 2007), w ~ N(0, 2γ), b uniform in [0, 2π),
 * and streaming linear discriminant analysis on them. Nothing is learnt of the representation; what a method learns must be better.
 *
 * Differs: 1000 features by default instead of 25 000; no flipped images. The model's weights are not used; ask the trainer
 * (`evaluate`, `predict`).
 */
export class RanDumb extends LinearClassifier<RanDumbOptions> {
  static override readonly needs: MethodNeeds = LinearClassifier.needs;
  override readonly method = 'randumb';
  private readonly projection: Float32Array;
  private readonly offsets: Float32Array;

  /**
   * @param model carries the stream's classes; it is not trained
   * @param options `{features: 1000, gamma: 0.5, shrinkage: 1e-3, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & RanDumbOptions> = {}) {
    super(model, options, RANDUMB_DEFAULTS, true);
    const { features, gamma, shrinkage, seed } = this.options;
    checkNumber('RanDumb', 'gamma', gamma, { min: 1e-9 });
    checkNumber('RanDumb', 'shrinkage', shrinkage, { min: 1e-9, max: 1 });
    const random = new RandomStream(seed, 'random features');
    const deviation = Math.sqrt((2 * gamma) / model.inputSize);
    this.projection = Float32Array.from({ length: model.inputSize * features }, () => deviation * random.normal());
    this.offsets = Float32Array.from({ length: features }, () => 2 * Math.PI * random.uniform());
  }

  protected override featureWidth(): number {
    const { features } = this.options;
    checkNumber('RanDumb', 'features', features, { min: 1, max: 20_000, integer: true });
    return features;
  }

  protected override featuresOf(k: Kernels, x: Value): Value {
    const { features } = this.options;
    const projection = k.tensor(this.projection, [this.model.inputSize, features]);
    const angles = k.biasAdd(k.matMul(x, projection), k.tensor(this.offsets, [features]));
    const scale = Math.sqrt(2 / features);
    return k.hostCall([angles], [x.shape[0], features], (values) =>
      Float32Array.from(values, (angle) => scale * Math.cos(angle)),
    );
  }

  protected override fit(): ClassScore[] {
    return discriminants(this.statistics, this.options.shrinkage);
  }
}

/** What the library knows of the method. */
export const randumb: MethodEntry = {
  name: 'randumb',
  label: 'RanDumb',
  paper: 'Prabhu et al. 2024',
  tested: 'products of the features against the Gaussian kernel',
  style: { color: '#EE7733', symbol: 'asterisk' },
  create: (model, options) => new RanDumb(model, options),
  needs: RanDumb.needs,
  relativeCost: 2,
  why: 'random features with class means and one covariance answer, and they do not forget',
  useWhen:
    'no data may be kept, the task id is hidden, and raw inputs are simple enough for random features; also to see what learning features adds',
  breaksWhen: 'classes need learnt features, or all inputs change altogether (shuffled pixels)',
  ruleOfThumb: 'as many features as time allows; search gamma on validation data',
  grid: { gamma: [0.25, 0.5, 1], shrinkage: [1e-3, 1e-2] },
  inStudies: false,
};
