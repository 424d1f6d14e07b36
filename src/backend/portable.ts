import type * as tfjs from '@tensorflow/tfjs';
import { dirname, join } from 'node:path';
import { problem } from '../utils/errors';
import type { Backend, BackendName } from './current';
import type { HostNumbers, Kernels, Value } from './kernels';
import type { Storage, Variable } from './variable';

type Tf = typeof tfjs;
type Tensor = tfjs.Tensor;
type Matrix = tfjs.Tensor2D;

/** Rows and columns of a block of a transpose. */
const BLOCK = 16;

/** Opens tfjs on wasm or on plain JavaScript. The packages are loaded here and not at the top: importing does nothing. */
export async function openPortable(name: Exclude<BackendName, 'native'>): Promise<Backend> {
  const tf = require('@tensorflow/tfjs') as Tf;
  if (name === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
    wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
  }
  await tf.setBackend(name);
  await tf.ready();
  const description = `tfjs ${tf.version.tfjs} (${name === 'wasm' ? 'WebAssembly' : 'plain JavaScript'}, CPU)`;
  return tfjsBackend(tf, name, description, new PortableKernels(tf));
}

/** What every tfjs backend shares: lifetimes are those of tfjs. */
export function tfjsBackend(tf: Tf, name: BackendName, description: string, kernels: Kernels): Backend {
  return {
    name,
    description,
    kernels,
    scope: (fn) => tf.tidy(fn as () => tfjs.TensorContainer) as ReturnType<typeof fn>,
    keep: (value) => tf.keep(value as unknown as Tensor) as unknown as typeof value,
    dispose: (...values) => values.forEach((value) => (value as Tensor).dispose()),
    toHost: (value) => (value as Tensor).dataSync() as Float32Array | Int32Array,
    tensorCount: () => tf.memory().numTensors,
  };
}

/** A variable on a tfjs backend without in-place updates: a tensor that is replaced. */
interface TensorStorage extends Storage {
  tensor: Tensor;
}

/**
 * The kernels on the public tfjs operations, for any tfjs backend. Transposed products are written as a transpose and a
 * product: tfjs-backend-wasm has no fast path for `transposeA` (11.9 ms against 0.98 ms for (64×784)ᵀ·(64×256)).
 */
export class PortableKernels implements Kernels {
  constructor(private readonly tf: Tf) {}

  matMul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
    return this.tf.matMul(
      (transposeA ? transposed(this.tf, a) : a) as Matrix,
      (transposeB ? transposed(this.tf, b) : b) as Matrix,
    );
  }

  biasAdd(x: Value, bias: Value): Value {
    return this.tf.add(x as Tensor, bias as Tensor);
  }

  columnSums(x: Value): Value {
    return this.tf.sum(x as Tensor, 0);
  }

  rowSums(x: Value): Value {
    return this.tf.sum(x as Tensor, 1, true);
  }

  relu(x: Value): Value {
    return this.tf.relu(x as Tensor);
  }

  reluGrad(dy: Value, y: Value): Value {
    return this.tf.mul(dy as Tensor, this.tf.step(y as Tensor));
  }

  crossEntropy(logits: Value, labels: Value): { losses: Value; gradient: Value } {
    const { tf } = this;
    const target = this.oneHot(labels, logits.shape[1]) as Tensor;
    const shifted = tf.sub(logits as Tensor, tf.max(logits as Tensor, 1, true));
    const exponentials = tf.exp(shifted);
    const total = tf.sum(exponentials, 1, true);
    const losses = tf.sub(tf.squeeze(tf.log(total), [1]), tf.sum(tf.mul(shifted, target), 1));
    return { losses, gradient: tf.sub(tf.div(exponentials, total), target) };
  }

  softmax(logits: Value): Value {
    return this.tf.softmax(logits as Tensor);
  }

  add(a: Value, b: Value): Value {
    return this.tf.add(a as Tensor, b as Tensor);
  }

  sub(a: Value, b: Value): Value {
    return this.tf.sub(a as Tensor, b as Tensor);
  }

  mul(a: Value, b: Value): Value {
    return this.tf.mul(a as Tensor, b as Tensor);
  }

  div(a: Value, b: Value): Value {
    return this.tf.div(a as Tensor, b as Tensor);
  }

  scale(x: Value, factor: number): Value {
    return this.tf.mul(x as Tensor, this.tf.scalar(factor));
  }

  sum(x: Value): Value {
    return this.tf.sum(x as Tensor);
  }

  /** Rows copied by JavaScript: 0.1 ms for 64 of 784 floats, where wasm's own gather goes entry by entry and takes 1.2 ms. */
  gather(x: Value, positions: Value): Value {
    const size = x.shape.slice(1).reduce((product, n) => product * n, 1);
    const all = numbersOf(this.tf, x as Tensor);
    const rows = (positions as Tensor).dataSync();
    const picked = x.dtype === 'int32' ? new Int32Array(rows.length * size) : new Float32Array(rows.length * size);
    rows.forEach((row, i) => picked.set(all.subarray(row * size, (row + 1) * size), i * size));
    return this.tensor(picked, [rows.length, ...x.shape.slice(1)]);
  }

  concat(values: Value[], axis: 0 | 1): Value {
    return this.tf.concat(values as Tensor[], axis);
  }

  slice(x: Value, axis: 0 | 1, start: number, count: number): Value {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    const size = x.shape.map((n, i) => (i === axis ? count : n));
    return this.tf.slice(x as Tensor, begin, size);
  }

  reshape(x: Value, shape: number[]): Value {
    return this.tf.reshape(x as Tensor, shape);
  }

  argMax(x: Value): Value {
    return this.tf.argMax(x as Tensor, 1);
  }

  countEqual(a: Value, b: Value): Value {
    return this.tf.sum(this.tf.cast(this.tf.equal(a as Tensor, b as Tensor), 'float32'));
  }

  oneHot(labels: Value, depth: number): Value {
    return this.tf.cast(this.tf.oneHot(labels as Tensor, depth), 'float32');
  }

  tensor(data: Float32Array | Int32Array, shape: number[]): Value {
    return this.tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32');
  }

  read(variable: Variable): Value {
    return this.stored(variable).tensor;
  }

  assign(variable: Variable, value: Value): void {
    replaceContent(this.tf, this.stored(variable), this.tf.clone(value as Tensor));
  }

  momentumStep(weight: Variable, velocity: Variable, gradient: Value, learningRate: number, momentum: number): void {
    const { tf } = this;
    const v = tf.add(tf.mul(this.stored(velocity).tensor, momentum), gradient as Tensor);
    replaceContent(tf, this.stored(weight), tf.sub(this.stored(weight).tensor, tf.mul(v, learningRate)));
    replaceContent(tf, this.stored(velocity), v);
  }

  hostCall(inputs: Value[], shape: number[], compute: (...inputs: HostNumbers[]) => Float32Array): Value {
    return this.tensor(compute(...onHost(inputs)), shape);
  }

  hostIf(inputs: Value[], test: (...inputs: HostNumbers[]) => boolean, then: () => Value[], otherwise: () => Value[]): Value[] {
    return test(...onHost(inputs)) ? then() : otherwise();
  }

  private stored(variable: Variable): TensorStorage {
    const placed = variable.place((content) => {
      const tensor = this.tf.keep(this.tensor(content, variable.shape) as Tensor);
      const storage: TensorStorage = {
        tensor,
        fetch: () => storage.tensor.dataSync().slice() as Float32Array | Int32Array,
        dispose: () => storage.tensor.dispose(),
      };
      return storage;
    });
    if (!('tensor' in placed)) throw onAnotherBackend(variable);
    return placed as TensorStorage;
  }
}

/** A variable's content stays where it was first used. */
export function onAnotherBackend({ name }: Variable): Error {
  return problem(name, 'it was used on another backend before', 'call initBackend before making models and trainers');
}

/** The values' numbers on the host. */
export function onHost(values: Value[]): HostNumbers[] {
  return values.map((value) => (value as Tensor).dataSync() as HostNumbers);
}

/** The numbers themselves where the backend shows its memory (wasm; not its public API, pinned to 4.22.0), else a copy. */
function numbersOf(tf: Tf, x: Tensor): HostNumbers {
  const wasm = tf.backend() as unknown as { typedArrayFromHeap?(x: Tensor): HostNumbers };
  return wasm.typedArrayFromHeap?.(x) ?? (x.dataSync() as HostNumbers);
}

/** Makes a tensor that nobody else holds the content. */
function replaceContent(tf: Tf, storage: TensorStorage, next: Tensor): void {
  storage.tensor.dispose();
  storage.tensor = tf.keep(next);
}

/** In blocks that fit the cache, by JavaScript: 0.1 ms for 256×256 floats, where wasm's own transpose takes 0.24 ms. */
function transposed(tf: Tf, x: Value): Value {
  const [rows, columns] = x.shape;
  const from = numbersOf(tf, x as Tensor);
  const to = new Float32Array(from.length);
  for (let top = 0; top < rows; top += BLOCK) {
    const bottom = Math.min(rows, top + BLOCK);
    for (let left = 0; left < columns; left += BLOCK) {
      const right = Math.min(columns, left + BLOCK);
      for (let c = left; c < right; c++) for (let r = top; r < bottom; r++) to[c * rows + r] = from[r * columns + c];
    }
  }
  return tf.tensor(to, [columns, rows]);
}
