import type { Kernels, Value } from '../backend';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import type { TrainerOptions, TrainingBatch } from '../training';
import type { MethodEntry } from './entry';
import { STEP_REPLAY_DEFAULTS, StepReplay } from './parts/stepReplay';
import type { StepReplayOptions } from './parts/stepReplay';

/** What is added to the outputs of classes that do not compete. */
const OUT = 1e9;

/**
 * ER with asymmetric cross-entropy (Caccia et al. 2022, eq. 3): new samples compete with the classes of their batch only, so that
 * they do not push old classes away; stored samples compete with all classes seen. Loss: the sum of both means.
 *
 * Differs: the outputs that compete for new samples are those of the batch from the first task on.
 */
export class ERACE extends StepReplay {
  static override readonly recordable: boolean = true;
  override readonly method = 'er-ace';

  /**
   * @param model the network to train
   * @param options `{capacity: 1000, replayRatio: 1, buffer: 'reservoir', lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & StepReplayOptions> = {}) {
    super(model, options, STEP_REPLAY_DEFAULTS);
  }

  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    const logits = this.model.logits(k, batch.x, batch.task); // [n, classes]
    const [stored] = this.replayed(k, batch);
    const own = meanCrossEntropy(k, amongPresent(k, logits, batch.y), batch.y);
    return stored ? k.add(own, meanCrossEntropy(k, this.logitsOf(k, stored, batch), stored.y)) : own;
  }
}

/** The outputs with those of classes that no row has made as small as can be. */
function amongPresent(k: Kernels, logits: Value, labels: Value): Value {
  const classes = logits.shape[1];
  const counts = k.reshape(k.columnSums(k.oneHot(labels, classes)), [1, classes]);
  const absent = k.relu(k.sub(k.tensor(new Float32Array(classes).fill(1), [1, classes]), counts)); // 1 where the count is 0
  return k.add(logits, k.scale(absent, -OUT));
}

/** What the library knows of the method. */
export const erAce: MethodEntry = {
  name: 'er-ace',
  label: 'ER-ACE',
  paper: 'Caccia et al. 2022',
  tested: 'which classes compete; the gradient against finite differences',
  style: { color: '#CC6677', symbol: 'diamond-open' },
  create: (model, options) => new ERACE(model, options),
  needs: ERACE.needs,
  relativeCost: 2,
  why: 'stored samples are learnt again, and new ones do not push old classes away',
  useWhen: 'classes arrive over time, one pass over the data, a small memory',
  breaksWhen: 'no data may be kept',
  ruleOfThumb: 'as many stored samples as new ones a step; nothing else to tune',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  inStudies: false,
};
