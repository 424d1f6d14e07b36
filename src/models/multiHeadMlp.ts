import { Variable } from '../backend';
import type { Kernels, Value } from '../backend';
import type { Task } from '../data/task';
import { checkNumber, problem } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { registerArchitecture } from './architectures';
import { Linear } from './layers/linear';
import { Model } from './model';
import type { TaskOfRows } from './model';
import { networkOptions, Trunk } from './trunk';
import type { Layer, NetworkConfig, NetworkOptions } from './trunk';

/** For task-incremental learning: shared hidden layers and one output layer a task, chosen by the task id. */
export class MultiHeadMLP extends Model {
  static override readonly recordable: boolean = true;
  readonly architecture = 'MultiHeadMLP';
  readonly inputSize: number;
  override readonly imageShape?: readonly number[];
  /** The heads in the order they were added; head i answers for task i. Each [hidden, classes of the task]. */
  readonly heads: Linear[] = [];
  private readonly trunk: Trunk;
  private readonly options: NetworkConfig;
  private tables: HeadTables | undefined;

  /** @param options `{inputSize: 784, hidden: [256, 256], seed}` */
  constructor(options: NetworkOptions = {}) {
    super();
    this.options = networkOptions('MultiHeadMLP', options);
    this.inputSize = this.options.inputSize;
    this.trunk = new Trunk(this.options, new RandomStream(this.options.seed, 'initialisation'));
    this.imageShape = this.trunk.imageShape;
  }

  /**
   * Adds the output layer of the next task. Trainers do it by themselves when a task begins.
   *
   * @param nClasses outputs of the new head
   * @returns the id of the task the head answers for
   */
  addTaskHead(nClasses: number): number {
    checkNumber('MultiHeadMLP.addTaskHead', 'nClasses', nClasses, { min: 1, integer: true });
    const id = this.heads.length;
    const { seed, initialisation } = this.options;
    const random = new RandomStream(seed, `initialisation/head${id}`);
    this.heads.push(new Linear(`head${id}`, this.trunk.width, nClasses, random, { initialisation }));
    this.tables?.dispose();
    this.tables = undefined;
    return id;
  }

  config(): NetworkConfig {
    return structuredClone(this.options);
  }

  layers(): Layer[] {
    return [...this.trunk.layers, ...this.heads];
  }

  override prepareTask(task: Task): void {
    while (this.heads.length <= task.id) this.addTaskHead(task.classes.length);
    const { nOut } = this.heads[task.id];
    if (nOut === task.classes.length) return;
    throw problem('MultiHeadMLP', `head ${task.id} has ${nOut} outputs, but ${task.name} has ${task.classes.length} classes`);
  }

  override canAnswer(task: Task): boolean {
    return task.id < this.heads.length;
  }

  override features(k: Kernels, x: Value): Value {
    return this.trunk.forward(k, x); // [n, width]
  }

  logits(k: Kernels, x: Value, task: TaskOfRows): Value {
    const last = this.features(k, x);
    return typeof task === 'object' ? this.mixedLogits(k, last, task) : this.head(task).forward(k, last);
  }

  protected override growTo(shapes: ReadonlyMap<string, readonly number[]>): void {
    const next = () => shapes.get(`head${this.heads.length}/bias`);
    for (let bias = next(); bias && !this.isFull(shapes); bias = next()) this.addTaskHead(bias[0]);
  }

  override dispose(): void {
    super.dispose();
    this.tables?.dispose();
  }

  /**
   * Every row through its own task's head: all heads side by side in one product, the columns of other heads set to zero,
   * then folded onto the columns of a single head. Rows of heads with fewer classes get −1e9 in the columns they lack.
   */
  private mixedLogits(k: Kernels, last: Value, tasks: Value): Value {
    this.tables ??= new HeadTables(this.heads.map((head) => head.nOut));
    const { fold, own, missing } = this.tables;
    const weights = this.heads.map((head) => k.read(head.weight));
    const biases = this.heads.map((head) => k.read(head.bias!));
    const side = k.biasAdd(k.matMul(last, k.concat(weights, 1)), k.concat(biases, 0)); // [n, all classes]
    const ownOnly = k.mul(side, k.gather(k.read(own), tasks)); // [n, all classes]
    const folded = k.matMul(ownOnly, k.read(fold)); // [n, most classes of a head]
    return missing ? k.add(folded, k.gather(k.read(missing), tasks)) : folded;
  }

  private head(taskId: number | undefined): Linear {
    const head = taskId === undefined ? undefined : this.heads[taskId];
    if (head) return head;
    const known = this.heads.length ? `0 to ${this.heads.length - 1}` : 'none yet';
    throw problem(
      'MultiHeadMLP',
      `no head for task ${taskId}; heads: ${known}`,
      'add one with addTaskHead, and pass the task id',
    );
  }
}

/** Constant tables of the mixed pass, made once for a set of heads. */
class HeadTables {
  /** [all classes, most classes of a head]: 1 where a column of the side-by-side heads is class c of its head. */
  readonly fold: Variable;
  /** [heads, all classes]: 1 where the column belongs to the head. */
  readonly own: Variable;
  /** [heads, most classes of a head]: −1e9 where the head has no such class; undefined when all heads are equally wide. */
  readonly missing: Variable | undefined;

  constructor(widths: number[]) {
    const all = widths.reduce((sum, width) => sum + width, 0);
    const most = Math.max(...widths);
    const fold = new Float32Array(all * most);
    const own = new Float32Array(widths.length * all);
    const missing = new Float32Array(widths.length * most);
    let column = 0;
    widths.forEach((width, head) => {
      for (let c = 0; c < most; c++) {
        if (c >= width) missing[head * most + c] = -1e9;
        else {
          fold[column * most + c] = 1;
          own[head * all + column++] = 1;
        }
      }
    });
    this.fold = new Variable('heads/fold', [all, most], fold);
    this.own = new Variable('heads/own', [widths.length, all], own);
    this.missing = widths.every((width) => width === most)
      ? undefined
      : new Variable('heads/missing', [widths.length, most], missing);
  }

  dispose(): void {
    [this.fold, this.own, this.missing].forEach((table) => table?.dispose());
  }
}

registerArchitecture({
  name: 'MultiHeadMLP',
  needs: { taskId: true, outputs: 'growing', how: 'the task id chooses the head', madeFor: 'task-incremental' },
  create: (options: NetworkOptions) => new MultiHeadMLP(options),
});
