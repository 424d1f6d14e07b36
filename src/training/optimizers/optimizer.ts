import type { Gradients, Parameter } from '../../autodiff';
import { elements, loadVariable, saveVariable, Variable } from '../../backend';
import type { Kernels, TensorState, Value } from '../../backend';
import { problem, shown } from '../../utils/errors';

/** What an optimiser remembers, as plain data: by parameter name, then by what it is (`velocity`, `mean`, …). */
export interface OptimizerState {
  /** `'sgd'` or `'adam'`. */
  readonly kind: string;
  /** Parameters that no step has changed yet have no entry. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, TensorState>>>>;
}

const DAMAGED = 'the saved state is damaged';

/** What an optimiser remembers of one parameter. */
export interface Memory {
  /** Undefined after `restore`, until the parameter is met. */
  parameter: Parameter | undefined;
  /** By name. */
  readonly variables: Map<string, Variable>;
}

/** Changes parameters along their gradients, and remembers something of each. */
export abstract class Optimizer {
  /** Short name, e.g. `sgd`. */
  abstract readonly kind: string;
  /** Names of the variables that have the shape of their parameter and start at 0. */
  protected abstract readonly shaped: readonly string[];
  /** Names of the variables that are single numbers; the optimiser makes them itself. */
  protected readonly single: readonly string[] = [];
  /** By parameter name. */
  protected readonly memories = new Map<string, Memory>();

  /** @param weightDecay L2 penalty in PyTorch's form: weightDecay·w is added to each gradient */
  constructor(protected readonly weightDecay: number) {}

  /**
   * One step in kernels, op by op or recorded; nothing is read back. A parameter that the optimiser meets for the first time starts
   * with zeros; one that has grown since keeps what it had, and its new entries start with zeros.
   *
   * @param rate the learning rate of this step, float32 [], in the place of the one in the options
   * @throws when a parameter is frozen
   */
  abstract step(k: Kernels, gradients: Gradients, rate?: Value): void;

  /**
   * The largest curvature c for which steps on the quadratic ½·c·θ² do not diverge, with the learning rate in the options.
   *
   * @returns undefined where no such limit is known (Adam scales its steps by the gradients it has seen)
   */
  abstract stabilityLimit(): number | undefined;

  /** In words, e.g. `SGD, learning rate 0.01, momentum 0.9`. */
  abstract describe(): string;

  /**
   * Forgets what it remembers of some entries of a parameter, in kernels: their next step is as their first. Adam's bias corrections,
   * which all entries share, stay.
   *
   * @param kept 1 for entries that are remembered, 0 for the others; of the parameter's shape, or repeated to it
   */
  forget(k: Kernels, { name }: Parameter, kept: Value): void {
    const variables = this.memories.get(name)?.variables;
    for (const own of variables ? this.shaped : []) {
      const variable = variables!.get(own)!;
      k.assign(variable, k.mul(k.read(variable), kept));
    }
  }

  /** Everything a restored optimiser needs to go on bit for bit. */
  state(): OptimizerState {
    const saved = ({ variables }: Memory) => Object.fromEntries([...variables].map(([name, v]) => [name, saveVariable(v)]));
    return { kind: this.kind, parameters: Object.fromEntries([...this.memories].map(([name, memory]) => [name, saved(memory)])) };
  }

  /**
   * Replaces what the optimiser remembers.
   *
   * @throws when the state is of another optimiser or damaged; then nothing changes
   */
  restore(state: OptimizerState): void {
    const subject = `${this.constructor.name}.restore`;
    const { kind, parameters } = (state ?? {}) as Partial<OptimizerState>;
    if (kind !== this.kind) {
      throw problem(
        subject,
        `the state is of ${shown(kind)}, this optimizer is '${this.kind}'`,
        'make the optimizer it was saved from',
      );
    }
    if (typeof parameters !== 'object' || parameters === null) {
      throw problem(subject, 'it lists no parameters', DAMAGED);
    }
    const restored = Object.entries(parameters).map(([name, tensors]): [string, Memory] => {
      return [name, { parameter: undefined, variables: this.variables(name, tensors ?? {}) }];
    });
    this.dispose();
    for (const [name, memory] of restored) this.memories.set(name, memory);
  }

  /** Forgets everything and frees the device memory; the next step starts afresh. */
  dispose(): void {
    for (const { variables } of this.memories.values()) for (const variable of variables.values()) variable.dispose();
    this.memories.clear();
  }

  /** What is remembered of a parameter that is about to change. */
  protected memory(parameter: Parameter): Memory {
    const { name, shape } = parameter;
    if (parameter.frozen) throw problem(name, 'it is frozen, but a training step wants to change it');
    let memory = this.memories.get(name);
    if (!memory) {
      const variables = this.shaped.map((own): [string, Variable] => [own, new Variable(`${name}/${own}`, [...shape])]);
      this.memories.set(name, (memory = { parameter, variables: new Map(variables) }));
    }
    memory.parameter ??= parameter;
    if (memory.parameter !== parameter) {
      throw problem(name, 'two parameters of this name are trained by one optimizer', 'give each layer a name of its own');
    }
    for (const own of this.shaped) grow(memory.variables.get(own)!, shape);
    return memory;
  }

  private variables(parameter: string, tensors: Readonly<Record<string, TensorState>>): Map<string, Variable> {
    const names = [...this.shaped, ...this.single];
    if (Object.keys(tensors).sort().join() !== [...names].sort().join()) {
      const found = Object.keys(tensors).join(', ') || 'nothing';
      throw problem(`${this.constructor.name}.restore`, `${parameter} has ${found} instead of ${names.join(', ')}`, DAMAGED);
    }
    return new Map(
      names.map((name) => {
        const variable = new Variable(`${parameter}/${name}`, []);
        loadVariable(variable, tensors[name]);
        if (this.single.includes(name) && variable.shape.length) {
          throw problem(variable.name, `it must be a single number, got the shape [${variable.shape}]`, DAMAGED);
        }
        return [name, variable];
      }),
    );
  }

  /** The gradient with the weight decay's part. */
  protected decayed(k: Kernels, parameter: Parameter, gradient: Value): Value {
    return this.weightDecay > 0 ? k.add(gradient, k.scale(k.read(parameter), this.weightDecay)) : gradient;
  }
}

/** Gives a variable a larger shape: its numbers stay at the beginning of each axis, the new ones are 0. */
function grow(variable: Variable, shape: readonly number[]): void {
  const old = variable.shape;
  if (old.join() === shape.join()) return;
  if (old.length !== shape.length || old.some((n, axis) => n > shape[axis])) {
    throw problem(variable.name, `it is [${old}], which does not fit a parameter [${shape}]`, 'use a new optimizer');
  }
  const numbers = new Float32Array(elements(shape));
  variable.data().forEach((value, at) => {
    let place = 0;
    for (let axis = 0, rest = at, block = elements(old); axis < old.length; axis++) {
      block /= old[axis];
      place = place * shape[axis] + Math.floor(rest / block);
      rest %= block;
    }
    numbers[place] = value;
  });
  variable.set(numbers, [...shape]);
}
