import { backend, packed } from '../../backend';
import type { TensorState } from '../../backend';
import { checkList, checkNumber, isPlainObject, problem, shown } from '../../utils/errors';
import { finiteFloats } from './savedNumbers';
import type { Largest } from './savedNumbers';

/** A class: a label, of one task alone where the task id is known. */
export interface ClassKey {
  /** Its task, where labels are a task's own; else null. */
  readonly task: number | null;
  /** Its label. */
  readonly label: number;
}

/** Statistics of classes as plain JSON. */
export interface ClassStatisticsState {
  /** The classes with their counts. */
  classes: (ClassKey & { count: number })[];
  /** Their means, [classes · width]. */
  means: TensorState;
  /** The scatter within classes, [width · width]; null where it is not kept. */
  scatter: TensorState | null;
}

/**
 * Count and mean of each class, and where asked for the scatter Σ (x − μ)(x − μ)ᵀ of all samples about the means of their classes: of
 * all data so far, whatever the portions it came in (Chan, Golub & LeVeque 1983).
 */
export class ClassStatistics {
  /** The classes, in the order they came. */
  readonly classes: (ClassKey & { count: number })[] = [];
  /** The mean of each class. */
  readonly means: Float32Array[] = [];
  /** The scatter within classes, [width · width]. */
  scatter: Float32Array | undefined;

  /**
   * @param width numbers of a sample
   * @param keepsScatter whether the scatter is kept
   */
  constructor(
    private readonly subject: string,
    private readonly width: number,
    keepsScatter: boolean,
  ) {
    if (keepsScatter) this.scatter = new Float32Array(width * width);
  }

  /** Samples seen. */
  get count(): number {
    return this.classes.reduce((sum, { count }) => sum + count, 0);
  }

  /**
   * Takes in samples.
   *
   * @param rows [n · width] row after row
   * @param labels [n]
   * @param task their task, where its labels are its own
   */
  add(rows: Float32Array, labels: Int32Array, task: number | null): void {
    const { width } = this;
    const at = Int32Array.from(labels, (label) => this.positionOf(task, label));
    const own = new Map<number, { count: number; mean: Float64Array }>();
    at.forEach((position, row) => {
      const one = own.get(position) ?? { count: 0, mean: new Float64Array(width) };
      own.set(position, one);
      one.count++;
      for (let j = 0; j < width; j++) one.mean[j] += (rows[row * width + j] - one.mean[j]) / one.count;
    });
    if (this.scatter) this.addScatter(rows, at, own);
    for (const [position, { count, mean }] of own) {
      const known = this.classes[position];
      const all = known.count + count;
      this.means[position] = this.means[position].map((value, j) => value + (count / all) * (mean[j] - value));
      this.classes[position] = { ...known, count: all };
    }
  }

  /** All of it as plain JSON. */
  state(): ClassStatisticsState {
    const means = new Float32Array(this.classes.length * this.width);
    this.means.forEach((mean, i) => means.set(mean, i * this.width));
    return {
      classes: this.classes.map((one) => ({ ...one })),
      means: packed(means),
      scatter: this.scatter ? packed(this.scatter) : null,
    };
  }

  /**
   * Takes over what `state()` gave.
   *
   * @param largest the largest label and task id that there can be
   * @throws when it is damaged; then nothing changes
   */
  restore(saved: ClassStatisticsState, largest: Largest): void {
    const subject = `${this.subject}.restore`;
    const { classes, means, scatter } = isPlainObject(saved) ? saved : ({} as ClassStatisticsState);
    checkList(subject, 'classes', classes, 0);
    const own = classes.map((one) => checkedClass(subject, one, largest));
    const numbers = finiteFloats(subject, 'means', means, own.length * this.width);
    if ((scatter === null) !== (this.scatter === undefined)) {
      throw problem(subject, `scatter is ${shown(scatter)}`, 'the saved state is damaged');
    }
    const spread = scatter && finiteFloats(subject, 'scatter', scatter, this.width * this.width);
    this.classes.splice(0, this.classes.length, ...own);
    this.means.splice(0, this.means.length, ...own.map((_, i) => numbers.slice(i * this.width, (i + 1) * this.width)));
    if (spread) this.scatter = spread;
  }

  private positionOf(task: number | null, label: number): number {
    const known = this.classes.findIndex((one) => one.task === task && one.label === label);
    if (known >= 0) return known;
    this.classes.push({ task, label, count: 0 });
    return this.means.push(new Float32Array(this.width)) - 1;
  }

  /** The rows about their own portion's means, and the portion's means about those so far. */
  private addScatter(rows: Float32Array, at: Int32Array, own: Map<number, { count: number; mean: Float64Array }>): void {
    const { width } = this;
    const centred = new Float32Array((at.length + own.size) * width);
    at.forEach((position, row) => {
      const { mean } = own.get(position)!;
      for (let j = 0; j < width; j++) centred[row * width + j] = rows[row * width + j] - mean[j];
    });
    [...own].forEach(([position, { count, mean }], i) => {
      const before = this.classes[position].count;
      const weight = Math.sqrt((before * count) / (before + count));
      for (let j = 0; j < width; j++) centred[(at.length + i) * width + j] = weight * (mean[j] - this.means[position][j]);
    });
    const { kernels: k, scope, toHost, dispose } = backend();
    const added = scope(() => {
      const x = k.tensor(centred, [at.length + own.size, width]);
      return k.matMul(x, x, true);
    });
    const numbers = toHost(added);
    this.scatter!.forEach((value, i) => (this.scatter![i] = value + numbers[i]));
    dispose(added);
  }
}

function checkedClass(subject: string, one: unknown, largest: Largest): ClassKey & { count: number } {
  const { task, label, count } = isPlainObject(one) ? one : {};
  checkNumber(subject, 'a label', label, { min: 0, max: largest.label, integer: true });
  checkNumber(subject, 'a count', count, { min: 1, integer: true });
  if (task !== null) checkNumber(subject, 'a task', task, { min: 0, max: largest.task, integer: true });
  return { task: task as number | null, label, count };
}
