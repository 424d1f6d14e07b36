import type { HostNumbers, Kernels, Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import type { Model } from '../models';
import type { Factors, Gradients, Parameter } from '../autodiff';
import { checkNumber, problem } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { RandomState } from '../utils/random';
import { GemMemory } from './parts/gemMemory';
import type { GemMemoryState, PastGradients } from './parts/gemMemory';
import { largestOf } from './parts/savedNumbers';
import { solveBoundedQP } from './parts/quadraticProgram';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions, TrainingBatch } from '../training';
import type { MethodEntry } from './entry';

/** Options of `GEM` beyond those of every method. */
export interface GEMOptions {
  /** Samples remembered of each task; default 256. */
  memoryPerTask: number;
  /** γ, the lower bound of the dual variables: more than 0 favours the past; default 0.5. */
  margin: number;
}

/** Defaults of `GEMOptions`. */
export const GEM_DEFAULTS: GEMOptions = { memoryPerTask: 256, margin: 0.5 };

/** Names of the first edition, for one version. */
export interface OldNames {
  /** @deprecated use `memoryPerTask` */
  memorySize: number;
}

/** The options with today's name for `memorySize`. */
function withNewName<T extends object>(options: T & Partial<OldNames>): Omit<T, 'memorySize'> {
  const { memorySize, ...rest } = options;
  if (memorySize === undefined) return rest;
  if ('memoryPerTask' in rest)
    throw problem('GEM', 'memorySize and memoryPerTask are both given', 'memorySize is the old name: leave it out');
  return { ...rest, memoryPerTask: memorySize };
}

/** Steps that `violatedLately` looks back on, about. */
const LATELY = 20;
/** From this share of violated steps on, forming the past gradients in every step is faster (measured with three past tasks). */
const ROWS_FROM = 0.6;

/**
 * Gradient episodic memory (Lopez-Paz & Ranzato 2017, eq. 11): the gradient g of each step is projected to the nearest one
 * that does not increase the loss on any past task's memory, ⟨g̃, g_k⟩ ≥ 0. Memory samples are constraints, they are not
 * trained on. Dual: min_v ½·vᵀGGᵀv + (Gg)ᵀv subject to v ≥ margin; g̃ = g + Gᵀv.
 *
 * Differs: the memory is a random sample of the task instead of its last samples; the quadratic program is solved by an
 * active-set method with a ridge in proportion to GGᵀ. As in the paper's code, a step without violation is left as it is.
 * The guarantee holds for the projected gradient; momentum carries older directions on (use momentum 0 to be strict).
 */
export class GEM extends CLTrainer<GEMOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    taskBoundaries: true,
    storedSamples: true,
    mixedBatches: true,
    memory: 'stored samples',
  };
  override readonly method = 'gem';
  /** Steps that had past tasks to respect, and how many of them had to be projected. */
  readonly projections = { steps: 0, projected: 0 };
  private readonly memory: GemMemory;
  private readonly random: RandomStream;
  /** Share of violated steps among the last ones. */
  private violatedLately = 0;

  /**
   * @param model the network to train
   * @param options `{memoryPerTask: 256, margin: 0.5, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & GEMOptions & OldNames> = {}) {
    super(model, withNewName(options), GEM_DEFAULTS);
    checkNumber('GEM', 'memoryPerTask', this.options.memoryPerTask, { min: 1, integer: true });
    checkNumber('GEM', 'margin', this.options.margin, { min: 0 });
    this.requireMixedBatches();
    this.random = new RandomStream(this.options.seed, 'gem-memory');
    this.memory = new GemMemory(model.inputSize);
  }

  protected override adjustGradients(gradients: Gradients, batch: TrainingBatch, factors: Factors): Gradients {
    if (this.memory.size === 0) return gradients;
    const { k } = this;
    const past = this.memory.gradients(k, this.model, batch.task !== undefined);
    const parameters = [...new Set([...gradients.keys(), ...past.parameters])];
    // g is zero at parameters that only past tasks use (their heads).
    const present = parameters.map((parameter) => gradients.get(parameter) ?? zeros(k, parameter.shape));
    const byRows = () => this.adjustByRows(past, parameters, present);
    // Products of factors cost a third less than rows; but a violated step needs the rows, and then has the products almost for
    // nothing. So what the last steps needed decides.
    const adjusted = past.factored
      ? k.hostIf(
          [],
          () => this.violatedLately > ROWS_FROM,
          byRows,
          () => this.adjustByFactors(past, factors, parameters, present),
        )
      : byRows();
    return new Map(parameters.map((parameter, i) => [parameter, adjusted[i]]));
  }

  /** Without a violation v is 0: one visit to the host instead of two, and where this is chosen most steps are violated anyway. */
  private adjustByRows(past: PastGradients, parameters: Parameter[], present: Value[]): Value[] {
    const rows = this.memory.rows(this.k, past, parameters);
    const products = this.memory.rowProducts(this.k, rows, present);
    return this.project(rows, products, present, (q) => this.isViolation(q));
  }

  private adjustByFactors(past: PastGradients, factors: Factors, parameters: Parameter[], present: Value[]): Value[] {
    const products = this.memory.products(this.k, past, factors);
    return this.k.hostIf(
      [products],
      (q) => this.isViolation(q),
      () => this.project(this.memory.rows(this.k, past, parameters), products, present),
      () => present,
    );
  }

  /** Whether the step would increase the loss on some past task's memory; counts. */
  private isViolation(products: ArrayLike<number>): boolean {
    const violated = Array.from(products).some((product) => !(product >= 0));
    this.violatedLately += (Number(violated) - this.violatedLately) / LATELY;
    this.projections.steps++;
    if (violated) this.projections.projected++;
    return violated;
  }

  /** g̃ = g + Gᵀv for each parameter, where that is needed; `rows` are G, `products` G·g. */
  private project(
    rows: (Value | undefined)[],
    products: Value,
    present: Value[],
    needed: (products: HostNumbers) => boolean = () => true,
  ): Value[] {
    const { k } = this;
    const t = this.memory.size;
    const v = k.hostCall([products, this.memory.gram(k, rows)], [1, t], (q, flat) => {
      if (!needed(q)) return new Float32Array(t);
      // Training has diverged: let the weights become NaN, which the loop reports with task, epoch, step and cause.
      if (![...q, ...flat].every(Number.isFinite)) return new Float32Array(t).fill(NaN);
      const P = Array.from({ length: t }, (_, i) => flat.subarray(i * t, (i + 1) * t));
      return Float32Array.from(solveBoundedQP(P, q, this.options.margin));
    });
    return present.map((own, i) => {
      const G = rows[i];
      return G ? k.add(own, k.reshape(k.matMul(v, G), own.shape)) : own;
    });
  }

  protected override endTask(task: Task, loader: TaskLoader): void {
    const chosen = this.random.choice(loader.size, Math.min(this.options.memoryPerTask, loader.size));
    this.memory.add(task.id, loader.hostData(chosen));
  }

  protected override memoryState(): object {
    const { projections, violatedLately, random, memory } = this;
    return { projections: { ...projections }, violatedLately, random: random.state(), memory: memory.state() };
  }

  protected override restoreMemory({ projections, violatedLately, random, memory }: GEMState): void {
    const { steps, projected } = projections ?? ({} as GEMState['projections']);
    checkNumber('GEM.restore', 'steps', steps, { min: 0, integer: true });
    checkNumber('GEM.restore', 'projected', projected, { min: 0, max: steps, integer: true });
    checkNumber('GEM.restore', 'violatedLately', violatedLately, { min: 0, max: 1 });
    this.memory.restore(memory, largestOf(this.model));
    this.random.restore(random);
    Object.assign(this.projections, { steps, projected });
    this.violatedLately = violatedLately;
  }

  protected override likelyCause(): string {
    const { margin } = this.options;
    return margin > 10 ? `a margin of ${margin}, which adds that much of every past gradient` : super.likelyCause();
  }

  override dispose(): void {
    super.dispose();
    this.memory.dispose();
  }
}

function zeros(k: Kernels, shape: number[]): Value {
  return k.tensor(new Float32Array(shape.reduce((product, n) => product * n, 1)), shape);
}

/** What `GEM` remembers, as plain JSON. */
interface GEMState {
  projections: { steps: number; projected: number };
  violatedLately: number;
  random: RandomState;
  memory: GemMemoryState;
}

/** What the library knows of the method. */
export const gem: MethodEntry = {
  name: 'gem',
  label: 'GEM',
  paper: 'Lopez-Paz & Ranzato 2017',
  tested: 'no step has a negative product with a memory’s gradient; the projection against a solver',
  style: { color: '#009E73', symbol: 'triangle-up' },
  create: (model, options) => new GEM(model, options),
  needs: GEM.needs,
  relativeCost: 8,
  why: 'steps do not raise the loss on stored samples',
  useWhen: 'data may be kept but not trained on, and old tasks must not get worse',
  breaksWhen: 'there are many tasks: each step evaluates the memories of all of them',
  ruleOfThumb: '256 samples a task; a margin above 0 trades new accuracy for old',
  grid: { margin: [0, 0.5, 1], lr: [0.01, 0.03] },
  studyRows: [{ label: 'GEM', options: { memoryPerTask: 256, margin: 0.5 } }],
};
