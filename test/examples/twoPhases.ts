import { CLTrainer, type Phase } from '../../src';

/** From the second task on, new outputs learn alone before all weights move. */
export class TwoPhases extends CLTrainer {
  override readonly method = 'two-phases';

  protected override phases(): Phase[] {
    const { epochs } = this.options;
    if (this.learntTasks.length === 0) return [{ epochs }];
    return [
      { name: 'head', epochs: 2, begin: () => this.freezeHidden(true) },
      { name: 'all', epochs: epochs - 2, begin: () => this.freezeHidden(false) },
    ];
  }

  protected override memoryState(): object {
    return {}; // what is frozen is saved with the model
  }

  private freezeHidden(frozen: boolean): void {
    for (const parameter of this.model.parameters()) if (parameter.name.startsWith('hidden')) parameter.frozen = frozen;
  }
}
