import { Variable } from '../../backend';
import type { Kernels } from '../../backend';
import type { Gradients, Parameter } from '../../autodiff';
import { packArray, unpackFloats } from '../../utils/arrays';
import type { PackedArray } from '../../utils/arrays';

export type OptimizerName = 'sgd' | 'adam';

export type OptimizerState = { slots: Record<string, PackedArray> };

export interface Optimizer {
  step(k: Kernels, gradients: Gradients): void;
  stabilityLimit(): number | undefined;
  describe(): string;
  state(): OptimizerState;
  restore(state: OptimizerState, parameters: readonly Parameter[]): void;
  dispose(): void;
}

export function newOptimizer(options: { lr: number; momentum: number }): Optimizer {
  return new SGD(options);
}

export class SGD implements Optimizer {
  private readonly velocities = new Map<Parameter, Variable>();
  constructor(private readonly options: { lr: number; momentum: number }) {}
  step(k: Kernels, gradients: Gradients): void {
    for (const [parameter, gradient] of gradients) {
      let velocity = this.velocities.get(parameter);
      if (!velocity) this.velocities.set(parameter, (velocity = new Variable(`${parameter.name}/velocity`, parameter.shape)));
      k.momentumStep(parameter, velocity, gradient, this.options.lr, this.options.momentum);
    }
  }
  stabilityLimit(): number | undefined {
    return (2 * (1 + this.options.momentum)) / this.options.lr;
  }
  describe(): string {
    return `momentum SGD`;
  }
  state(): OptimizerState {
    return { slots: Object.fromEntries([...this.velocities].map(([p, v]) => [p.name, packArray(v.data())])) };
  }
  restore(state: OptimizerState, parameters: readonly Parameter[]): void {
    this.dispose();
    for (const p of parameters) {
      const saved = state.slots[p.name];
      if (saved) this.velocities.set(p, new Variable(`${p.name}/velocity`, p.shape, unpackFloats('SGD', saved)));
    }
  }
  dispose(): void {
    for (const velocity of this.velocities.values()) velocity.dispose();
    this.velocities.clear();
  }
}
