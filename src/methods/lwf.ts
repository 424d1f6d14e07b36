import type { Kernels, Value } from '../backend';
import { meanCrossEntropy } from '../models';
import type { Model, ModelState } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions, TrainingBatch } from '../training';
import { checkChoice, checkNumber } from '../utils/errors';
import type { MethodEntry } from './entry';
import { distillation } from './parts/distillation';
import { frozenTwin, restoredTwin } from './parts/twin';

/** Options of `LwF` beyond those of every method. */
export interface LwFOptions {
  /** λ, the strength of the distillation; default 1. */
  lambda: number;
  /** T, the temperature of both outputs; default 2. */
  temperature: number;
  /**
   * How the two terms weigh. `'fixed'` (default): CE + λ·KD. `'by-tasks'`: CE/t + λ·(1 − 1/t)·KD in the t-th task, with the mean over
   * earlier heads instead of their sum (van de Ven & Tolias 2019).
   */
  weighting: 'fixed' | 'by-tasks' | undefined;
  /**
   * What distillation asks of the new columns of one output layer. `'left-out'` (default): nothing, its softmax runs over the old
   * ones. `'zero'`: it runs over all, and the new ones are to be 0 (van de Ven & Tolias 2019).
   */
  newOutputs: 'left-out' | 'zero' | undefined;
  /**
   * Over what a distillation is averaged. `'rows'` (default): over the samples, its terms summed over the outputs. `'outputs'`: over
   * samples and outputs, so that it weighs the less the more outputs its softmax has (the code of van de Ven & Tolias 2019 until May
   * 2019).
   */
  averageOver: 'rows' | 'outputs' | undefined;
}

/** Defaults of `LwFOptions`. */
export const LWF_DEFAULTS: LwFOptions = {
  lambda: 1,
  temperature: 2,
  weighting: undefined, // this and what follows: absent unless asked for, so that specs of runs from before stay what they were
  newOutputs: undefined,
  averageOver: undefined,
};

/**
 * Learning without forgetting (Li & Hoiem 2016, eqs. 2 and 3): on the new task's inputs the outputs that were there before stay near
 * those of the network as it was before the task. Loss: cross-entropy + λ·T²·Σ −softmax(z'/T)·log softmax(z/T), averaged over the
 * rows; the sum is over earlier tasks' heads, or over the one output layer without its new columns.
 *
 * Differs from the paper: the factor T² (Hinton et al. 2015), which keeps the gradient's size when T changes; no warm-up of the new
 * head alone.
 */
export class LwF extends CLTrainer<LwFOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    taskBoundaries: true,
    memory: 'copy of the network as teacher',
    forgetsIn: {
      'class-incremental': 'it runs, but ends near naive: new classes are learnt without old ones to compare them with',
    },
  };
  override readonly method = 'lwf';
  /** The network after the last task. */
  private teacher: Model | undefined;

  /**
   * @param model the network to train
   * @param options `{lambda: 1, temperature: 2, weighting: 'fixed', newOutputs: 'left-out', averageOver: 'rows', lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & LwFOptions> = {}) {
    super(model, options, LWF_DEFAULTS);
    checkNumber('LwF', 'lambda', this.options.lambda, { min: 0 });
    checkNumber('LwF', 'temperature', this.options.temperature, { min: 0.1 });
    const { weighting = 'fixed', newOutputs = 'left-out', averageOver = 'rows' } = this.options;
    checkChoice('LwF', 'weighting', weighting, ['fixed', 'by-tasks']);
    checkChoice('LwF', 'newOutputs', newOutputs, ['left-out', 'zero']);
    checkChoice('LwF', 'averageOver', averageOver, ['rows', 'outputs']);
  }

  protected override loss(k: Kernels, { x, y, task }: TrainingBatch): Value {
    const logits = this.model.logits(k, x, task); // [n, classes]
    const own = meanCrossEntropy(k, logits, y);
    const { teacher } = this;
    if (!teacher || this.options.lambda === 0) return own;
    const { lambda, temperature, weighting, newOutputs, averageOver } = this.options;
    const mean = { newAreZero: newOutputs === 'zero', overColumns: averageOver === 'outputs' };
    const heads = task === undefined ? [undefined] : teacher.tasks.map(({ id }) => id).filter((id) => id !== task);
    const earlier = teacher.tasks.filter(({ id }) => id !== this.taskInTraining).length;
    const byTasks = weighting === 'by-tasks' && earlier > 0;
    const weight = byTasks ? (lambda * earlier) / ((earlier + 1) * heads.length) : lambda;
    return heads.reduce(
      (sum: Value, head) => {
        const now = head === undefined ? logits : this.model.logits(k, x, head);
        const kept = distillation(k, now, teacher.logits(k, x, head), temperature, mean);
        return k.add(sum, k.scale(kept, weight));
      },
      byTasks ? k.scale(own, 1 / (earlier + 1)) : own,
    );
  }

  protected override endTask(): void {
    this.teacher?.dispose();
    this.teacher = frozenTwin(this.model);
  }

  override dispose(): void {
    super.dispose();
    this.teacher?.dispose();
    this.teacher = undefined;
  }

  protected override memoryState(): { teacher: ModelState | null } {
    return { teacher: this.teacher?.state() ?? null };
  }

  protected override restoreMemory({ teacher }: { teacher: ModelState | null }): void {
    const restored = teacher === null ? undefined : restoredTwin('LwF.restore', this.model, teacher);
    this.teacher?.dispose();
    this.teacher = restored;
  }
}

/** What the library knows of the method. */
export const lwf: MethodEntry = {
  name: 'lwf',
  label: 'LwF',
  paper: 'Li & Hoiem 2016',
  tested: 'the distilled loss’s gradient against finite differences',
  style: { color: '#88CCEE', symbol: 'octagon' },
  create: (model, options) => new LwF(model, options),
  needs: LwF.needs,
  relativeCost: 2,
  why: 'old outputs stay as they were on new inputs',
  useWhen: 'no data may be kept, the task id is known, and tasks look alike',
  breaksWhen: 'new inputs are unlike old ones, or classes arrive over time and must be told apart',
  ruleOfThumb: 'temperature 2; raise lambda until new tasks suffer',
  grid: { lambda: [0.3, 1, 3], lr: [0.01, 0.03] },
  inStudies: false,
};
