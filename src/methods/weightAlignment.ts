import type { Kernels, Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { meanCrossEntropy } from '../models';
import type { Model, ModelState } from '../models';
import type { MethodNeeds, TrainerOptions, TrainingBatch } from '../training';
import { CLTrainer } from '../training';
import { checkNumber, problem } from '../utils/errors';
import type { MethodEntry } from './entry';
import { distillation } from './parts/distillation';
import { Exemplars } from './parts/exemplars';
import type { ExemplarsState } from './parts/exemplars';
import { largestOf } from './parts/savedNumbers';
import { frozenTwin, restoredTwin } from './parts/twin';
import type { TrainingData } from '../training';

/** Options of `WeightAlignment` beyond those of every method. */
export interface WeightAlignmentOptions {
  /** Exemplars over all classes; default 1000. */
  capacity: number;
  /** T, the temperature of the distillation; default 2. */
  temperature: number;
}

/** Defaults of `WeightAlignmentOptions`. */
export const WEIGHT_ALIGNMENT_DEFAULTS: WeightAlignmentOptions = { capacity: 1000, temperature: 2 };

/**
 * Weight alignment (Zhao et al. 2020, "Maintaining discrimination and fairness in class incremental learning", eqs. 3 to 9): a task is
 * learnt along with exemplars, with (1 − λ)·cross-entropy + λ·distillation from the network before it, λ = old classes / all classes;
 * afterwards the new classes' output weights are scaled by γ = mean ‖w_old‖ / mean ‖w_new‖, so that new classes do not win by the
 * length of their weights.
 *
 * Differs: the biases are left as they are; weights are not clipped to be positive.
 */
export class WeightAlignment extends CLTrainer<WeightAlignmentOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    taskBoundaries: true,
    storedSamples: true,
    mixedBatches: true,
    architecture: 'SingleHeadMLP',
    memory: 'exemplars',
    notIn: {
      'task-incremental': 'it aligns old with new classes in one output layer, and each task has its own here',
      'domain-incremental': 'it aligns old with new classes, and there are no new ones here',
    },
  };
  override readonly method = 'wa';
  /** The exemplars. */
  readonly exemplars: Exemplars;
  private teacher: Model | undefined;

  /**
   * @param model the network to train, a `SingleHeadMLP`
   * @param options `{capacity: 1000, temperature: 2, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & WeightAlignmentOptions> = {}) {
    super(model, options, WEIGHT_ALIGNMENT_DEFAULTS);
    checkNumber('WeightAlignment', 'temperature', this.options.temperature, { min: 0.1 });
    this.requireMixedBatches();
    this.exemplars = new Exemplars('WeightAlignment', model, this.options.capacity);
  }

  protected override trainingData(loader: TaskLoader): TrainingData {
    return this.exemplars.joined(loader, this.options.seed);
  }

  protected override loss(k: Kernels, { x, y, task }: TrainingBatch): Value {
    const logits = this.model.logits(k, x, task); // [n, classes]
    const own = meanCrossEntropy(k, logits, y);
    if (!this.teacher) return own;
    const before = this.teacher.logits(k, x, task);
    const lambda = before.shape[1] / logits.shape[1];
    const { temperature } = this.options;
    const kept = k.scale(distillation(k, logits, before, temperature), 1 / temperature ** 2);
    return k.add(k.scale(own, 1 - lambda), k.scale(kept, lambda));
  }

  protected override endTask(_task: Task, loader: TaskLoader): void {
    if (this.teacher) this.align(outputsOf(this.teacher));
    this.exemplars.update(loader);
    this.teacher?.dispose();
    this.teacher = frozenTwin(this.model);
  }

  override dispose(): void {
    super.dispose();
    this.teacher?.dispose();
    this.teacher = undefined;
  }

  protected override memoryState(): WeightAlignmentState {
    return { exemplars: this.exemplars.state(), teacher: this.teacher?.state() ?? null };
  }

  protected override restoreMemory({ exemplars, teacher }: WeightAlignmentState): void {
    const take = this.exemplars.restored(exemplars, largestOf(this.model), teacher !== null);
    const restored = teacher === null ? undefined : restoredTwin('WeightAlignment.restore', this.model, teacher);
    take();
    this.teacher?.dispose();
    this.teacher = restored;
  }

  /** Scales the output weights of the classes from number `old` on. */
  private align(old: number): void {
    const head = headOf(this.model);
    const [rows, classes] = head.shape;
    if (old === classes) return;
    const weights = head.data() as Float32Array;
    const lengths = Array.from({ length: classes }, (_, c) =>
      Math.sqrt(Array.from({ length: rows }, (__, row) => weights[row * classes + c] ** 2).reduce((a, b) => a + b)),
    );
    const mean = (list: number[]) => list.reduce((a, b) => a + b) / list.length;
    const gamma = mean(lengths.slice(0, old)) / mean(lengths.slice(old));
    head.set(weights.map((value, i) => (i % classes < old ? value : gamma * value)));
  }
}

/** The output layer's weights, [width, classes]. */
function headOf(model: Model) {
  const head = model.parameters().find(({ name }) => name === 'head/weight');
  if (head) return head;
  throw problem('WeightAlignment', `${model.architecture} has no parameter head/weight`, 'use SingleHeadMLP');
}

function outputsOf(model: Model): number {
  return headOf(model).shape[1];
}

/** What `WeightAlignment` remembers, as plain JSON. */
interface WeightAlignmentState {
  exemplars: ExemplarsState;
  teacher: ModelState | null;
}

/** What the library knows of the method. */
export const wa: MethodEntry = {
  name: 'wa',
  label: 'WA',
  paper: 'Zhao et al. 2020',
  tested: 'the weights’ norms after a task; loss and gradient against the formula',
  style: { color: '#CC3311', symbol: 'bowtie' },
  create: (model, options) => new WeightAlignment(model, options),
  needs: WeightAlignment.needs,
  relativeCost: 2,
  why: 'new output weights are made as long as old ones, stored samples are learnt again',
  useWhen: 'classes arrive over time, some samples may be kept, and new classes win too often',
  breaksWhen: 'no data may be kept',
  ruleOfThumb: 'temperature 2; a larger learning rate and more epochs than others: the cross-entropy weighs little',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  inStudies: false,
};
