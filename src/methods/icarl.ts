import type { Kernels, Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import type { Model, ModelState } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions, TrainingBatch, TrainingData } from '../training';
import type { MethodEntry } from './entry';
import { Exemplars } from './parts/exemplars';
import type { ExemplarsState } from './parts/exemplars';
import { NO_CLASS } from './parts/linearClassifier';
import { largestOf } from './parts/savedNumbers';
import { frozenTwin, restoredTwin } from './parts/twin';

/** Options of `ICaRL` beyond those of every method. */
export interface ICaRLOptions {
  /** K, exemplars over all classes; default 1000. */
  capacity: number;
}

/** Defaults of `ICaRLOptions`. */
export const ICARL_DEFAULTS: ICaRLOptions = { capacity: 1000 };

/**
 * iCaRL (Rebuffi et al. 2017): exemplars of each class are chosen by herding (algorithm 4), as many of each; a sample is answered by
 * the class whose exemplars' mean is nearest in the space of normalised features (eq. 1 and 2); the network learns the task's data and
 * all exemplars together with a binary cross-entropy for each class, old ones with the outputs of the network before the task as
 * targets (algorithm 3).
 *
 * Between tasks the means are those after the last task; before the first, the largest output answers. Ask the trainer (`evaluate`,
 * `predict`), not the model. Probabilities are the softmax of −½·(squared distance to a mean), which is below 2: they order the classes,
 * and are nearly alike. Differs: a learning rate for sums over classes, not for means.
 */
export class ICaRL extends CLTrainer<ICaRLOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    taskBoundaries: true,
    storedSamples: true,
    mixedBatches: true,
    memory: 'exemplars',
    notIn: {
      'task-incremental': 'it tells classes apart by their label alone',
      'domain-incremental': 'its old classes learn from the old network only, so a new domain of theirs is not learnt',
    },
  };
  override readonly method = 'icarl';
  /** The exemplars. */
  readonly exemplars: Exemplars;
  /** The network after the last task. */
  private teacher: Model | undefined;

  /**
   * @param model the network to train; it has to say what its features are
   * @param options `{capacity: 1000, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & ICaRLOptions> = {}) {
    super(model, options, ICARL_DEFAULTS);
    this.requireMixedBatches();
    this.exemplars = new Exemplars('ICaRL', model, this.options.capacity);
  }

  protected override trainingData(loader: TaskLoader): TrainingData {
    return this.exemplars.joined(loader, this.options.seed);
  }

  protected override loss(k: Kernels, { x, y, task, size }: TrainingBatch): Value {
    const logits = this.model.logits(k, x, task); // [n, classes]
    const classes = logits.shape[1];
    const labels = k.oneHot(y, classes);
    const old = this.teacher?.logits(k, x, task);
    const known = old?.shape[1] ?? 0;
    const targets = !old ? labels : known === classes ? sigmoid(k, old) : besides(k, sigmoid(k, old), labels);
    // −t·log σ(z) − (1 − t)·log(1 − σ(z)) = log(1 + eᶻ) − t·z
    return k.scale(k.sum(k.sub(softplus(k, logits), k.mul(k.stopGradient(targets), logits))), 1 / size);
  }

  protected override endTask(_task: Task, loader: TaskLoader): void {
    this.exemplars.update(loader);
    this.teacher?.dispose();
    this.teacher = frozenTwin(this.model);
  }

  /** −½‖φ − μ‖², but for the −½‖φ‖² that all classes have alike. */
  protected override scores(k: Kernels, x: Value, task: number | undefined): Value {
    const { labels } = this.exemplars;
    if (labels.length === 0) return super.scores(k, x, task);
    const features = this.model.features(k, x); // [n, width]
    const width = features.shape[1];
    const classes = largestOf(this.model).label + 1;
    const means = new Float32Array(classes * width);
    const halves = new Float32Array(classes).fill(NO_CLASS);
    for (const label of labels) {
      const mean = this.exemplars.meanOf(label);
      means.set(mean, label * width);
      halves[label] = -0.5 * mean.reduce((sum, value) => sum + value * value, 0);
    }
    const lengths = k.sqrt(k.add(k.rowSums(k.mul(features, features)), k.tensor(Float32Array.of(1e-20), [1, 1])));
    const products = k.matMul(k.div(features, lengths), k.tensor(means, [classes, width]), false, true);
    return k.biasAdd(products, k.tensor(halves, [classes])); // [n, classes]
  }

  override dispose(): void {
    super.dispose();
    this.teacher?.dispose();
    this.teacher = undefined;
  }

  protected override memoryState(): ICaRLState {
    return { exemplars: this.exemplars.state(), teacher: this.teacher?.state() ?? null };
  }

  protected override restoreMemory({ exemplars, teacher }: ICaRLState): void {
    const take = this.exemplars.restored(exemplars, largestOf(this.model), teacher !== null);
    const restored = teacher === null ? undefined : restoredTwin('ICaRL.restore', this.model, teacher);
    take();
    this.teacher?.dispose();
    this.teacher = restored;
  }
}

function softplus(k: Kernels, z: Value): Value {
  const absolute = k.add(k.relu(z), k.relu(k.scale(z, -1)));
  return k.add(k.relu(z), k.log(k.add(k.exp(k.scale(absolute, -1)), k.tensor(Float32Array.of(1), [1, 1]))));
}

function sigmoid(k: Kernels, z: Value): Value {
  return k.exp(k.scale(softplus(k, k.scale(z, -1)), -1));
}

/** The first columns from one, the others from another. */
function besides(k: Kernels, first: Value, whole: Value): Value {
  const [, start] = first.shape;
  return k.concat([first, k.slice(whole, 1, start, whole.shape[1] - start)], 1);
}

/** What `ICaRL` remembers, as plain JSON. */
interface ICaRLState {
  exemplars: ExemplarsState;
  teacher: ModelState | null;
}

/** What the library knows of the method. */
export const icarl: MethodEntry = {
  name: 'icarl',
  label: 'iCaRL',
  paper: 'Rebuffi et al. 2017',
  tested: 'herding against a brute-force greedy choice; nearest means; balanced exemplars',
  style: { color: '#661100', symbol: 'star-diamond' },
  create: (model, options) => new ICaRL(model, options),
  needs: ICaRL.needs,
  relativeCost: 2,
  why: 'the nearest mean of chosen samples answers, old outputs are kept by distillation',
  useWhen: 'classes arrive over time and some samples of each may be kept',
  breaksWhen: 'no data may be kept, or old classes change',
  ruleOfThumb: 'twenty exemplars a class and more; nothing else to tune',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  inStudies: false,
};
