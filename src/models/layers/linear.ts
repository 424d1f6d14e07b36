import type { Parameter } from '../../autodiff';
import type { Kernels, Value } from '../../backend';
import type { RandomStream } from '../../utils/random';
import { newWeights, startBounds, uniform } from './initialisation';
import type { Initialisation } from './initialisation';

/** Options of a `Linear` layer beyond its sizes. */
export interface LinearOptions {
  /** Whether the layer has a bias; default true. */
  bias?: boolean;
  /** Number of inputs that the bound of the initialisation counts; default `nIn`. */
  fanIn?: number;
  /** How it starts; default `'pytorch'`. */
  initialisation?: Initialisation;
}

/** A linear layer x·W + b, initialised as PyTorch's `nn.Linear` unless asked otherwise: W and b uniform in ±1/√in. */
export class Linear {
  /** [in, out] */
  readonly weight: Parameter;
  /** [out], or undefined for a layer without bias. */
  readonly bias: Parameter | undefined;
  private readonly initialisation: Initialisation;

  /**
   * @param name prefix of the parameters' names
   * @param nIn inputs
   * @param nOut outputs
   * @param random where the initial weights are drawn from
   */
  constructor(
    readonly name: string,
    nIn: number,
    nOut: number,
    random: RandomStream,
    { bias = true, fanIn = nIn, initialisation = 'pytorch' }: LinearOptions = {},
  ) {
    this.initialisation = initialisation;
    const bounds = startBounds(initialisation, fanIn, nOut);
    this.weight = newWeights(`${name}/weight`, [nIn, nOut], bounds.weight, random);
    this.bias = bias ? newWeights(`${name}/bias`, [nOut], bounds.bias, random) : undefined;
  }

  /** Outputs of the layer. */
  get nOut(): number {
    return this.weight.shape[1];
  }

  /** Inputs of the layer. */
  get nIn(): number {
    return this.weight.shape[0];
  }

  /** Sizes for people, e.g. `784×256`. */
  get sizes(): string {
    return `${this.nIn}×${this.nOut}`;
  }

  /** Weight and, where there is one, bias. */
  parameters(): Parameter[] {
    return this.bias ? [this.weight, this.bias] : [this.weight];
  }

  /** x·W + b, and `more` [n, out] where given; [n, in] → [n, out]. The bias comes last (see `PNNColumn.forward`). */
  forward(k: Kernels, x: Value, more?: Value): Value {
    const own = k.matMul(x, k.read(this.weight)); // [n, out]
    const product = more ? k.add(own, more) : own;
    return this.bias ? k.biasAdd(product, k.read(this.bias)) : product;
  }

  /** Drops all outputs but the first `count`. */
  keepFirst(count: number): void {
    const { nIn, nOut } = this;
    const narrow = new Float32Array(nIn * count);
    const old = this.weight.data();
    for (let row = 0; row < nIn; row++) narrow.set(old.subarray(row * nOut, row * nOut + count), row * count);
    this.weight.set(narrow, [nIn, count]);
    if (this.bias) this.bias.set(this.bias.data().slice(0, count), [count]);
  }

  /** Appends `extra` outputs; the existing ones keep their weights, the new ones start as a fresh layer would. */
  grow(extra: number, random: RandomStream): void {
    const { nIn, nOut } = this;
    const bounds = startBounds(this.initialisation, nIn, nOut + extra);
    const added = uniform(nIn * extra, bounds.weight, random);
    const old = this.weight.data();
    const wide = new Float32Array(nIn * (nOut + extra));
    for (let row = 0; row < nIn; row++) {
      wide.set(old.subarray(row * nOut, (row + 1) * nOut), row * (nOut + extra));
      wide.set(added.subarray(row * extra, (row + 1) * extra), row * (nOut + extra) + nOut);
    }
    this.weight.set(wide, [nIn, nOut + extra]);
    if (!this.bias) return;
    const bias = new Float32Array(nOut + extra);
    bias.set(this.bias.data());
    bias.set(uniform(extra, bounds.bias, random), nOut);
    this.bias.set(bias, [nOut + extra]);
  }
}
