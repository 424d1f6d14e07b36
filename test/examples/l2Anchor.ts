import {
  CLTrainer,
  loadVariable,
  saveVariable,
  Variable,
  type Gradients,
  type MethodNeeds,
  type Model,
  type TensorState,
} from '../../src';

const DEFAULTS = { lambda: 1 };
type Saved = Record<string, TensorState>;

/** A method of one's own: weights are held near those after the last task, all of them alike; adds ½·λ·Σ (θ − θ*)² to the loss. */
export class L2Anchor extends CLTrainer<typeof DEFAULTS> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = { taskBoundaries: true, memory: 'weights of the last task' };
  override readonly method = 'l2-anchor';
  /** θ* by the parameters' names. */
  private readonly anchors = new Map<string, Variable>();

  constructor(model: Model, options: Partial<CLTrainer['options'] & typeof DEFAULTS> = {}) {
    super(model, options, DEFAULTS);
  }

  protected override adjustGradients(gradients: Gradients): Gradients {
    const { k } = this;
    for (const [parameter, gradient] of gradients) {
      const anchor = this.anchors.get(parameter.name);
      if (!anchor) continue;
      const gap = k.sub(k.read(parameter), k.read(anchor));
      gradients.set(parameter, k.add(gradient, k.scale(gap, this.options.lambda)));
    }
    return gradients;
  }

  protected override endTask(): void {
    for (const parameter of this.model.parameters()) {
      const anchor = this.anchors.get(parameter.name) ?? new Variable(`${parameter.name}/anchor`, [0]);
      anchor.set(parameter.data(), parameter.shape);
      this.anchors.set(parameter.name, anchor);
    }
  }

  protected override memoryState(): Saved {
    return Object.fromEntries([...this.anchors].map(([name, anchor]) => [name, saveVariable(anchor)]));
  }

  protected override restoreMemory(state: Saved): void {
    this.anchors.clear();
    for (const [name, saved] of Object.entries(state)) {
      this.anchors.set(name, new Variable(`${name}/anchor`, [0]));
      loadVariable(this.anchors.get(name)!, saved);
    }
  }

  override dispose(): void {
    super.dispose();
    for (const anchor of this.anchors.values()) anchor.dispose();
    this.anchors.clear();
  }
}
