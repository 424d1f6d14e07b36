import { backend, Variable } from '../../backend';
import type { Kernels, Value } from '../../backend';
import type { Task } from '../../data/task';
import type { Model } from '../../models';
import { CLTrainer } from '../../training';
import type { MethodNeeds, Phase, TrainerOptions, TrainingData } from '../../training';
import { ClassStatistics } from './classStatistics';
import type { ClassStatisticsState } from './classStatistics';
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
/** The score of classes of other tasks. */
const OUT = -1e30;

/**
 * What methods have in common that look at each sample once, keep statistics of the classes and answer by the largest of linear scores.
 * They take no gradient steps: the model's weights stay as they are, and `evaluate` asks the scores, not the model.
 */
export abstract class LinearClassifier<Own extends object = {}> extends CLTrainer<Own> {
  static override readonly needs: MethodNeeds = { withoutSteps: true, memory: 'class statistics' };
  /** The statistics of the classes so far. */
  readonly statistics: ClassStatistics;
  private scores: { weights: Variable; biases: Variable; labels: Int32Array; tasks: (number | null)[] } | undefined;

  /**
   * @param ownDefaults the method's own options with their defaults
   * @param scatter whether the scatter within classes is needed
   */
  constructor(model: Model, options: Partial<TrainerOptions & Own>, ownDefaults: Own, scatter: boolean) {
    super(model, options, ownDefaults);
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

  protected override predict(k: Kernels, x: Value, task: number | undefined): Value {
    if (!this.scores) return super.predict(k, x, task);
    const { weights, biases, labels, tasks } = this.scores;
    const own = tasks.some((id) => id === (task ?? null)) ? tasks.map((id) => (id === (task ?? null) ? 0 : OUT)) : undefined;
    if (!own) return super.predict(k, x, task); // of a task that has not come
    const scores = k.biasAdd(k.matMul(this.featuresOf(k, x), k.read(weights)), k.read(biases));
    const among = k.add(scores, k.tensor(Float32Array.from(own), [1, own.length]));
    return k.gather(k.tensor(labels, [labels.length]), k.argMax(among));
  }

  override dispose(): void {
    super.dispose();
    this.scores?.weights.dispose();
    this.scores?.biases.dispose();
    this.scores = undefined;
  }

  protected override memoryState(): { statistics: ClassStatisticsState } {
    return { statistics: this.statistics.state() };
  }

  protected override restoreMemory({ statistics }: { statistics: ClassStatisticsState }): void {
    this.statistics.restore(statistics, largestOf(this.model));
    this.refit();
  }

  private refit(): void {
    this.scores?.weights.dispose();
    this.scores?.biases.dispose();
    this.scores = undefined;
    const { classes } = this.statistics;
    if (classes.length === 0) return;
    const fitted = this.fit();
    const width = fitted[0].weights.length;
    const weights = new Float32Array(width * fitted.length);
    fitted.forEach((one, c) => {
      for (let j = 0; j < width; j++) weights[j * fitted.length + c] = one.weights[j];
    });
    const { name } = this.constructor;
    this.scores = {
      weights: new Variable(`${name}/weights`, [width, fitted.length], weights),
      biases: new Variable(
        `${name}/biases`,
        [fitted.length],
        Float32Array.from(fitted, ({ bias }) => bias),
      ),
      labels: Int32Array.from(classes, ({ label }) => label),
      tasks: classes.map(({ task }) => task),
    };
  }
}
