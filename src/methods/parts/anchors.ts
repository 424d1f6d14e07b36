import type { Gradients, Parameter } from '../../autodiff';
import type { Kernels } from '../../backend';
import type { Model } from '../../models';
import type { Optimizer } from '../../training';
import { checkList, problem, shown } from '../../utils/errors';
import { Anchor } from './anchor';
import type { AnchorState } from './anchor';

/** The anchors of a model as plain JSON. */
export type AnchorsState = readonly ({ parameter: string } & AnchorState)[];

/**
 * The quadratic penalty ½·λ·Σ F·(θ − θ*)² of a model's parameters, an `Anchor` each; what EWC, synaptic intelligence and MAS hold
 * weights back with. They differ in the importances F.
 */
export class Anchors {
  private readonly byParameter = new Map<Parameter, Anchor>();

  /**
   * @param subject the trainer's name, for error messages
   * @param lambda λ
   */
  constructor(
    private readonly subject: string,
    private readonly model: Model,
    private readonly lambda: number,
  ) {}

  /** The importances F of a parameter; undefined where it has no anchor yet. */
  importance(parameter: Parameter): Float32Array | undefined {
    return this.byParameter.get(parameter)?.importance.slice();
  }

  /** The anchor θ* of a parameter; undefined where it has none yet. */
  position(parameter: Parameter): Float32Array | undefined {
    return this.byParameter.get(parameter)?.position.data() as Float32Array | undefined;
  }

  /** Adds further penalties F·(θ − θ*)² at the present weights θ*. */
  add(importances: ReadonlyMap<Parameter, Float32Array>): void {
    this.fit();
    for (const [parameter, importance] of importances) {
      this.anchorOf(parameter).add(importance, parameter.data() as Float32Array, this.lambda);
    }
  }

  /** F ← γ·F + F_new, with the present weights as the only anchor. */
  replace(importances: ReadonlyMap<Parameter, Float32Array>, gamma: number): void {
    this.fit();
    for (const [parameter, importance] of importances) {
      this.anchorOf(parameter).replace(importance, parameter.data() as Float32Array, gamma, this.lambda);
    }
  }

  /** Follows parameters that grew: their new entries are not important. */
  fit(): void {
    for (const [parameter, anchor] of this.byParameter) anchor.padTo(parameter, this.lambda);
  }

  /** Adds the penalty's gradient λ·F·(θ − θ*) to those of a step. */
  pull(k: Kernels, gradients: Gradients): Gradients {
    for (const [parameter, gradient] of gradients) {
      const anchor = this.byParameter.get(parameter);
      if (!anchor) continue;
      const pull = k.mul(k.read(anchor.stiffness), k.sub(k.read(parameter), k.read(anchor.position)));
      gradients.set(parameter, k.add(gradient, pull));
    }
    return gradients;
  }

  /** The present penalty ½·λ·Σ F·(θ − θ*)², never negative. */
  penalty(): number {
    this.fit();
    let sum = 0;
    for (const [parameter, anchor] of this.byParameter) sum += anchor.distance(parameter.data());
    return 0.5 * this.lambda * sum;
  }

  /** The largest curvature λ·F. */
  stiffest(): number {
    let most = 0;
    for (const anchor of this.byParameter.values()) most = Math.max(most, anchor.largestImportance());
    return this.lambda * most;
  }

  /**
   * Throws where the penalty would make training diverge: it is a quadratic of curvature λ·F, and beyond the optimiser's limit its
   * steps grow without end.
   *
   * @param option the option that is λ, for the remedy
   * @param value its value
   */
  refuseDivergence(optimizer: Pick<Optimizer, 'stabilityLimit' | 'describe'>, option: string, value: number): void {
    const limit = optimizer.stabilityLimit();
    const most = this.stiffest();
    if (limit === undefined || most < limit) return;
    throw problem(
      this.subject,
      `the penalty would diverge: λ·F is up to ${most.toPrecision(2)}, and ${optimizer.describe()} is stable below ${limit.toPrecision(2)}`,
      `use ${option} below ${((value * limit) / most).toPrecision(2)}, or a smaller lr`,
    );
  }

  /** Everything, as plain JSON. */
  state(): AnchorsState {
    this.fit();
    const names = new Map(this.model.parameters().map((parameter) => [parameter, parameter.name]));
    return [...this.byParameter].map(([parameter, anchor]) => ({ parameter: names.get(parameter)!, ...anchor.state() }));
  }

  /**
   * What `restore` will do with what `state()` gave, checked: call it when all else is right, too.
   *
   * @throws when it is damaged or of another model
   */
  restored(saved: AnchorsState): () => void {
    const subject = `${this.subject}.restore`;
    checkList(subject, 'anchors', saved, 0);
    const byName = new Map(this.model.parameters().map((parameter) => [parameter.name, parameter]));
    const anchors = saved.map((one): [Parameter, Anchor] => {
      const parameter = byName.get(one?.parameter);
      const reason = `this model has no ${shown(one?.parameter)}`;
      if (!parameter) throw problem(subject, reason, 'the saved state is of another model');
      const anchor = new Anchor(parameter);
      anchor.restore(subject, one, this.lambda);
      return [parameter, anchor];
    });
    return () => {
      this.dispose();
      this.byParameter.clear();
      for (const [parameter, anchor] of anchors) this.byParameter.set(parameter, anchor);
    };
  }

  /** Frees the device memory. */
  dispose(): void {
    for (const anchor of this.byParameter.values()) anchor.dispose();
  }

  private anchorOf(parameter: Parameter): Anchor {
    let anchor = this.byParameter.get(parameter);
    if (!anchor) this.byParameter.set(parameter, (anchor = new Anchor(parameter)));
    return anchor;
  }
}
