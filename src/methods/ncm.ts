import type { Model } from '../models';
import type { MethodNeeds, TrainerOptions } from '../training';
import type { MethodEntry } from './entry';
import { LinearClassifier } from './parts/linearClassifier';
import type { ClassScore } from './parts/linearClassifier';

/**
 * Nearest class mean (Mensink et al. 2013; Janson et al. 2022 as a baseline of continual learning): a sample is answered by the class
 * whose mean is nearest. On the inputs as they are: pixels, or embeddings of your own as the stream's inputs.
 *
 * argmin ‖x − μ‖² = argmax x·μ − ½‖μ‖². The model's weights are not used; ask the trainer (`evaluate`, `predict`). Probabilities are those of
 * classes of unit variance about their means: certain where inputs have many numbers.
 */
export class NCM extends LinearClassifier {
  static override readonly needs: MethodNeeds = LinearClassifier.needs;
  override readonly method = 'ncm';

  /**
   * @param model carries the stream's classes; it is not trained
   * @param options those of every method; only `seed` matters
   */
  constructor(model: Model, options: Partial<TrainerOptions> = {}) {
    super(model, options, {}, false);
  }

  protected override fit(): ClassScore[] {
    return this.statistics.means.map((mean) => ({
      weights: mean,
      bias: -0.5 * mean.reduce((sum, value) => sum + value * value, 0),
    }));
  }
}

/** What the library knows of the method. */
export const ncm: MethodEntry = {
  name: 'ncm',
  label: 'NCM',
  paper: 'Mensink et al. 2013; Rebuffi et al. 2017',
  tested: 'the answers against class means by hand',
  style: { color: '#BBBBBB', symbol: 'cross' },
  create: (model, options) => new NCM(model, options),
  needs: NCM.needs,
  relativeCost: 1,
  why: 'the nearest class mean answers, and means do not forget',
  useWhen: 'inputs are good embeddings, or as the baseline of them',
  breaksWhen: 'a class is more than a cloud about its mean, or its inputs change much from task to task',
  ruleOfThumb: 'nothing to tune',
  inStudies: false,
};
