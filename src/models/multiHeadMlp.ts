import { Variable } from '../backend';
import type { Kernels, Value } from '../backend';
import type { Task } from '../data/task';
import { checkNumber, problem } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { Linear } from './layers/linear';
import type { LayerGradient } from './layers/linear';
import { networkOptions, Trunk } from './mlp';
import type { NetworkOptions } from './mlp';
import { Model } from './model';
import type { Pass, TaskChoice } from './model';

/** For task-incremental learning: shared hidden layers and one output layer a task, chosen by the task id. */
export class MultiHeadMLP extends Model {
  static override readonly recordable: boolean = true;
  readonly architecture = 'MultiHeadMLP';
  readonly inputSize: number;
  /** The heads in the order they were added; head i answers for task i. Each [hidden, classes of the task]. */
  readonly heads: Linear[] = [];
  private readonly trunk: Trunk;
  private readonly width: number;
  private readonly seed: number;
  private tables: HeadTables | undefined;

  /** @param options `{inputSize: 784, hidden: [256, 256], seed}` */
  constructor(options: NetworkOptions = {}) {
    super();
    const { inputSize, hidden, seed } = networkOptions('MultiHeadMLP', options);
    this.inputSize = inputSize;
    this.seed = seed;
    this.width = hidden[hidden.length - 1];
    this.trunk = new Trunk('', inputSize, hidden, new RandomStream(seed, 'initialisation'));
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
    this.heads.push(new Linear(`head${id}`, this.width, nClasses, new RandomStream(this.seed, `initialisation/head${id}`)));
    this.tables?.dispose();
    this.tables = undefined;
    return id;
  }

  layers(): Linear[] {
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

  pass(k: Kernels, x: Value, task: TaskChoice): Pass {
    const activations = this.trunk.forward(k, x);
    const last = activations[activations.length - 1];
    if (typeof task === 'object') return this.mixedPass(k, activations, task);
    const head = this.head(task);
    return {
      logits: head.forward(k, last),
      backward: (kernels, dLogits) => [
        { layer: head, input: last, delta: dLogits },
        ...this.trunk.backward(kernels, activations, head.backward(kernels, dLogits)),
      ],
    };
  }

  protected override growTo(shapes: ReadonlyMap<string, readonly number[]>): void {
    const next = () => shapes.get(`head${this.heads.length}/bias`);
    for (let bias = next(); bias; bias = next()) this.addTaskHead(bias[0]);
  }

  override dispose(): void {
    super.dispose();
    this.tables?.dispose();
  }

  /**
   * Every row through its own task's head: all heads side by side in one product, the columns of other heads set to zero,
   * then folded onto the columns of a single head. Rows of heads with fewer classes get −1e9 in the columns they lack.
   */
  private mixedPass(k: Kernels, activations: Value[], tasks: Value): Pass {
    const last = activations[activations.length - 1];
    this.tables ??= new HeadTables(this.heads.map((head) => head.nOut));
    const { fold, own, missing } = this.tables;
    const side = k.concat(
      this.heads.map((head) => k.read(head.weight)),
      1,
    ); // [hidden, all classes]
    const sideBias = k.concat(
      this.heads.map((head) => k.read(head.bias!)),
      0,
    ); // [all classes]
    const mask = k.gather(k.read(own), tasks); // [n, all classes]
    const all = k.mul(k.biasAdd(k.matMul(last, side), sideBias), mask);
    const folded = k.matMul(all, k.read(fold)); // [n, most classes of a head]
    const logits = missing ? k.add(folded, k.gather(k.read(missing), tasks)) : folded;
    return {
      logits,
      backward: (kernels, dLogits) => {
        const dAll = kernels.mul(kernels.matMul(dLogits, kernels.read(fold), false, true), mask);
        const dLast = kernels.matMul(dAll, side, false, true);
        return [...this.headGradients(kernels, last, dAll), ...this.trunk.backward(kernels, activations, dLast)];
      },
    };
  }

  private headGradients(k: Kernels, input: Value, dAll: Value): LayerGradient[] {
    let start = 0;
    return this.heads.map((layer) => {
      const delta = k.slice(dAll, 1, start, layer.nOut);
      start += layer.nOut;
      return { layer, input, delta };
    });
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
