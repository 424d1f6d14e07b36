import type { Gradients, Parameter } from '../../autodiff';
import type { Model } from '../../models';
import { CLTrainer } from '../../training';
import type { MethodNeeds, TrainerOptions } from '../../training';
import { checkNumber } from '../../utils/errors';
import { Anchors } from './anchors';

/**
 * What methods have in common that hold weights back by how much they mattered: the gradient gets the pull of ½·λ·Σ F·(θ − θ*)². They
 * work out the importances F of a task, give them to `anchors` after it, and save `anchors` with what else they remember.
 */
export abstract class HeldBack<Own extends object> extends CLTrainer<Own> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    taskBoundaries: true,
    memory: 'importances and anchors',
    forgetsIn: {
      'class-incremental': 'it runs, but ends near naive: no gradient ever compares old classes with new ones',
    },
  };
  /** The importances F and anchors θ* so far. */
  protected readonly anchors: Anchors;

  /**
   * @param ownDefaults the method's own options with their defaults
   * @param strength the option that says how strong the penalty is
   * @param factor λ as a multiple of that option: 2 where the paper's penalty has no ½
   */
  constructor(
    model: Model,
    options: Partial<TrainerOptions & Own>,
    ownDefaults: Own,
    private readonly strength: keyof Own & string,
    factor: number,
  ) {
    super(model, options, ownDefaults);
    const { name } = this.constructor;
    checkNumber(name, strength, this.given, { min: 0 });
    this.anchors = new Anchors(name, model, factor * this.given);
  }

  /** The importance of each entry of a parameter, over the tasks so far; undefined before the first `consolidate`. */
  importance(parameter: Parameter): Float32Array | undefined {
    return this.anchors.importance(parameter);
  }

  protected override beginTask(): void {
    this.anchors.fit();
    this.anchors.refuseDivergence(this.stepsWith, this.strength, this.given);
  }

  protected override adjustGradients(gradients: Gradients): Gradients {
    return this.anchors.pull(this.k, gradients);
  }

  override dispose(): void {
    super.dispose();
    this.anchors.dispose();
  }

  /** The value of the option that says how strong the penalty is. */
  private get given(): number {
    return (this.options as Own)[this.strength] as number;
  }
}
