import type { Kernels, Value } from '../backend';
import { added, ColumnSum, Product } from './flow';
import type { Flow } from './flow';
import type { Gradients, Parameter } from './parameter';

/** A gradient that is a sum over the rows of a batch, one term a sample. */
type Factor = Product | ColumnSum;

/**
 * The gradients of a step in factored form. For a loss that is a sum over the rows of a batch, what the exact Fisher
 * information and GEM need of every single row comes from the factors, without a pass for each row:
 * a linear layer's gradient is Σ_n x_n·δ_nᵀ with its inputs x_n and the gradients δ_n of its outputs.
 */
export class Factors {
  /** @param flows for each parameter the gradients from each place where it is used */
  constructor(
    private readonly k: Kernels,
    private readonly flows: ReadonlyMap<Parameter, readonly Flow[]>,
  ) {}

  /** The parameters that the loss depends on. */
  get parameters(): Parameter[] {
    return [...this.flows.keys()];
  }

  /** Parameters whose gradients do not come as factors; where there are any, `squares`, `dots` and `blocks` cannot be asked. */
  get unfactored(): Parameter[] {
    return this.parameters.filter((parameter) => !this.flows.get(parameter)!.every(isFactor));
  }

  /** The gradients, multiplied out; added up where a parameter is used in several places. */
  gradients(): Gradients {
    return new Map([...this.flows].map(([parameter, flows]) => [parameter, added(this.k, flows).value(this.k)]));
  }

  /**
   * Σ_n w_n·(∂ℓ_n/∂θ)²: squared for each row, then summed. Σ_n w_n·(x_n δ_nᵀ)² = (X∘X)ᵀ(Δ∘Δ∘w).
   *
   * @param weights w, a weight for each row, [n, 1]; 1 when left out
   * @returns for each parameter, in its shape
   */
  squares(weights?: Value): Map<Parameter, Value> {
    const { k } = this;
    const weighted = memo((a: Value, b: Value) => {
      const product = k.mul(a, b);
      return weights ? k.mul(product, weights) : product;
    });
    return this.mapFactors((factors) =>
      pairs(factors)
        .map(([one, other, times]) => {
          const deltas = weighted(one.delta, other.delta);
          const square =
            one instanceof Product && other instanceof Product
              ? k.matMul(k.mul(one.input, other.input), deltas, true)
              : k.columnSums(deltas);
          return times === 1 ? square : k.scale(square, times);
        })
        .reduce((sum, value) => k.add(sum, value)),
    );
  }

  /**
   * ⟨∂ℓ_n, g⟩ for each row n, with the whole gradient g of another loss, over the parameters of both. Without forming either:
   * ⟨x δᵀ, X'ᵀΔ'⟩ = Σ_m (x·x'_m)(δ·δ'_m).
   *
   * @param other the factors of g
   * @returns [n, 1]; undefined when they have no parameter in common
   */
  dots(other: Factors): Value | undefined {
    const { k } = this;
    const groups = new Map<Value, { deltas: Value; products: Value[] }>();
    const deltasOf = memo((a: Value, b: Value) => k.matMul(a, b, false, true)); // [n, m]
    const inputsOf = memo((a: Value, b: Value) => k.matMul(a, b, false, true));
    for (const parameter of this.parameters) {
      for (const mine of this.factorsOf(parameter)) {
        for (const theirs of other.factorsOf(parameter)) {
          const deltas = deltasOf(mine.delta, theirs.delta);
          const group = groups.get(deltas) ?? { deltas, products: [] };
          groups.set(deltas, group);
          const isWeight = mine instanceof Product && theirs instanceof Product;
          group.products.push(isWeight ? k.mul(inputsOf(mine.input, theirs.input), deltas) : deltas);
        }
      }
    }
    const rows = [...groups.values()].map(({ products }) => k.rowSums(products.reduce((sum, value) => k.add(sum, value))));
    return rows.length ? rows.reduce((sum, value) => k.add(sum, value)) : undefined;
  }

  /**
   * The gradients of `count` equal blocks of rows, each as one row of a matrix.
   *
   * @param membership 1 where a row belongs to a block, else 0; [count, n]
   * @returns for each parameter [count, entries of the parameter]
   */
  blocks(count: number, membership: Value): Map<Parameter, Value> {
    const { k } = this;
    return this.mapFactors((factors) =>
      factors
        .map((factor) =>
          factor instanceof Product ? k.blockProducts(factor.input, factor.delta, count) : k.matMul(membership, factor.delta),
        )
        .reduce((sum, value) => k.add(sum, value)),
    );
  }

  private mapFactors(change: (factors: Factor[]) => Value): Map<Parameter, Value> {
    return new Map(this.parameters.map((parameter) => [parameter, change(this.factorsOf(parameter))]));
  }

  private factorsOf(parameter: Parameter): Factor[] {
    return (this.flows.get(parameter) ?? []).filter(isFactor);
  }
}

function isFactor(flow: Flow): flow is Factor {
  return flow instanceof Product || flow instanceof ColumnSum;
}

/** Every pair of factors once, with how often it comes in the square of their sum. */
function pairs(factors: Factor[]): [Factor, Factor, number][] {
  return factors.flatMap((one, i) => factors.slice(i).map((other, j): [Factor, Factor, number] => [one, other, j === 0 ? 1 : 2]));
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
