import { backend, packed } from '../../backend';
import type { TensorState } from '../../backend';
import type { TaskLoader } from '../../data/loader';
import type { Model } from '../../models';
import type { TrainingData } from '../../training';
import { checkNumber, isPlainObject, problem, shown } from '../../utils/errors';
import { RandomStream } from '../../utils/random';
import { herding, meanRow, normalised } from './herding';
import { finiteFloats } from './savedNumbers';
import type { Largest } from './savedNumbers';

/** Exemplars as plain JSON: for each label its inputs, and the mean of their features after the last task. */
export type ExemplarsState = Readonly<Record<string, { images: TensorState; mean: TensorState }>>;

/** Samples of one pass through the network. */
const ROWS = 500;

/** Samples of each class that stand for it, as many of each, chosen by herding in the network's feature space. */
export class Exemplars {
  private byLabel = new Map<number, { images: Float32Array; mean: Float32Array }>();

  /** @param capacity exemplars over all classes */
  constructor(
    private readonly subject: string,
    private readonly model: Model,
    readonly capacity: number,
  ) {
    checkNumber(subject, 'capacity', capacity, { min: 1, integer: true });
  }

  /** The labels that have exemplars, ascending. */
  get labels(): number[] {
    return [...this.byLabel.keys()].sort((a, b) => a - b);
  }

  /** The exemplars of a label, in the order they were chosen; [count · inputSize]. */
  imagesOf(label: number): Float32Array {
    return this.byLabel.get(label)!.images;
  }

  /** The mean of a label's normalised features, normalised again. */
  meanOf(label: number): Float32Array {
    return this.byLabel.get(label)!.mean;
  }

  /** Chooses exemplars of the task's classes, gives those of earlier ones up to make room, and takes all means anew. */
  update(loader: TaskLoader): void {
    const { inputSize } = this.model;
    const classes = new Set([...this.byLabel.keys(), ...loader.task.classes]).size;
    const each = Math.max(1, Math.floor(this.capacity / classes));
    for (const kept of this.byLabel.values()) kept.images = kept.images.slice(0, each * inputSize);
    const labels = loader.labels();
    for (const label of loader.task.classes) {
      const samples = Int32Array.from(labels.keys()).filter((sample) => labels[sample] === label);
      if (samples.length === 0) continue;
      const { images } = loader.hostData(samples);
      const chosen = herding(this.features(images), this.width(), each);
      this.byLabel.set(label, { images: rowsAt(images, inputSize, chosen), mean: new Float32Array(0) });
    }
    for (const kept of this.byLabel.values()) {
      kept.mean = normalised(meanRow(this.features(kept.images), this.width()), this.width());
    }
  }

  /** The samples of a task together with all exemplars, shuffled. */
  joined(loader: TaskLoader, seed: number): TrainingData {
    const { inputSize } = this.model;
    const labels = this.labels;
    const counts = labels.map((label) => this.imagesOf(label).length / inputSize);
    const stored = Float32Array.from(labels.flatMap((label) => Array.from(this.imagesOf(label))));
    const own = loader.labels();
    const all = Int32Array.from([...own, ...labels.flatMap((label, i) => new Array<number>(counts[i]).fill(label))]);
    const size = all.length;
    const name = `exemplars/task ${loader.task.id}/epoch `;
    return {
      size,
      batchSize: loader.batchSize,
      batchesPerEpoch: Math.ceil(size / loader.batchSize),
      epoch: (index) => new RandomStream(seed, name + index).permutation(size),
      fill(out, start, count) {
        const fresh = Math.max(0, Math.min(count, loader.size - start));
        if (fresh > 0) loader.fill(out.subarray(0, fresh * inputSize), start, fresh);
        const from = (start + fresh - loader.size) * inputSize;
        if (fresh < count) out.set(stored.subarray(from, from + (count - fresh) * inputSize), fresh * inputSize);
      },
      labels: () => all,
    };
  }

  /** Normalised features of inputs, row after row. */
  features(images: Float32Array): Float32Array {
    const { kernels: k, scope, toHost, dispose } = backend();
    const { inputSize } = this.model;
    const n = images.length / inputSize;
    const result = new Float32Array(n * this.width());
    for (let start = 0; start < n; start += ROWS) {
      const part = images.subarray(start * inputSize, (start + ROWS) * inputSize);
      const features = scope(() => this.model.features(k, k.tensor(part, [part.length / inputSize, inputSize])));
      result.set(normalised(Float32Array.from(toHost(features)), features.shape[1]), start * features.shape[1]);
      dispose(features);
    }
    return result;
  }

  /** All of it as plain JSON. */
  state(): ExemplarsState {
    const saved = this.labels.map((label) => [label, { images: packed(this.imagesOf(label)), mean: packed(this.meanOf(label)) }]);
    return Object.fromEntries(saved) as ExemplarsState;
  }

  /**
   * What `restore` will do with what `state()` gave, checked: call it when all else is right, too.
   *
   * @param begun whether a task was learnt, so that there must be some
   * @throws when it is damaged
   */
  restored(saved: ExemplarsState, largest: Largest, begun: boolean): () => void {
    const subject = `${this.subject}.restore`;
    const damaged = (reason: string) => problem(subject, reason, 'the saved state is damaged');
    if (!isPlainObject(saved) || Object.keys(saved).length > 0 !== begun) throw damaged(`its exemplars are ${shown(saved)}`);
    const { inputSize } = this.model;
    const entries = Object.entries(saved).map(([label, one]): [number, { images: Float32Array; mean: Float32Array }] => {
      checkNumber(subject, 'a label', Number(label), { min: 0, max: largest.label, integer: true });
      if (!isPlainObject(one)) throw damaged(`the exemplars of label ${label} are ${shown(one)}`);
      const count = Number((one.images as TensorState | undefined)?.shape?.[0]) / inputSize;
      if (!(Number.isInteger(count) && count > 0 && count <= this.capacity))
        throw damaged(`label ${label} has ${count} exemplars`);
      const images = finiteFloats(subject, 'an exemplar', one.images as TensorState, count * inputSize);
      return [Number(label), { images, mean: finiteFloats(subject, 'a mean', one.mean as TensorState, this.width()) }];
    });
    return () => void (this.byLabel = new Map(entries));
  }

  /** Numbers of a feature. */
  private width(): number {
    const { kernels: k, scope } = backend();
    let width = 0;
    scope(() => {
      width = this.model.features(k, k.tensor(new Float32Array(this.model.inputSize), [1, this.model.inputSize])).shape[1];
    });
    return width;
  }
}

function rowsAt(rows: Float32Array, width: number, at: readonly number[]): Float32Array {
  const result = new Float32Array(at.length * width);
  at.forEach((row, i) => result.set(rows.subarray(row * width, (row + 1) * width), i * width));
  return result;
}
