import type { Gradients, Parameter } from '../../src/autodiff';
import { loadVariable, saveVariable, Variable, type TensorState } from '../../src/backend';
import { Anchor, type AnchorState } from '../../src/methods/parts/anchor';
import type { Model } from '../../src/models';
import { CLTrainer, type MethodNeeds, type StepGradients, type TrainerOptions } from '../../src/training';
import { checkNumber } from '../../src/utils/errors';

const DEFAULTS = { c: 1, xi: 0.01 };
type Saved = Record<string, { anchor: AnchorState; omega: TensorState }>;

/**
 * Synaptic intelligence (Zenke, Poole & Ganguli 2017, eqs. 3–5): adds c·Σ Ω·(θ − θ*)² to the loss, where Ω sums over the tasks
 * ω / (Δ² + ξ): how much a weight lowered the loss on its way (ω = −Σ g·Δθ, g without the penalty), by how far it went (Δ).
 * Differs: a weight that raised the loss on the whole counts as 0.
 */
export class SynapticIntelligence extends CLTrainer<typeof DEFAULTS> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = { taskBoundaries: true, memory: 'importances and anchors' };
  override readonly method = 'si';
  /** By parameter: Ω with θ*, ω since the task began, and the weights after the last step. */
  private readonly kept = new Map<Parameter, { anchor: Anchor; omega: Variable; last: Variable }>();

  /** @param options `{c: 1, xi: 0.01, lr, momentum, epochs, seed}`: strength of the penalty, damping ξ */
  constructor(model: Model, options: Partial<TrainerOptions & typeof DEFAULTS> = {}) {
    super(model, options, DEFAULTS);
    checkNumber('SynapticIntelligence', 'c', this.options.c, { min: 0 });
    checkNumber('SynapticIntelligence', 'xi', this.options.xi, { min: 1e-12 });
  }

  protected override beginTask(): void {
    for (const parameter of this.model.parameters()) {
      const [weights, lambda] = [parameter.data() as Float32Array, 2 * this.options.c];
      const known = this.kept.get(parameter);
      const { anchor, omega, last } = known ?? { anchor: new Anchor(parameter), omega: new Variable('ω', [0]), last: new Variable('θ', [0]) };
      if (known) anchor.padTo(parameter, lambda);
      else anchor.replace(new Float32Array(weights.length), weights, 1, lambda);
      omega.set(new Float32Array(weights.length), parameter.shape);
      last.set(weights, parameter.shape);
      this.kept.set(parameter, { anchor, omega, last });
    }
  } // prettier-ignore

  protected override adjustGradients(gradients: Gradients): Gradients {
    const { k } = this;
    for (const [parameter, gradient] of gradients) {
      const { stiffness, position } = this.kept.get(parameter)!.anchor;
      gradients.set(parameter, k.add(gradient, k.mul(k.read(stiffness), k.sub(k.read(parameter), k.read(position)))));
    }
    return gradients;
  }

  protected override afterStep({ raw }: StepGradients): void {
    const { k } = this;
    for (const [parameter, gradient] of raw) {
      const { omega, last } = this.kept.get(parameter)!;
      const now = k.read(parameter);
      k.assign(omega, k.sub(k.read(omega), k.mul(gradient, k.sub(now, k.read(last)))));
      k.assign(last, now);
    }
  }

  protected override endTask(): void {
    for (const { anchor, omega, last } of this.kept.values()) {
      const [gain, start, end] = [omega, anchor.position, last].map((variable) => variable.data() as Float32Array);
      const added = gain.map((value, i) => Math.max(0, value) / ((end[i] - start[i]) ** 2 + this.options.xi));
      anchor.replace(added, end, 1, 2 * this.options.c);
    }
  }

  protected override memoryState(): Saved {
    const saved = ([{ name }, { anchor, omega }]: [Parameter, { anchor: Anchor; omega: Variable }]) => [name, { anchor: anchor.state(), omega: saveVariable(omega) }];
    return Object.fromEntries([...this.kept].map(saved)) as Saved;
  } // prettier-ignore

  protected override restoreMemory(state: Saved): void {
    this.beginTask();
    for (const [{ name }, { anchor, omega }] of this.kept) {
      if (!(name in state)) continue; // saved before the first task
      anchor.restore(state[name].anchor, 2 * this.options.c);
      loadVariable(omega, state[name].omega);
    }
  }

  override dispose(): void {
    super.dispose();
    for (const one of this.kept.values()) Object.values(one).forEach((part) => part.dispose());
  }
}
