import type { Parameter } from '../../autodiff';
import { elements, saveVariable, Variable } from '../../backend';
import type { Kernels, TensorState, Value } from '../../backend';
import type { Layer } from '../../models';
import { problem, shown } from '../../utils/errors';
import type { RandomStream } from '../../utils/random';
import { finiteFloats } from './savedNumbers';
import { Turnover } from './turnover';
import type { TurnoverOptions, TurnoverState } from './turnover';

/** The units of a layer as plain JSON. */
export interface HiddenUnitsState {
  /** The layer's name. */
  readonly layer: string;
  /** Running average of each unit's utility, [units]. */
  readonly utility: TensorState;
  /** Running average of each unit's activation, [units]. */
  readonly activation: TensorState;
  /** Ages and what is due. */
  readonly turnover: TurnoverState;
}

/** The units of one hidden layer (of a convolution its channels): how useful each is, and how the useless ones are made anew. */
export class HiddenUnits {
  /** Number of units. */
  readonly count: number;
  /** Which are replaced, and when. */
  readonly turnover: Turnover;
  /** u ← η·u + (1 − η)·h·Σ|w_out|; [count]. */
  readonly utility: Variable;
  /** Running average of h; [count]. */
  private readonly activation: Variable;

  constructor(
    readonly layer: Layer,
    private readonly options: TurnoverOptions,
  ) {
    this.count = layer.parameters()[0].shape.at(-1)!;
    this.turnover = new Turnover(this.count, options);
    this.utility = new Variable(`${layer.name}/utility`, [this.count]);
    this.activation = new Variable(`${layer.name}/activation`, [this.count]);
  }

  /**
   * Takes a step into the running averages.
   *
   * @param h what came out of the layer's ReLU, [n, count] or [n, height, width, count]
   * @param next the layers that take it in
   */
  measure(k: Kernels, h: Value, next: readonly Layer[]): void {
    const mean = k.scale(k.columnSums(h), this.count / elements(h.shape)); // [count]
    const outgoing = next.map((layer) => this.outgoing(k, layer)).reduce((a, b) => k.add(a, b)); // [count]
    this.average(k, this.utility, k.mul(mean, outgoing));
    this.average(k, this.activation, mean);
  }

  /**
   * Makes the units anew that are due: fresh incoming weights, uniform in ±1/√in, bias 0, outgoing weights 0. What they contributed on
   * average goes into the next layers' biases.
   *
   * @param forget lets the optimiser forget the entries of a parameter where `kept` is 0
   */
  renew(k: Kernels, next: readonly Layer[], random: RandomStream, forget: (parameter: Parameter, kept: Value) => void): void {
    const { count, turnover } = this;
    const chosen = k.hostCall([k.read(this.utility)], [2, count], (utility) => {
      const corrections = turnover.replace(utility);
      return Float32Array.from([...corrections.map((value) => Number(value === 0)), ...corrections]);
    });
    const kept = k.reshape(k.slice(chosen, 0, 0, 1), [count]); // 1 for units that stay, 0 for those made anew
    const contribution = k.mul(k.slice(chosen, 0, 1, 1), k.read(this.activation)); // [1, count], 0 for units that stay
    for (const layer of next) this.detach(k, layer, kept, contribution, forget);
    const weight = this.layer.parameters()[0];
    const fresh = k.hostCall([kept], weight.shape, (stays) => freshWeights(weight.shape, stays, random));
    for (const parameter of this.layer.parameters()) {
      const left = k.mul(k.read(parameter), kept);
      k.assign(parameter, parameter === weight ? k.add(left, fresh) : left);
      forget(parameter, kept);
    }
    for (const average of [this.utility, this.activation]) k.assign(average, k.mul(k.read(average), kept));
  }

  state(): HiddenUnitsState {
    const { layer, utility, activation, turnover } = this;
    return {
      layer: layer.name,
      utility: saveVariable(utility),
      activation: saveVariable(activation),
      turnover: turnover.state(),
    };
  }

  /**
   * What `restore` will do with what `state()` gave, checked: call it when all else is right, too.
   *
   * @throws when it is damaged or of another layer
   */
  restored(subject: string, saved: HiddenUnitsState): () => void {
    const { name } = this.layer;
    if (saved.layer !== name) throw problem(subject, `it has ${shown(saved.layer)} in the place of ${name}`, DAMAGED);
    const [utility, activation] = (['utility', 'activation'] as const).map((what) => {
      const numbers = finiteFloats(subject, `${what} of ${name}`, saved[what], this.count);
      if (numbers.some((value) => value < 0)) throw problem(subject, `a number in ${what} of ${name} is below 0`, DAMAGED);
      return numbers;
    });
    const take = this.turnover.restored(subject, saved.turnover);
    return () => {
      this.utility.set(utility);
      this.activation.set(activation);
      take();
    };
  }

  dispose(): void {
    this.utility.dispose();
    this.activation.dispose();
  }

  /** average ← η·average + (1 − η)·now. */
  private average(k: Kernels, average: Variable, now: Value): void {
    const { decay } = this.options;
    k.assign(average, k.add(k.scale(k.read(average), decay), k.scale(now, 1 - decay)));
  }

  /** Σ|w| over the weights that lead from each unit to a layer; [count]. */
  private outgoing(k: Kernels, next: Layer): Value {
    const weight = k.read(next.parameters()[0]);
    const [places, outputs] = this.placesIn(weight.shape);
    const sizes = k.rowSums(k.reshape(k.sqrt(k.mul(weight, weight)), [places * this.count, outputs])); // [places·count, 1]
    return k.columnSums(k.reshape(sizes, [places, this.count]));
  }

  /** Sets the weights from units that do not stay to 0, and adds their contribution to the bias. */
  private detach(
    k: Kernels,
    next: Layer,
    kept: Value,
    contribution: Value,
    forget: (parameter: Parameter, kept: Value) => void,
  ): void {
    const { count } = this;
    const [weight, bias] = next.parameters();
    const [places, outputs] = this.placesIn(weight.shape);
    const content = k.read(weight);
    if (bias) {
      const all = k.reshape(k.columnSums(k.reshape(content, [places, count * outputs])), [count, outputs]);
      k.assign(bias, k.add(k.read(bias), k.reshape(k.matMul(contribution, all), [outputs])));
    }
    const column = k.reshape(kept, [count, 1]);
    // A filter repeats it by itself; the rows of a linear layer are the units of one place after those of another.
    const rows = weight.shape.length > 2 || places === 1 ? column : k.concat(new Array<Value>(places).fill(column), 0);
    k.assign(weight, k.mul(content, rows));
    forget(weight, rows);
  }

  /** How often each unit comes in a layer that takes it in (pixels of a filter, or of an image that became a row), and its outputs. */
  private placesIn(shape: readonly number[]): [places: number, outputs: number] {
    const outputs = shape.at(-1)!;
    return [elements(shape) / (this.count * outputs), outputs];
  }
}

const DAMAGED = 'the saved state is damaged';

/** Incoming weights [..., units] for the units that do not stay, uniform in ±1/√in; 0 for the others. */
function freshWeights(shape: readonly number[], stays: ArrayLike<number>, random: RandomStream): Float32Array {
  const weights = new Float32Array(elements(shape));
  const count = stays.length;
  const bound = 1 / Math.sqrt(weights.length / count);
  for (let unit = 0; unit < count; unit++) {
    if (stays[unit]) continue;
    for (let i = unit; i < weights.length; i += count) weights[i] = (2 * random.uniform() - 1) * bound;
  }
  return weights;
}
