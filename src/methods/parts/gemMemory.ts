import { Variable } from '../../backend';
import type { Kernels, Value } from '../../backend';
import type { LayerGradient, Linear, Model } from '../../models';
import type { Parameter } from '../../autodiff';

/** Samples of past tasks, all in one batch, and the gradients of their losses task by task. */
export class GemMemory {
  private readonly parts: { taskId: number; images: Float32Array; labels: Int32Array }[] = [];
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
   * The gradients of all past tasks' mean losses in factored form, from one forward and backward pass over all memories:
   * each past task has the same number of rows of inputs and deltas.
   *
   * @param useTaskId whether each row answers through its own task's output
   */
  gradients(k: Kernels, model: Model, useTaskId: boolean): LayerGradient[] {
    const { images, labels, tasks, weights } = this.onDevice();
    const pass = model.pass(k, k.read(images), useTaskId ? k.read(tasks) : undefined);
    const { gradient } = k.crossEntropy(pass.logits, k.read(labels));
    return pass.backward(k, k.mul(gradient, k.read(weights)));
  }

  /**
   * ⟨g, g_k⟩ for every past task, without forming any g_k: for a linear layer
   * ⟨XᵀΔ, X'ᵀΔ'⟩ = Σ (X·X'ᵀ + 1)∘(Δ·Δ'ᵀ), the 1 being the bias.
   *
   * @returns [past tasks, 1]
   */
  products(k: Kernels, past: LayerGradient[], present: LayerGradient[]): Value {
    const now = new Map<Linear, LayerGradient>(present.map((factors) => [factors.layer, factors]));
    let sums: Value | undefined;
    for (const { layer, input, delta } of past) {
      const other = now.get(layer);
      if (!other) continue; // another task's head: the present gradient is 0 there
      const inputs = k.matMul(input, other.input, false, true); // [memories, batch]
      const deltas = k.matMul(delta, other.delta, false, true);
      const withBias = layer.bias ? k.add(k.mul(inputs, deltas), deltas) : k.mul(inputs, deltas);
      const rows = k.rowSums(withBias);
      sums = sums ? k.add(sums, rows) : rows;
    }
    return k.matMul(k.read(this.onDevice().membership), sums!);
  }

  /**
   * The past tasks' gradients as rows: for each of the parameters G, [past tasks, entries of the parameter]; undefined for
   * one that no past task uses.
   */
  rows(k: Kernels, past: LayerGradient[], parameters: Parameter[]): (Value | undefined)[] {
    const rows = new Map<Parameter, Value>();
    for (const { layer, input, delta } of past) {
      rows.set(layer.weight, k.blockProducts(input, delta, this.size));
      if (layer.bias) rows.set(layer.bias, k.matMul(k.read(this.onDevice().membership), delta));
    }
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

  dispose(): void {
    if (!this.device) return;
    const { images, labels, tasks, weights, membership } = this.device;
    [images, labels, tasks, weights, membership].forEach((variable) => variable.dispose());
    this.device = undefined;
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
  /** 1 / samples of the row's task, so that each task's loss is a mean, and 0 for an empty row; [n, 1] */
  readonly weights: Variable;
  /** 1 where the row belongs to the task; [past tasks, n] */
  readonly membership: Variable;
}

/** A task with fewer samples than another is filled up with empty rows that count nothing. */
function placeOnDevice(parts: { taskId: number; images: Float32Array; labels: Int32Array }[], inputSize: number): DeviceMemory {
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
    weights: new Variable('gem/weights', [n, 1], weights),
    membership: new Variable('gem/membership', [parts.length, n], membership),
  };
}
