import { backend, Variable } from '../../backend';
import type { Kernels, Value } from '../../backend';
import type { Task } from '../../data/task';
import type { Model } from '../../models';
import { CLTrainer } from '../../training';
import type { MethodNeeds, Phase, TrainerOptions, TrainingData } from '../../training';
import { ClassStatistics } from './classStatistics';
import type { ClassStatisticsState } from './classStatistics';
import { problem } from '../../utils/errors';
import { largestOf } from './savedNumbers';

/** A class's score is x·weights + bias. */
export interface ClassScore {
  /** [width] */
  readonly weights: ArrayLike<number>;
  /** What is added. */
  readonly bias: number;
}

/** Samples of one look. */
const ROWS = 500;
/** The score of a label that no class has. */
export const NO_CLASS = -1e30;

/** Weights [width, labels] and biases [labels] of the classes that compete. */
interface Scorer {
  readonly weights: Variable;
  readonly biases: Variable;
}

/**
 * What methods have in common that look at each sample once, keep statistics of the classes and answer by the largest of linear scores.
 * They take no gradient steps: the model's weights stay as they are, and `evaluate` and `predict` of the trainer ask the scores,
 * not the model.
 */
export abstract class LinearClassifier<Own extends object = {}> extends CLTrainer<Own> {
  static override readonly needs: MethodNeeds = { withoutSteps: true, memory: 'class statistics' };
  /** The statistics of the classes so far. */
  readonly statistics: ClassStatistics;
  /** By task where labels are a task's own, else one under null. */
  private readonly scorers = new Map<number | null, Scorer>();

  /**
   * @param ownDefaults the method's own options with their defaults
   * @param scatter whether the scatter within classes is needed
   * @throws for `clipNorm` and `schedule`, which are about gradient steps. Other options of every method (`lr`, `epochs` …) change
   *   nothing, either, but a comparison gives them to all its methods
   */
  constructor(model: Model, options: Partial<TrainerOptions & Own>, ownDefaults: Own, scatter: boolean) {
    super(model, options, ownDefaults);
    for (const name of ['clipNorm', 'schedule'] as const) {
      if (this.options[name] === undefined) continue;
      throw problem(this.constructor.name, `${name} changes nothing: it learns without gradient steps`, `leave out ${name}`);
    }
    this.statistics = new ClassStatistics(this.constructor.name, this.featureWidth(), scatter);
  }

  /** Numbers of what is classified; default those of an input. */
  protected featureWidth(): number {
    return this.model.inputSize;
  }

  /** The score of each class, in the order of `statistics.classes`. */
  protected abstract fit(): ClassScore[];

  /** What is classified; default the inputs as they are. */
  protected featuresOf(_k: Kernels, x: Value): Value {
    return x;
  }

  protected override phases(): Phase[] {
    return [];
  }

  protected override async beginTask(task: Task, data: TrainingData): Promise<void> {
    const labels = data.labels();
    const { kernels: k, scope, toHost, dispose } = backend();
    for (let start = 0; start < data.size; start += ROWS) {
      const count = Math.min(ROWS, data.size - start);
      const images = new Float32Array(count * task.inputSize);
      data.fill(images, start, count);
      const features = scope(() => k.scale(this.featuresOf(k, k.tensor(images, [count, task.inputSize])), 1));
      const rows = Float32Array.from(toHost(features));
      dispose(features);
      this.statistics.add(rows, labels.subarray(start, start + count), this.taskIdOf(task) ?? null);
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.refit();
  }

  protected override scores(k: Kernels, x: Value, task: number | undefined): Value {
    const scorer = this.scorers.get(task ?? null);
    if (!scorer) return super.scores(k, x, task); // of a task that has not come
    return k.biasAdd(k.matMul(this.featuresOf(k, x), k.read(scorer.weights)), k.read(scorer.biases)); // [n, labels]
  }

  override dispose(): void {
    super.dispose();
    this.forget();
  }

  protected override memoryState(): { statistics: ClassStatisticsState } {
    return { statistics: this.statistics.state() };
  }

  protected override restoreMemory({ statistics }: { statistics: ClassStatisticsState }): void {
    this.statistics.restore(statistics, largestOf(this.model));
    this.refit();
  }

  private refit(): void {
    this.forget();
    const { classes } = this.statistics;
    if (classes.length === 0) return;
    const fitted = this.fit();
    for (const task of new Set(classes.map((one) => one.task))) {
      const own = Array.from(classes.keys()).filter((i) => classes[i].task === task);
      this.scorers.set(task, this.scorerOf(new Map(own.map((i) => [classes[i].label, fitted[i]]))));
    }
  }

  private scorerOf(byLabel: ReadonlyMap<number, ClassScore>): Scorer {
    const width = this.featureWidth();
    const labels = largestOf(this.model).label + 1; // a class without samples has a column, too
    const weights = new Float32Array(width * labels);
    const biases = new Float32Array(labels).fill(NO_CLASS);
    for (const [label, score] of byLabel) {
      for (let j = 0; j < width; j++) weights[j * labels + label] = score.weights[j];
      biases[label] = score.bias;
    }
    const { name } = this.constructor;
    return {
      weights: new Variable(`${name}/weights`, [width, labels], weights),
      biases: new Variable(`${name}/biases`, [labels], biases),
    };
  }

  private forget(): void {
    for (const { weights, biases } of this.scorers.values()) {
      weights.dispose();
      biases.dispose();
    }
    this.scorers.clear();
  }
}
