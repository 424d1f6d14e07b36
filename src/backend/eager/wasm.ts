import type * as tfjs from '@tensorflow/tfjs';
import type { Value } from '../value';
import { windowsAlong } from '../windows';
import type { ConvWindow } from '../windows';
import { PortableKernels } from './portable';

type Tensor = tfjs.Tensor;

/** The part of the wasm backend that is used here (not its public API; pinned to 4.22.0). */
interface WasmBackend {
  /** Memory for a new tensor, not filled. */
  makeOutput(shape: number[], dtype: string): tfjs.TensorInfo;
  /** The tensor's numbers where they are, not a copy; valid until the memory grows. */
  typedArrayFromHeap(x: tfjs.TensorInfo): Float32Array | Int32Array;
}

/** Rows and columns of a block of a transpose. */
const BLOCK = 16;

/**
 * The kernels for wasm: what its operations are slow at is done by JavaScript on the backend's memory. What is left of a standard
 * step: products (2.7 ms), the packing of their right operands (1.2 ms), elementwise operations (0.7 ms; a loop in JavaScript takes
 * longer), transposes (0.4 ms).
 */
export class WasmKernels extends PortableKernels {
  /**
   * Transposes in blocks that fit the cache take 0.1 ms for 256×256 floats, wasm's own operation 0.24 ms. A transposed right
   * operand with more rows than the left one is taken to the left instead, as (b·aᵀ)ᵀ: wasm's library packs the right one anew
   * each time, at 4 ns a number.
   */
  override matMul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
    const swap = transposeB && b.shape[0] > a.shape[transposeA ? 1 : 0];
    if (swap) return this.transposed(super.matMul(b, transposeA ? a : this.transposed(a)));
    return super.matMul(transposeA ? this.transposed(a) : a, transposeB ? this.transposed(b) : b);
  }

  /** 0.03 ms for 64 rows of 784 floats, where wasm's own operation goes entry by entry and takes 1.2 ms. */
  override gather(x: Value, positions: Value): Value {
    const [, ...row] = x.shape;
    const size = row.reduce((product, n) => product * n, 1);
    return this.output([positions.shape[0], ...row], x.dtype, (to) => {
      const all = this.numbers(x);
      this.numbers(positions).forEach((at, i) => to.set(all.subarray(at * size, (at + 1) * size), i * size));
    });
  }

  /** With stride 1 as a convolution of dy with the turned filter: 64 × 14 × 14 × 32 in 4 ms, wasm's own operation takes 27 ms. */
  override conv2dInputGrad(dy: Value, filter: Value, inputShape: number[], window: ConvWindow): Value {
    if (window.stride !== 1) return super.conv2dInputGrad(dy, filter, inputShape, window);
    const { tf } = this;
    const around = [0, 1].map((axis): [number, number] => {
      const { before, after } = windowsAlong(inputShape[1 + axis], filter.shape[axis], window);
      return [filter.shape[axis] - 1 - before, filter.shape[axis] - 1 - after];
    });
    const padded = tf.pad(dy as Tensor, [[0, 0], ...around, [0, 0]]);
    const turned = tf.transpose(tf.reverse(filter as Tensor, [0, 1]), [0, 1, 3, 2]);
    return super.conv2d(padded, turned, { stride: 1, padding: 'valid' });
  }

  /** A row of a window lies in one piece: 64 × 28 × 28 × 1 in 2 ms, wasm's slices take 29 ms. */
  override patches(x: Value, [kh, kw]: readonly [number, number], window: ConvWindow): Value {
    const [n, height, width, channels] = x.shape;
    const [down, right] = [windowsAlong(height, kh, window), windowsAlong(width, kw, window)];
    const size = kh * kw * channels;
    return this.output([n * down.count * right.count, size], x.dtype, (to) => {
      const from = this.numbers(x);
      to.fill(0);
      for (let patch = 0; patch < n * down.count * right.count; patch++) {
        const image = Math.floor(patch / (down.count * right.count));
        const top = (Math.floor(patch / right.count) % down.count) * window.stride - down.before;
        const left = (patch % right.count) * window.stride - right.before;
        const [first, last] = [Math.max(0, -left), Math.min(kw, width - left)];
        for (let row = Math.max(0, -top); row < Math.min(kh, height - top); row++) {
          const begin = ((image * height + top + row) * width + left) * channels;
          const place = patch * size + row * kw * channels;
          for (let i = first * channels; i < last * channels; i++) to[place + i] = from[begin + i];
        }
      }
    });
  }

  /** wasm's own operation sends the gradient to the wrong entries where a window has several largest ones. */
  override maxPoolGrad(dy: Value, x: Value, y: Value, size: number): Value {
    const [, height, width, channels] = x.shape;
    const [n, down, right] = y.shape;
    return this.output(x.shape, 'float32', (to) => {
      const [from, largest, gradient] = [x, y, dy].map((value) => this.numbers(value));
      to.fill(0);
      for (let window = 0, out = 0; window < n * down * right; window++) {
        const image = Math.floor(window / (down * right));
        const top = (Math.floor(window / right) % down) * size;
        const first = ((image * height + top) * width + (window % right) * size) * channels;
        for (let channel = 0; channel < channels; channel++, out++) {
          search: for (let row = 0; row < size; row++) {
            for (let column = 0; column < size; column++) {
              const at = first + (row * width + column) * channels + channel;
              if (from[at] !== largest[out]) continue;
              to[at] = gradient[out];
              break search;
            }
          }
        }
      }
    });
  }

  private transposed(x: Value): Value {
    const [rows, columns] = x.shape;
    return this.output([columns, rows], x.dtype, (to) => {
      const from = this.numbers(x);
      for (let top = 0; top < rows; top += BLOCK) {
        const bottom = Math.min(rows, top + BLOCK);
        for (let left = 0; left < columns; left += BLOCK) {
          const right = Math.min(columns, left + BLOCK);
          for (let c = left; c < right; c++) for (let r = top; r < bottom; r++) to[c * rows + r] = from[r * columns + c];
        }
      }
    });
  }

  /** A new tensor that `fill` writes where it is. */
  private output(shape: number[], dtype: string, fill: (to: Float32Array | Int32Array) => void): Value {
    const made = this.backend.makeOutput(shape, dtype); // may move the memory, so views are made after it
    fill(this.backend.typedArrayFromHeap(made));
    return this.tf.engine().makeTensorFromTensorInfo(made);
  }

  private numbers(x: Value): Float32Array | Int32Array {
    return this.backend.typedArrayFromHeap(x as Tensor);
  }

  private get backend(): WasmBackend {
    return this.tf.backend() as unknown as WasmBackend;
  }
}
