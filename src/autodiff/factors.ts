import type { Kernels, Value } from '../backend';
import { problem } from '../utils/errors';
import { added } from './flow';
import type { Flow } from './flow';
import { ColumnSum, Factor, Product } from './layerFactors';
import type { Gradients, Parameter } from './parameter';

/**
 * The gradients of a step in factored form. For a loss that is a sum over the rows of a batch, what the exact Fisher
 * information and GEM need of every single row comes from the factors, without a pass for each row:
 * a linear layer's gradient is Σ_n x_n·δ_nᵀ with its inputs x_n and the gradients δ_n of its outputs.
 */
export class Factors {
  /** Samples of the batch, once a question about single rows was asked. */
  private rows: number | undefined;

  /** @param flows for each parameter the gradients from each place where it is used */
  constructor(
    private readonly k: Kernels,
    private readonly flows: ReadonlyMap<Parameter, readonly Flow[]>,
  ) {}

  /** The parameters that the loss depends on. */
  get parameters(): Parameter[] {
    return [...this.flows.keys()];
  }

  /**
   * Parameters whose gradients do not come as factors of one term a sample: used elementwise, in a product with other weights, or
   * on rows that are no samples. Where there are any, `squares`, `absolutes`, `dots` and `blocks` refuse.
   */
  get unfactored(): Parameter[] {
    return this.parameters.filter((parameter) => !this.flows.get(parameter)!.every(isOfSamples));
  }

  /** The gradients, multiplied out; added up where a parameter is used in several places. */
  gradients(): Gradients {
    return new Map([...this.flows].map(([parameter, flows]) => [parameter, added(this.k, flows).value(this.k)]));
  }

  /**
   * Σ_n w_n·(∂ℓ_n/∂θ)²: squared for each row, then summed. For a linear layer Σ_n w_n·(x_n δ_nᵀ)² = (X∘X)ᵀ(Δ∘Δ∘w).
   *
   * @param weights w, a weight for each row, [n, 1]; 1 when left out
   * @returns for each parameter, in its shape
   * @throws where a parameter is `unfactored`
   */
  squares(weights?: Value): Map<Parameter, Value> {
    const { k } = this;
    const weighted = memo((delta: Value) => {
      const squared = k.mul(delta, delta);
      return weights ? k.mul(squared, weights) : squared;
    });
    return this.mapFactors((factors, parameter) => {
      const [only] = factors;
      if (factors.length === 1 && only instanceof Product) {
        return k.matMul(k.mul(only.input, only.input), weighted(only.delta, only.delta), true);
      }
      if (factors.length === 1 && only instanceof ColumnSum && only.delta.shape.length === 2) {
        return k.columnSums(weighted(only.delta, only.delta));
      }
      const rows = factors.map((factor) => factor.perRow(k)).reduce((sum, value) => k.add(sum, value)); // [n, entries]
      return k.reshape(k.columnSums(weighted(rows, rows)), parameter.shape);
    });
  }

  /**
   * Σ_n |∂ℓ_n/∂θ|: absolute for each row, then summed. For a linear layer |X|ᵀ|Δ|.
   *
   * @returns for each parameter, in its shape
   * @throws where a parameter is `unfactored`
   */
  absolutes(): Map<Parameter, Value> {
    const { k } = this;
    const absolute = (x: Value) => k.add(k.relu(x), k.relu(k.scale(x, -1)));
    return this.mapFactors((factors, parameter) => {
      const [only] = factors;
      if (factors.length === 1 && only instanceof Product) return k.matMul(absolute(only.input), absolute(only.delta), true);
      const rows = factors.map((factor) => factor.perRow(k)).reduce((sum, value) => k.add(sum, value)); // [n, entries]
      return k.reshape(k.columnSums(absolute(rows)), parameter.shape);
    });
  }

  /**
   * ⟨∂ℓ_n, g⟩ for each row n, with the whole gradient g of another loss, over the parameters of both. For linear layers without
   * forming either: ⟨x δᵀ, X'ᵀΔ'⟩ = Σ_m (x·x'_m)(δ·δ'_m).
   *
   * @param other the factors of g, which may hold unfactored parameters
   * @returns [n, 1]; undefined when they have no parameter in common
   * @throws where a parameter of both is `unfactored` here
   */
  dots(other: Factors): Value | undefined {
    const { k } = this;
    const groups = new Map<Value, Value[]>();
    const deltasOf = memo((a, b) => k.matMul(a, b, false, true)); // [n, m]
    const inputsOf = memo((a, b) => k.matMul(a, b, false, true)); // [n, m]
    const rows: Value[] = [];
    for (const parameter of this.parameters) {
      const theirs = other.flows.get(parameter);
      if (!theirs) continue;
      for (const mine of this.factorsOf(parameter)) {
        if (!isFlat(mine) || !theirs.every(isFlat)) {
          rows.push(mine.dotsWith(k, added(k, theirs).value(k)));
          continue;
        }
        for (const their of theirs) {
          const deltas = deltasOf(mine.delta, their.delta);
          const bothWeights = mine instanceof Product && their instanceof Product;
          push(groups, deltas, bothWeights ? k.mul(inputsOf(mine.input, their.input), deltas) : deltas);
        }
      }
    }
    for (const products of groups.values()) rows.push(k.rowSums(products.reduce((sum, value) => k.add(sum, value))));
    return rows.length ? rows.reduce((sum, value) => k.add(sum, value)) : undefined;
  }

  /**
   * The gradients of `count` equal blocks of rows, each as one row of a matrix.
   *
   * @param membership 1 where a row belongs to a block, else 0; [count, n]
   * @returns for each parameter [count, entries of the parameter]
   * @throws where a parameter is `unfactored`
   */
  blocks(count: number, membership: Value): Map<Parameter, Value> {
    const { k } = this;
    return this.mapFactors((factors) =>
      factors.map((factor) => factor.blocks(k, count, membership)).reduce((sum, value) => k.add(sum, value)),
    );
  }

  private mapFactors(change: (factors: readonly Factor[], parameter: Parameter) => Value): Map<Parameter, Value> {
    return new Map(this.parameters.map((parameter) => [parameter, change(this.factorsOf(parameter), parameter)]));
  }

  private factorsOf(parameter: Parameter): readonly Factor[] {
    const flows = this.flows.get(parameter)!;
    if (!flows.every(isOfSamples)) {
      throw problem(
        'Factors',
        `the gradient of ${parameter.name} does not come in one term a sample`,
        'look at unfactored first, and make a pass for each sample',
      );
    }
    for (const { rows } of flows) {
      this.rows ??= rows;
      if (rows === this.rows) continue;
      throw problem('Factors', `the loss sums over batches of ${this.rows} and of ${rows} samples`, 'ask for each batch alone');
    }
    return flows;
  }
}

function isOfSamples(flow: Flow): flow is Factor {
  return flow instanceof Factor && flow.ofSamples;
}

/** Whether a gradient's rows have no positions of an image, so that products of rows are dot products. */
function isFlat(flow: Flow): flow is Factor {
  return flow instanceof Factor && flow.delta.shape.length === 2;
}

function push(map: Map<Value, Value[]>, key: Value, value: Value): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** A function of two values that is computed once for the same two. */
function memo(compute: (a: Value, b: Value) => Value): (a: Value, b: Value) => Value {
  const known = new Map<Value, Map<Value, Value>>();
  return (a, b) => {
    const row = known.get(a) ?? new Map<Value, Value>();
    known.set(a, row);
    const value = row.get(b) ?? compute(a, b);
    row.set(b, value);
    return value;
  };
}
