import { packed } from '../../backend';
import type { TensorState } from '../../backend';
import { Tape } from '../../autodiff';
import type { Factors, Parameter } from '../../autodiff';
import { Variable } from '../../backend';
import type { Kernels, Value } from '../../backend';
import type { Model } from '../../models';
import { checkList, checkNumber, problem } from '../../utils/errors';
import { finiteFloats, naturalNumbers } from './savedNumbers';
import type { Largest } from './savedNumbers';

/** Samples of one past task: inputs [n · inputSize], labels [n]. */
interface PastTask {
  taskId: number;
  images: Float32Array;
  labels: Int32Array;
}

/** The memories as plain JSON. */
export type GemMemoryState = readonly { taskId: number; images: TensorState; labels: TensorState }[];

/** The gradients of all past tasks' mean losses. */
export interface PastGradients {
  /** The parameters they are for. */
  readonly parameters: readonly Parameter[];
  /** Whether all come as factors; else each task needs a pass of its own. */
  readonly factored: boolean;
  readonly factors: Factors;
  /** The gradients of one past task alone. */
  readonly ofTask: (position: number) => Map<Parameter, Value>;
}

/** Samples of past tasks, all in one batch, and the gradients of their losses task by task. */
export class GemMemory {
  private parts: PastTask[] = [];
  private device: DeviceMemory | undefined;

  constructor(private readonly inputSize: number) {}

  /** Past tasks remembered. */
  get size(): number {
    return this.parts.length;
  }

  /** Remembers a task's samples: inputs [n, inputSize], labels [n]. */
  add(taskId: number, { images, labels }: { images: Float32Array; labels: Int32Array }): void {
    this.parts.push({ taskId, images, labels });
    this.dispose();
  }

  /**
   * The gradients of all past tasks' mean losses, from one pass over all memories: each past task has the same number of rows.
   *
   * @param useTaskId whether each row answers through its own task's output
   */
  gradients(k: Kernels, model: Model, useTaskId: boolean): PastGradients {
    const { images, labels, tasks, weights } = this.onDevice();
    const rows = { x: k.read(images), y: k.read(labels), task: k.read(tasks), weight: k.read(weights) };
    const factorsOf = ({ x, y, task, weight }: typeof rows) => {
      const tape = new Tape(k);
      const { losses } = tape.crossEntropy(model.logits(tape, x, useTaskId ? task : undefined), y);
      return tape.factors(tape.sum(tape.mul(losses, weight)));
    };
    const factors = factorsOf(rows);
    const each = labels.shape[0] / this.size;
    const part = (x: Value, position: number) => k.slice(x, 0, position * each, each);
    return {
      parameters: factors.parameters,
      factored: factors.unfactored.length === 0,
      factors,
      ofTask: (position) =>
        factorsOf({
          x: part(rows.x, position),
          y: part(rows.y, position),
          task: part(rows.task, position),
          weight: part(rows.weight, position),
        }).gradients(),
    };
  }

  /** ⟨g, g_k⟩ for every past task, without forming any g_k; [past tasks, 1]. */
  products(k: Kernels, past: PastGradients, present: Factors): Value {
    const rows = past.factors.dots(present)!; // [memories, 1]
    return k.matMul(k.read(this.onDevice().membership), rows);
  }

  /**
   * The past tasks' gradients as rows: for each of the parameters G, [past tasks, entries of the parameter]; undefined for
   * one that no past task uses.
   */
  rows(k: Kernels, past: PastGradients, parameters: Parameter[]): (Value | undefined)[] {
    const rows = past.factored ? past.factors.blocks(this.size, k.read(this.onDevice().membership)) : this.rowsByTask(k, past);
    return parameters.map((parameter) => rows.get(parameter));
  }

  /** G·g, [past tasks, 1]; `present` is g by parameter. */
  rowProducts(k: Kernels, rows: (Value | undefined)[], present: Value[]): Value {
    const flat = (gradient: Value) => k.reshape(gradient, [1, gradient.shape.reduce((product, n) => product * n, 1)]);
    const parts = rows.flatMap((G, i) => (G ? [k.matMul(G, flat(present[i]), false, true)] : []));
    return parts.reduce((sum, part) => k.add(sum, part));
  }

  /** GGᵀ over all parameters, [past tasks, past tasks]. */
  gram(k: Kernels, rows: (Value | undefined)[]): Value {
    return rows.flatMap((G) => (G ? [k.matMul(G, G, false, true)] : [])).reduce((sum, part) => k.add(sum, part));
  }

  state(): GemMemoryState {
    return this.parts.map(({ taskId, images, labels }) => ({ taskId, images: packed(images), labels: packed(labels) }));
  }

  /**
   * Takes over what `state()` gave.
   *
   * @param largest the largest label and task id that there can be
   * @throws when it is damaged; then nothing changes
   */
  restore(state: GemMemoryState, largest: Largest): void {
    const subject = 'GEM.restore';
    checkList(subject, 'memory', state, 0);
    const parts = state.map((saved) => {
      const { taskId, images, labels: saidLabels } = saved ?? ({} as GemMemoryState[number]);
      checkNumber(subject, 'taskId', taskId, { min: 0, max: largest.task, integer: true });
      const labels = naturalNumbers(subject, 'labels', saidLabels, largest.label);
      if (labels.length === 0) throw problem(subject, `nothing is stored of task ${taskId}`, 'the saved state is damaged');
      return { taskId, images: finiteFloats(subject, 'images', images, labels.length * this.inputSize), labels };
    });
    this.dispose();
    this.parts = parts;
  }

  dispose(): void {
    if (!this.device) return;
    const { images, labels, tasks, weights, membership } = this.device;
    [images, labels, tasks, weights, membership].forEach((variable) => variable.dispose());
    this.device = undefined;
  }

  /** A pass for each past task, where a layer's gradients do not come as factors. */
  private rowsByTask(k: Kernels, past: PastGradients): Map<Parameter, Value> {
    const byTask = this.parts.map((_, position) => past.ofTask(position));
    return new Map(
      past.parameters.map((parameter) => {
        const flat = byTask.map((gradients) => {
          const gradient = gradients.get(parameter)!;
          return k.reshape(gradient, [1, gradient.shape.reduce((product, n) => product * n, 1)]);
        });
        return [parameter, flat.length === 1 ? flat[0] : k.concat(flat, 0)];
      }),
    );
  }

  private onDevice(): DeviceMemory {
    this.device ??= placeOnDevice(this.parts, this.inputSize);
    return this.device;
  }
}

/** All memories one after the other, each filled up to the length of the longest. */
interface DeviceMemory {
  /** [n, inputSize] */
  readonly images: Variable;
  /** int32 [n] */
  readonly labels: Variable;
  /** int32 [n] */
  readonly tasks: Variable;
  /** 1 / samples of the row's task, so that each task's loss is a mean, and 0 for an empty row; [n] */
  readonly weights: Variable;
  /** 1 where the row belongs to the task; [past tasks, n] */
  readonly membership: Variable;
}

/** A task with fewer samples than another is filled up with empty rows that count nothing. */
function placeOnDevice(parts: PastTask[], inputSize: number): DeviceMemory {
  const most = Math.max(...parts.map(({ labels }) => labels.length));
  const n = parts.length * most;
  const images = new Float32Array(n * inputSize);
  const labels = new Int32Array(n);
  const tasks = new Int32Array(n);
  const weights = new Float32Array(n);
  const membership = new Float32Array(parts.length * n);
  parts.forEach((part, i) => {
    const [start, end] = [i * most, (i + 1) * most];
    images.set(part.images, start * inputSize);
    labels.fill(part.labels[0], start, end).set(part.labels, start);
    tasks.fill(part.taskId, start, end);
    weights.fill(1 / part.labels.length, start, start + part.labels.length);
    membership.fill(1, i * n + start, i * n + end);
  });
  return {
    images: new Variable('gem/images', [n, inputSize], images),
    labels: new Variable('gem/labels', [n], labels),
    tasks: new Variable('gem/tasks', [n], tasks),
    weights: new Variable('gem/weights', [n], weights),
    membership: new Variable('gem/membership', [parts.length, n], membership),
  };
}
