import type { Parameter } from '../../autodiff';
import { elements, saveVariable, Variable } from '../../backend';
import type { TensorState } from '../../backend';
import { isPlainObject, problem, shown } from '../../utils/errors';
import { widen } from './anchor';
import { finiteFloats } from './savedNumbers';

/** Numbers by the names of the parameters they belong to; null where there are none yet. */
export type PerParameterState = Readonly<Record<string, TensorState>> | null;

/** A number for each weight of a model (path integrals, first weights, masks), on the device; follows parameters that grow. */
export class PerParameter {
  private readonly kept = new Map<Parameter, Variable>();

  /** @param what what the numbers are, for names and error messages, e.g. `ω` */
  constructor(private readonly what: string) {}

  /** The numbers of a parameter, in its shape. */
  of(parameter: Parameter): Variable {
    const variable = this.kept.get(parameter);
    if (variable) return variable;
    throw problem(parameter.name, `there is no ${this.what} of it`, 'begin the task anew');
  }

  /** Whether there are numbers of a parameter. */
  has(parameter: Parameter): boolean {
    return this.kept.has(parameter);
  }

  /** The numbers of a parameter on the host (a copy). */
  data(parameter: Parameter): Float32Array {
    return this.of(parameter).data() as Float32Array;
  }

  /** Gives a parameter these numbers. */
  set(parameter: Parameter, numbers: Float32Array): void {
    const variable = this.kept.get(parameter) ?? new Variable(`${parameter.name}/${this.what}`, [0]);
    variable.set(numbers, parameter.shape);
    this.kept.set(parameter, variable);
  }

  /**
   * Gives numbers to parameters that have none yet, and to the new entries of those that grew.
   *
   * @param first the numbers of new entries, in the parameter's present shape
   */
  fit(parameters: readonly Parameter[], first: (parameter: Parameter) => Float32Array): void {
    for (const parameter of parameters) {
      const variable = this.kept.get(parameter);
      if (variable?.shape.join() === parameter.shape.join()) continue;
      const fresh = first(parameter);
      const wide = variable && widen(variable.data() as Float32Array, variable.shape, parameter.shape, fresh);
      this.set(parameter, wide ?? fresh);
    }
  }

  state(): PerParameterState {
    if (this.kept.size === 0) return null;
    return Object.fromEntries([...this.kept].map(([{ name }, variable]) => [name, saveVariable(variable)]));
  }

  /**
   * What `restore` will do with what `state()` gave, checked: call it when all else is right, too.
   *
   * @throws when it is damaged or of another model
   */
  restored(subject: string, wanted: readonly Parameter[], saved: PerParameterState): () => void {
    if (saved !== null && !isPlainObject(saved)) {
      throw problem(subject, `${this.what} is ${shown(saved)}`, 'the saved state is damaged');
    }
    const parameters = saved ? wanted : [];
    const unknown = Object.keys(saved ?? {}).find((name) => !parameters.some((parameter) => parameter.name === name));
    if (unknown) throw problem(subject, `this model has no ${unknown}`, 'the saved state is of another model');
    const numbers = parameters.map(({ name, shape }) => {
      const what = `${this.what} of ${name}`;
      if (!saved![name]) throw problem(subject, `there is no ${what}`, 'the saved state is damaged');
      if (String(saved![name].shape) !== shape.join()) {
        throw problem(subject, `${what} has the shape ${shown(saved![name].shape)}`, 'the saved state is of another model');
      }
      return finiteFloats(subject, what, saved![name], elements(shape));
    });
    return () => {
      this.dispose();
      parameters.forEach((parameter, i) => this.set(parameter, numbers[i]));
    };
  }

  dispose(): void {
    for (const variable of this.kept.values()) variable.dispose();
    this.kept.clear();
  }
}
