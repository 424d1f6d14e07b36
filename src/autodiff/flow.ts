import type { Kernels, Value } from '../backend';

/**
 * A gradient on its way back through a step, in the cheapest form that still holds it: a number for all entries, a product
 * that is not multiplied out yet, or plain values. `value` multiplies out, once.
 */
export abstract class Flow {
  private multiplied: Value | undefined;

  /** @param shape size of each axis, that of the value the gradient belongs to */
  constructor(readonly shape: readonly number[]) {}

  /** The gradient as a value of this shape. */
  value(k: Kernels): Value {
    this.multiplied ??= this.multiplyOut(k);
    return this.multiplied;
  }

  protected abstract multiplyOut(k: Kernels): Value;
}

/** A gradient as it is. */
export class Dense extends Flow {
  constructor(private readonly numbers: Value) {
    super(numbers.shape);
  }

  protected override multiplyOut(): Value {
    return this.numbers;
  }
}

/** The same number for every entry: what a mean sends back. */
export class Uniform extends Flow {
  constructor(
    shape: readonly number[],
    readonly number: number,
  ) {
    super(shape);
  }

  protected override multiplyOut(k: Kernels): Value {
    const size = this.shape.reduce((product, n) => product * n, 1);
    return k.tensor(new Float32Array(size).fill(this.number), [...this.shape]);
  }
}

/**
 * The gradient of a weight matrix as inputᵀ·delta. Kept as its two factors because the exact Fisher information and GEM's
 * dot products need no more than these.
 */
export class Product extends Flow {
  /**
   * @param input what was multiplied with the weights; [n, in]
   * @param delta the gradient of what came out; [n, out]
   */
  constructor(
    readonly input: Value,
    readonly delta: Value,
  ) {
    super([input.shape[1], delta.shape[1]]);
  }

  protected override multiplyOut(k: Kernels): Value {
    return k.matMul(this.input, this.delta, true);
  }
}

/** The gradient of a bias: the column sums of delta [n, out]. */
export class ColumnSum extends Flow {
  constructor(readonly delta: Value) {
    super([delta.shape[1]]);
  }

  protected override multiplyOut(k: Kernels): Value {
    return k.columnSums(this.delta);
  }
}

/** Several gradients of the same value as one. */
export function added(k: Kernels, flows: readonly Flow[]): Flow {
  if (flows.length === 1) return flows[0];
  if (flows.every((flow): flow is Uniform => flow instanceof Uniform)) {
    return new Uniform(
      flows[0].shape,
      flows.reduce((sum, { number }) => sum + number, 0),
    );
  }
  return new Dense(flows.map((flow) => flow.value(k)).reduce((sum, value) => k.add(sum, value)));
}
