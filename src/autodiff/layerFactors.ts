import type { ConvWindow, Kernels, Value } from '../backend';
import { Flow } from './flow';

/**
 * The gradient of a layer's parameter in factored form: a sum with one term for each row of the batch. Kept as its factors because
 * the exact Fisher information and GEM need of every single row no more than these.
 */
export abstract class Factor extends Flow {
  /**
   * @param delta the gradient of what came out of the layer, [n, …, out]
   * @param shape the parameter's
   * @param ofSamples whether the n rows are those of the batch, so that each term is the gradient of one sample's loss
   */
  constructor(
    readonly delta: Value,
    shape: readonly number[],
    readonly ofSamples: boolean,
  ) {
    super(shape, false);
  }

  /** Rows of the batch. */
  get rows(): number {
    return this.delta.shape[0];
  }

  /** Each row's gradient as a row of a matrix; [n, entries of the parameter]. */
  abstract perRow(k: Kernels): Value;

  /**
   * The gradients of `count` equal blocks of rows; [count, entries of the parameter].
   *
   * @param membership 1 where a row belongs to a block, else 0; [count, n]
   */
  abstract blocks(k: Kernels, count: number, membership: Value): Value;

  /** ⟨this row's gradient, g⟩ for each row; [n, 1]. */
  abstract dotsWith(k: Kernels, g: Value): Value;
}

/** The gradient of a weight matrix: inputᵀ·delta. */
export class Product extends Factor {
  /**
   * @param input what was multiplied with the weights; [n, in]
   * @param delta the gradient of what came out; [n, out]
   */
  constructor(
    readonly input: Value,
    delta: Value,
    ofSamples: boolean,
  ) {
    super(delta, [input.shape[1], delta.shape[1]], ofSamples);
  }

  override perRow(k: Kernels): Value {
    return k.blockProducts(this.input, this.delta, this.rows);
  }

  override blocks(k: Kernels, count: number): Value {
    return k.blockProducts(this.input, this.delta, count);
  }

  override dotsWith(k: Kernels, g: Value): Value {
    return k.rowSums(k.mul(k.matMul(this.input, g), this.delta));
  }

  protected override multiplyOut(k: Kernels): Value {
    return k.matMul(this.input, this.delta, true);
  }
}

/** The gradient of a bias: the column sums of delta, which may have positions of an image between rows and columns. */
export class ColumnSum extends Factor {
  /** @param columns length of the bias */
  constructor(delta: Value, columns: number, ofSamples: boolean) {
    super(delta, [columns], ofSamples);
  }

  /** Each row's own sum; [n, out]. */
  override perRow(k: Kernels): Value {
    if (this.delta.shape.length === 2) return this.delta;
    const { rows } = this;
    const [columns] = this.shape;
    const positions = this.delta.shape.slice(1, -1).reduce((product, n) => product * n, 1);
    const flat = k.reshape(this.delta, [rows * positions, columns]);
    return k.blockProducts(k.tensor(new Float32Array(rows * positions).fill(1), [rows * positions, 1]), flat, rows);
  }

  override blocks(k: Kernels, _count: number, membership: Value): Value {
    return k.matMul(membership, this.perRow(k));
  }

  override dotsWith(k: Kernels, g: Value): Value {
    return k.rowSums(k.mul(this.perRow(k), g));
  }

  protected override multiplyOut(k: Kernels): Value {
    return k.columnSums(this.delta);
  }
}

/** The gradient of a convolution's filter. */
export class Convolution extends Factor {
  /**
   * @param input the images; [n, h, w, in]
   * @param delta the gradient of what came out; [n, oh, ow, out]
   * @param shape the filter's, [kh, kw, in, out]
   */
  constructor(
    readonly input: Value,
    delta: Value,
    shape: readonly number[],
    private readonly window: ConvWindow,
    ofSamples: boolean,
  ) {
    super(delta, shape, ofSamples);
  }

  override perRow(k: Kernels): Value {
    const [kh, kw, , out] = this.shape;
    const patches = k.patches(this.input, [kh, kw], this.window); // [n·positions, kh·kw·in]
    return k.blockProducts(patches, k.reshape(this.delta, [patches.shape[0], out]), this.rows);
  }

  /** A pass of the kernel for each block: 0.2 ms for 64 images of 28×28, where products of patches take 1 ms. */
  override blocks(k: Kernels, count: number): Value {
    const each = this.rows / count;
    const size = this.shape.reduce((product, n) => product * n, 1);
    const gradients = Array.from({ length: count }, (_, i) => {
      const [x, dy] = [this.input, this.delta].map((value) => k.slice(value, 0, i * each, each));
      return k.reshape(k.conv2dFilterGrad(x, dy, [...this.shape], this.window), [1, size]);
    });
    return count === 1 ? gradients[0] : k.concat(gradients, 0);
  }

  /** Σ over positions of delta∘(images convolved with g). */
  override dotsWith(k: Kernels, g: Value): Value {
    const product = k.mul(k.conv2d(this.input, g, this.window), this.delta);
    const { rows } = this;
    return k.rowSums(k.reshape(product, [rows, product.shape.reduce((all, n) => all * n, 1) / rows]));
  }

  protected override multiplyOut(k: Kernels): Value {
    return k.conv2dFilterGrad(this.input, this.delta, [...this.shape], this.window);
  }
}
