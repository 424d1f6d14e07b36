import type { Kernels, Value } from '../backend';
import type { Task } from '../data/task';
import { checkNumber, problem } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { registerArchitecture } from './architectures';
import { MLP } from './mlp';
import { Model } from './model';
import type { TaskOfRows } from './model';
import { notePass } from './passes';
import { PNNColumn } from './pnnColumn';
import { networkOptions } from './trunk';
import type { Layer, NetworkConfig, NetworkOptions } from './trunk';

/**
 * A progressive neural network (Rusu et al. 2016): each task gets a column of its own with lateral connections from all
 * earlier columns, which are frozen. So earlier tasks cannot be forgotten; the price is a network that grows with the
 * square of the number of tasks, and a task id that must be known at test time.
 */
export class ProgressiveNeuralNet extends Model {
  static override readonly recordable: boolean = true;
  readonly architecture = 'ProgressiveNeuralNet';
  override readonly mixesTasks = false;
  readonly inputSize: number;
  /** One column a task, in the order they were added. */
  readonly columns: PNNColumn[] = [];
  private readonly options: NetworkConfig;

  /** @param options `{inputSize: 784, hidden: [256, 256], seed}` */
  constructor(options: NetworkOptions = {}) {
    super();
    this.options = networkOptions('ProgressiveNeuralNet', options);
    if (this.options.conv.length) {
      throw problem('ProgressiveNeuralNet', 'its columns are of linear layers, conv is not for it', 'leave conv out');
    }
    if (this.options.initialisation) {
      throw problem('ProgressiveNeuralNet', "initialisation 'xavier' is not for its columns", 'leave initialisation out');
    }
    if (this.options.normalisation) {
      throw problem('ProgressiveNeuralNet', "normalisation 'batch' is not for its columns", 'leave normalisation out');
    }
    this.inputSize = this.options.inputSize;
  }

  /**
   * Adds the column of the next task, connected to all columns so far. Earlier columns are not frozen by this; see
   * `freezeColumn`. Trainers do both by themselves when a task begins.
   *
   * @param nClasses outputs of the new column
   * @returns the id of the task the column answers for
   */
  addColumn(nClasses: number): number {
    checkNumber('ProgressiveNeuralNet.addColumn', 'nClasses', nClasses, { min: 1, integer: true });
    const id = this.columns.length;
    const random = new RandomStream(this.options.seed, id === 0 ? 'initialisation' : `initialisation/column${id}`);
    this.columns.push(new PNNColumn(id, [this.inputSize, ...this.options.hidden, nClasses], random));
    return id;
  }

  /** Freezes a column: no training step changes it any more. Throws when there is no such column. */
  freezeColumn(id: number): void {
    this.column(id).freeze();
  }

  config(): NetworkConfig {
    return structuredClone(this.options);
  }

  layers(): Layer[] {
    return this.columns.flatMap((column) => column.layers());
  }

  override prepareTask(task: Task): void {
    while (this.columns.length <= task.id) this.addColumn(task.classes.length);
    for (let id = 0; id < task.id; id++) this.freezeColumn(id);
    const { nClasses } = this.columns[task.id];
    if (nClasses === task.classes.length) return;
    throw problem(
      'ProgressiveNeuralNet',
      `column ${task.id} has ${nClasses} outputs, but ${task.name} has ${task.classes.length} classes`,
    );
  }

  override canAnswer(task: Task): boolean {
    return task.id < this.columns.length;
  }

  logits(k: Kernels, x: Value, task: TaskOfRows): Value {
    if (typeof task === 'object') {
      throw problem(
        'ProgressiveNeuralNet',
        'rows of several tasks in one batch',
        'replay needs MultiHeadMLP, SingleHeadMLP or DomainMLP',
      );
    }
    const column = this.column(task);
    notePass(k, x.shape[0], column.frozen);
    const activations = column.forward(k, x, this.earlierActivations(k, x, column.id));
    return activations[activations.length - 1];
  }

  /** The column's own layers as a network of its own: without earlier columns there are no laterals. */
  override fromScratch(task: Task): Model {
    const fresh = new ProgressiveNeuralNet(this.options);
    while (fresh.columns.length <= task.id) fresh.addColumn(task.classes.length);
    const alone = new MLP({ ...this.options, nClasses: task.classes.length });
    const own = fresh.columns[task.id].own.flatMap((layer) => layer.parameters());
    alone.parameters().forEach((parameter, i) => parameter.set(own[i].data()));
    return alone;
  }

  protected override growTo(shapes: ReadonlyMap<string, readonly number[]>): void {
    const next = () => shapes.get(`column${this.columns.length}/head/bias`);
    for (let bias = next(); bias && !this.isFull(shapes); bias = next()) this.addColumn(bias[0]);
  }

  /** The hidden activations of the first `count` columns, side by side for each level: `[[n, count × width], …]`. */
  private earlierActivations(k: Kernels, x: Value, count: number): Value[] {
    const byColumn: Value[][] = [];
    const sideBySide = (level: number) => {
      const values = byColumn.map((activations) => activations[level]);
      return values.length === 1 ? values[0] : k.concat(values, 1);
    };
    for (let id = 0; id < count; id++) {
      const inputs = id === 0 ? [] : this.options.hidden.map((_, i) => sideBySide(i + 1));
      byColumn.push(this.columns[id].forward(k, x, inputs).map((level) => k.stopGradient(level)));
    }
    return count === 0 ? [] : this.options.hidden.map((_, i) => sideBySide(i + 1));
  }

  private column(id: number | undefined): PNNColumn {
    const column = id === undefined ? undefined : this.columns[id];
    if (column) return column;
    const known = this.columns.length ? `0 to ${this.columns.length - 1}` : 'none yet';
    throw problem(
      'ProgressiveNeuralNet',
      `no column for task ${id}; columns: ${known}`,
      'add one with addColumn, and pass the task id',
    );
  }
}

registerArchitecture({
  name: 'ProgressiveNeuralNet',
  needs: { taskId: true, outputs: 'growing', how: 'the task id chooses the column' },
  create: (options: NetworkOptions) => new ProgressiveNeuralNet(options),
});
