import { elements, packed, Variable } from '../../backend';
import type { TensorState } from '../../backend';
import type { Parameter } from '../../autodiff';
import { checkNumber, problem, shown } from '../../utils/errors';
import { finiteFloats } from './savedNumbers';

/** An anchor as plain JSON. */
export interface AnchorState {
  shape: number[];
  importance: TensorState;
  centre: TensorState;
  constant: number;
}

/**
 * A sum of quadratic penalties Σ_k F_k·(θ − θ*_k)² on one parameter, kept as a single one: with F = Σ F_k and the mean
 * position a = Σ F_k·θ*_k / F it equals F·(θ − a)² + constant. So any number of tasks costs as much as one, in time and
 * memory, and the value never goes negative by rounding.
 */
export class Anchor {
  /** λ·F on the device, in the parameter's shape; what a training step reads. */
  readonly stiffness: Variable;
  /** a on the device, in the parameter's shape. */
  readonly position: Variable;
  /** F on the host. */
  importance: Float32Array;
  private centre: Float32Array;
  private constant = 0;
  private shape: number[];

  constructor(parameter: Parameter) {
    this.shape = parameter.shape;
    this.importance = new Float32Array(parameter.data().length);
    this.centre = new Float32Array(this.importance.length);
    this.stiffness = new Variable(`${parameter.name}/stiffness`, this.shape);
    this.position = new Variable(`${parameter.name}/anchor`, this.shape);
  }

  /** Adds a further penalty F·(θ − θ*)² to the sum. */
  add(diagonal: Float32Array, weights: Float32Array, lambda: number): void {
    const { importance: f, centre: a } = this;
    for (let i = 0; i < f.length; i++) {
      const total = f[i] + diagonal[i];
      if (total === 0) {
        a[i] = weights[i];
        continue;
      }
      const gap = weights[i] - a[i];
      this.constant += ((f[i] * diagonal[i]) / total) * gap * gap;
      a[i] += (diagonal[i] / total) * gap;
      f[i] = total;
    }
    this.upload(lambda);
  }

  /** Online EWC: F ← γ·F + F_new, with the newest weights as the only anchor. */
  replace(diagonal: Float32Array, weights: Float32Array, gamma: number, lambda: number): void {
    for (let i = 0; i < diagonal.length; i++) this.importance[i] = gamma * this.importance[i] + diagonal[i];
    this.centre = weights;
    this.constant = 0;
    this.upload(lambda);
  }

  /** Σ_k F_k·(θ − θ*_k)² at θ = `weights`. */
  distance(weights: ArrayLike<number>): number {
    let sum = this.constant;
    for (let i = 0; i < this.importance.length; i++) sum += this.importance[i] * (weights[i] - this.centre[i]) ** 2;
    return sum;
  }

  /** The largest entry of F. */
  largestImportance(): number {
    return this.importance.reduce((most, value) => Math.max(most, value), 0);
  }

  /** Follows a parameter that got more columns: the old entries stay, the new ones are not important. */
  padTo(parameter: Parameter, lambda: number): void {
    if (parameter.shape.join() === this.shape.join()) return;
    const weights = parameter.data() as Float32Array;
    this.importance = widen(this.importance, this.shape, parameter.shape, new Float32Array(weights.length));
    this.centre = widen(this.centre, this.shape, parameter.shape, weights);
    this.shape = parameter.shape;
    this.upload(lambda);
  }

  state(): AnchorState {
    const { shape, importance, centre, constant } = this;
    return { shape: [...shape], importance: packed(importance), centre: packed(centre), constant };
  }

  /**
   * Takes over what `state()` gave.
   *
   * @param subject whose state it is, for error messages
   * @throws when it is damaged or of a parameter of another shape; then nothing changes
   */
  restore(subject: string, { shape, importance, centre, constant }: AnchorState, lambda: number): void {
    if (String(shape) !== this.shape.join()) {
      const reason = `an anchor has the shape ${shown(shape)}, its parameter [${this.shape}]`;
      throw problem(subject, reason, 'restore the model first');
    }
    const numbers = [importance, centre].map((saved, i) =>
      finiteFloats(subject, i ? 'an anchor' : 'an importance', saved, elements(this.shape)),
    );
    if (numbers[0].some((value) => value < 0)) throw problem(subject, 'an importance is below 0', 'the saved state is damaged');
    checkNumber(subject, 'constant', constant, { min: 0 });
    [this.importance, this.centre] = numbers;
    this.constant = constant;
    this.upload(lambda);
  }

  dispose(): void {
    this.stiffness.dispose();
    this.position.dispose();
  }

  private upload(lambda: number): void {
    this.stiffness.set(
      this.importance.map((value) => lambda * value),
      this.shape,
    );
    this.position.set(this.centre, this.shape);
  }
}

/** Writes a [.., from] array into the first columns of `target` [.., to]. */
export function widen(old: Float32Array, from: number[], to: number[], target: Float32Array): Float32Array {
  const narrow = from[from.length - 1];
  const wide = to[to.length - 1];
  for (let row = 0; row * narrow < old.length; row++) target.set(old.subarray(row * narrow, (row + 1) * narrow), row * wide);
  return target;
}
