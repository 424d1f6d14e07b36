import type { Kernels, Value } from '../backend';

/**
 * A gradient on its way back through a step, in the cheapest form that still holds it: a number for all entries, a product
 * that is not multiplied out yet, or plain values. `value` multiplies out, once.
 */
export abstract class Flow {
  private multiplied: Value | undefined;

  /**
   * @param shape size of each axis, that of the value the gradient belongs to
   * @param bySample whether its rows are those of the batch: row n is what the loss of sample n alone sends back. Where rows were
   *   mixed on the way, or belong to weights, they are not.
   */
  constructor(
    readonly shape: readonly number[],
    public bySample = true,
  ) {}

  /** The gradient as a value of this shape. */
  value(k: Kernels): Value {
    this.multiplied ??= this.multiplyOut(k);
    return this.multiplied;
  }

  /** Computes it; asked once. */
  protected abstract multiplyOut(k: Kernels): Value;
}

/** A gradient as it is. */
export class Dense extends Flow {
  constructor(
    private readonly numbers: Value,
    bySample = true,
  ) {
    super(numbers.shape, bySample);
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
    bySample = true,
  ) {
    super(shape, bySample);
  }

  protected override multiplyOut(k: Kernels): Value {
    const size = this.shape.reduce((product, n) => product * n, 1);
    return k.tensor(new Float32Array(size).fill(this.number), [...this.shape]);
  }
}

/** Several gradients of the same value as one. */
export function added(k: Kernels, flows: readonly Flow[]): Flow {
  if (flows.length === 1) return flows[0];
  const bySample = flows.every((flow) => flow.bySample);
  if (flows.every((flow): flow is Uniform => flow instanceof Uniform)) {
    const number = flows.reduce((sum, flow) => sum + flow.number, 0);
    return new Uniform(flows[0].shape, number, bySample);
  }
  const sum = flows.map((flow) => flow.value(k)).reduce((all, value) => k.add(all, value));
  return new Dense(sum, bySample);
}
