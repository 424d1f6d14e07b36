import type { Model } from '../models';
import type { MethodNeeds, TrainerOptions } from '../training';
import { checkNumber } from '../utils/errors';
import type { MethodEntry } from './entry';
import { solvePositive } from './parts/cholesky';
import type { ClassStatistics } from './parts/classStatistics';
import { LinearClassifier } from './parts/linearClassifier';
import type { ClassScore } from './parts/linearClassifier';

/** Options of `StreamingLDA` beyond those of every method. */
export interface StreamingLDAOptions {
  /** ε, how much of the covariance is replaced by the identity, from 0 to 1; default 1e-4. */
  shrinkage: number;
}

/** Defaults of `StreamingLDAOptions`. */
export const STREAMING_LDA_DEFAULTS: StreamingLDAOptions = { shrinkage: 1e-4 };

/**
 * The scores of linear discriminant analysis: w = Λμ, b = −½·μᵀΛμ with Λ = ((1 − ε)·Σ + ε·I)⁻¹ and the covariance Σ within classes.
 */
export function discriminants({ means, scatter, count }: ClassStatistics, shrinkage: number): ClassScore[] {
  const width = means[0].length;
  const covariance = Float64Array.from(scatter!, (value) => ((1 - shrinkage) * value) / count);
  for (let j = 0; j < width; j++) covariance[j * (width + 1)] += shrinkage;
  return solvePositive(covariance, width, means).map((weights, c) => ({
    weights,
    bias: -0.5 * weights.reduce((sum, value, j) => sum + value * means[c][j], 0),
  }));
}

/**
 * Streaming linear discriminant analysis (Hayes & Kanan 2020): one covariance within classes for all, and a mean for each, updated as
 * samples come; see `discriminants` for the scores. On the inputs as they are: pixels, or embeddings of your own as the stream's inputs.
 *
 * Differs: the covariance is exactly that of all samples about their class means, not about the means at the time they came; the
 * matrix is inverted once a task. The model's weights are not used; ask the trainer (`evaluate`, `predict`). Probabilities are those of
 * classes that are equally frequent.
 */
export class StreamingLDA extends LinearClassifier<StreamingLDAOptions> {
  static override readonly needs: MethodNeeds = LinearClassifier.needs;
  override readonly method = 'slda';

  /**
   * @param model carries the stream's classes; it is not trained
   * @param options `{shrinkage: 1e-4, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & StreamingLDAOptions> = {}) {
    super(model, options, STREAMING_LDA_DEFAULTS, true);
    checkNumber('StreamingLDA', 'shrinkage', this.options.shrinkage, { min: 1e-9, max: 1 });
  }

  protected override fit(): ClassScore[] {
    return discriminants(this.statistics, this.options.shrinkage);
  }
}

/** What the library knows of the method. */
export const slda: MethodEntry = {
  name: 'slda',
  label: 'SLDA',
  paper: 'Hayes & Kanan 2020',
  tested: 'streamed statistics against the batch solution',
  style: { color: '#0077BB', symbol: 'cross-open' },
  create: (model, options) => new StreamingLDA(model, options),
  needs: StreamingLDA.needs,
  relativeCost: 1,
  why: 'class means and one covariance answer, and they do not forget',
  useWhen: 'inputs are good embeddings, no data may be kept, and classes or domains arrive over time',
  breaksWhen:
    'inputs have many thousand numbers (it inverts a matrix of their square), or change much from task to task (turned digits)',
  ruleOfThumb: 'shrinkage 1e-4 for many samples, up to 0.1 for few',
  grid: { shrinkage: [1e-4, 1e-3, 1e-2] },
  inStudies: false,
};
