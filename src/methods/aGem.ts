import { Tape } from '../autodiff';
import type { Gradients } from '../autodiff';
import type { Kernels, Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions, TrainingBatch } from '../training';
import { checkNumber } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { RandomState } from '../utils/random';
import type { MethodEntry } from './entry';
import { largestOf } from './parts/savedNumbers';
import { SlotMemory } from './parts/slotMemory';
import type { SlotMemoryState } from './parts/slotMemory';

/** Options of `AGEM` beyond those of every method. */
export interface AGEMOptions {
  /** Samples the memory holds, over all tasks, of each class as many; default 1000. */
  capacity: number;
  /** Stored samples whose mean loss a step must not raise, drawn anew for each step; default 256. */
  referenceSize: number;
}

/** Defaults of `AGEMOptions`. */
export const AGEM_DEFAULTS: AGEMOptions = { capacity: 1000, referenceSize: 256 };

/** Keeps 0/0 away: far below any ‖r‖² that training meets. */
const TINY = 1e-30;

/**
 * Averaged GEM (Chaudhry et al. 2019, eq. 11): r is the gradient of the mean loss of stored samples of all earlier tasks; where
 * g·r < 0 the step goes along g − (g·r / r·r)·r instead of g. Stored samples are a constraint, they are not trained on.
 *
 * The guarantee holds for the projected gradient; momentum carries older directions on (use momentum 0 to be strict).
 */
export class AGEM extends CLTrainer<AGEMOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    taskBoundaries: true,
    storedSamples: true,
    mixedBatches: true,
    memory: 'stored samples',
    forgetsIn: {
      'class-incremental': 'it runs, but ends near naive: one mean constraint for all old classes is met while they are unlearnt',
    },
  };
  override readonly method = 'a-gem';
  /** The memory. */
  readonly memory: SlotMemory;
  private readonly random: RandomStream;

  /**
   * @param model the network to train
   * @param options `{capacity: 1000, referenceSize: 256, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & AGEMOptions> = {}) {
    super(model, options, AGEM_DEFAULTS);
    const { capacity, referenceSize, seed } = this.options;
    checkNumber('AGEM', 'referenceSize', referenceSize, { min: 1, integer: true });
    this.requireMixedBatches();
    this.memory = new SlotMemory('AGEM', { capacity, inputSize: model.inputSize, kind: 'ring', seed });
    this.random = new RandomStream(seed, 'a-gem order');
  }

  protected override draws(): Record<string, Int32Array> {
    const { size, slots } = this.memory;
    return size === 0 ? {} : { reference: slots.draw(Math.min(size, this.options.referenceSize)) };
  }

  protected override adjustGradients(gradients: Gradients, batch: TrainingBatch): Gradients {
    const { reference } = batch.drawn;
    if (!reference) return gradients;
    const { k } = this;
    const past = this.gradientOf(reference, batch);
    const product = sumOver(k, past, (parameter, r) =>
      gradients.has(parameter) ? k.mul(gradients.get(parameter)!, r) : undefined,
    );
    const square = sumOver(k, past, (_, r) => k.mul(r, r));
    // −g·r / r·r where that is positive, else 0.
    const share = k.div(k.relu(k.scale(product, -1)), k.add(square, k.tensor(Float32Array.of(TINY), [])));
    for (const [parameter, r] of past) {
      const own = gradients.get(parameter);
      const added = k.mul(r, share);
      gradients.set(parameter, own ? k.add(own, added) : added);
    }
    return gradients;
  }

  protected override endTask(task: Task, loader: TaskLoader): void {
    this.memory.store(task.id, loader, this.random.permutation(loader.size));
  }

  override dispose(): void {
    super.dispose();
    this.memory.dispose();
  }

  protected override memoryState(): AGEMState {
    return { memory: this.memory.state(), random: this.random.state() };
  }

  protected override restoreMemory({ memory, random }: AGEMState): void {
    const before = this.random.state();
    this.random.restore(random);
    try {
      this.memory.restore(memory, largestOf(this.model));
    } catch (error) {
      this.random.restore(before);
      throw error;
    }
  }

  /** The gradient of the mean loss of stored samples. */
  private gradientOf(positions: Value, { task }: TrainingBatch): Gradients {
    const { k } = this;
    const rows = this.memory.stored(k, positions);
    const tape = new Tape(k);
    const logits = this.model.logits(tape, rows.x, task === undefined ? undefined : rows.task);
    return tape.gradients(meanCrossEntropy(tape, logits, rows.y));
  }
}

/** The sum over parameters of all entries of `of`. */
function sumOver(k: Kernels, gradients: Gradients, of: (...entry: Parameters<Gradients['set']>) => Value | undefined): Value {
  const parts = [...gradients].flatMap(([parameter, gradient]) => {
    const value = of(parameter, gradient);
    return value ? [k.sum(value)] : [];
  });
  return parts.reduce((sum, value) => k.add(sum, value));
}

/** What `AGEM` remembers, as plain JSON. */
interface AGEMState {
  memory: SlotMemoryState;
  random: RandomState;
}

/** What the library knows of the method. */
export const aGem: MethodEntry = {
  name: 'a-gem',
  label: 'A-GEM',
  paper: 'Chaudhry et al. 2019, A-GEM',
  tested: 'the projection against its formula',
  style: { color: '#44AA99', symbol: 'triangle-right' },
  create: (model, options) => new AGEM(model, options),
  needs: AGEM.needs,
  relativeCost: 3,
  why: 'steps do not raise the mean loss on stored samples',
  useWhen: 'as GEM, with many tasks: a step costs the same however many there were',
  breaksWhen: 'classes arrive over time: replaying the same samples keeps far more',
  ruleOfThumb: 'a reference of 256 samples a step',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  inStudies: false,
};
