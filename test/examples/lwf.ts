import { CLTrainer, meanCrossEntropy, Model, type Kernels, type ModelState, type TrainingBatch, type Value } from '../../src';

const DEFAULTS = { lambda: 1, temperature: 2 };

/** Learning without forgetting (Li & Hoiem 2016): the outputs so far stay near those of the network as it was before the task. */
export class LwF extends CLTrainer<typeof DEFAULTS> {
  static override readonly recordable: boolean = true;
  override readonly method = 'lwf';
  private teacher: Model | undefined;

  constructor(model: Model, options: Partial<CLTrainer['options'] & typeof DEFAULTS> = {}) {
    super(model, options, DEFAULTS);
  }

  protected override loss(k: Kernels, { x, y, task, size }: TrainingBatch): Value {
    const logits = this.model.logits(k, x, task); // [n, classes]
    const own = meanCrossEntropy(k, logits, y);
    if (!this.teacher) return own;
    const { lambda, temperature } = this.options;
    const before = k.softmax(k.scale(this.teacher.logits(k, x, task), 1 / temperature)); // [n, classes so far]
    const now = k.logSoftmax(k.scale(k.slice(logits, 1, 0, before.shape[1]), 1 / temperature));
    return k.add(own, k.scale(k.sum(k.mul(before, now)), (-lambda * temperature ** 2) / size));
  }

  protected override endTask(): void {
    this.teacher?.dispose();
    this.teacher = this.model.clone();
    for (const parameter of this.teacher.parameters()) parameter.frozen = true;
  }

  protected override memoryState(): { teacher: ModelState | null } {
    return { teacher: this.teacher?.state() ?? null };
  }

  protected override restoreMemory({ teacher }: { teacher: ModelState | null }): void {
    this.teacher = teacher ? Model.from(teacher) : undefined;
  }

  override dispose(): void {
    super.dispose();
    this.teacher?.dispose();
  }
}
