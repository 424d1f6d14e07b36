import type { Kernels, Value } from '../backend';
import type { RandomStream } from '../utils/random';
import { Linear } from './layers/linear';

/**
 * One column of a progressive neural network (Rusu et al. 2016, eq. 1): an MLP whose layers, from the second on and the
 * output layer included, also receive the previous layer's activations of every earlier column:
 * h_i = ReLU(h_{i−1}·W_i + b_i + Σ_{j<k} h_{i−1}^{(j)}·U_i^{(k:j)}).
 *
 * The laterals U_i of all earlier columns are kept in one matrix, so that their sum is one product.
 * Differs from the paper: no adapter layers; the laterals are linear, as in eq. 1.
 */
export class PNNColumn {
  /** The column's own layers, the output layer last. */
  readonly own: Linear[];
  /** `laterals[i]` feeds layer i+1; [earlier columns × width, out], without bias. Empty in the first column. */
  readonly laterals: Linear[];

  /**
   * @param id position of the column, from 0; it is the id of the task it answers for
   * @param sizes input size, hidden widths, number of classes
   * @param random where the initial weights are drawn from
   */
  constructor(
    readonly id: number,
    sizes: number[],
    random: RandomStream,
  ) {
    const name = (i: number) => (i === sizes.length - 2 ? 'head' : `hidden${i}`);
    this.own = sizes.slice(1).map((nOut, i) => new Linear(`column${id}/${name(i)}`, sizes[i], nOut, random));
    this.laterals =
      id === 0
        ? []
        : sizes
            .slice(2)
            .map(
              (nOut, i) =>
                new Linear(`column${id}/lateral${i + 1}`, id * sizes[i + 1], nOut, random, { bias: false, fanIn: sizes[i + 1] }),
            );
  }

  /** Classes the column distinguishes. */
  get nClasses(): number {
    return this.own[this.own.length - 1].nOut;
  }

  /** Own layers and laterals. */
  layers(): Linear[] {
    return [...this.own, ...this.laterals];
  }

  /** Whether the column's weights are frozen. */
  get frozen(): boolean {
    return this.own[0].weight.frozen;
  }

  /** Freezes all weights of the column; they stay byte for byte what they are. */
  freeze(): void {
    for (const layer of this.layers()) for (const parameter of layer.parameters()) parameter.frozen = true;
  }

  /**
   * @param earlier for each level (level 1 = first hidden layer) the earlier columns' activations side by side,
   *   [n, earlier columns × width]; empty for the first column
   * @returns `[x, h_1, …, logits]`
   */
  forward(k: Kernels, x: Value, earlier: Value[]): Value[] {
    const activations = [x];
    this.own.forEach((layer, i) => {
      // The laterals join before the bias: TensorFlow's graph optimiser stumbles over a sum behind a fused product and bias.
      const lateral = i > 0 && this.laterals.length ? this.laterals[i - 1].forward(k, earlier[i - 1]) : undefined;
      const sum = layer.forward(k, activations[i], lateral);
      activations.push(i < this.own.length - 1 ? k.relu(sum) : sum);
    });
    return activations;
  }
}
