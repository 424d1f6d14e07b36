import { problem, shown } from '../utils/errors';

/** Where a variable's content is while it is on the device; belongs to the backend that made it, and knows nothing of the variable. */
export interface Storage {
  /** The present content as host numbers (a copy). */
  fetch(): Float32Array | Int32Array;
  /** Frees the device memory. */
  dispose(): void;
}

/** Frees the device memory of variables that nobody holds any more: a notebook cell makes everything anew and disposes nothing. */
const forgotten = new FinalizationRegistry<Storage>((storage) => storage.dispose());

/**
 * Lasting numbers on the device (weights, velocities, importances, memories), changed in place by
 * `Kernels.assign` and `Kernels.momentumStep`. The content goes to the device when a kernel first uses it, so making a
 * variable needs no backend.
 */
export class Variable {
  /** Set from the first use on the device; only `backend/` may touch it. */
  storage: Storage | undefined;
  /** `'float32'` or `'int32'`. */
  readonly dtype: 'float32' | 'int32';
  private size: number[];
  private host: Float32Array | Int32Array | undefined;

  /**
   * @param name for error messages and saved files, e.g. `head0/weight`
   * @param shape size of each axis
   * @param content the first content in row-major order; zeros (float32) when left out
   */
  constructor(
    readonly name: string,
    shape: number[],
    content: Float32Array | Int32Array = new Float32Array(elements(shape)),
  ) {
    this.size = shape;
    this.dtype = content instanceof Int32Array ? 'int32' : 'float32';
    this.set(content);
  }

  /** Size of each axis. */
  get shape(): number[] {
    return this.size;
  }

  /** A copy of the present content, row-major. */
  data(): Float32Array | Int32Array {
    if (this.storage) return this.storage.fetch();
    if (this.host) return this.host.slice();
    throw problem(this.name, 'its content was freed', 'make a new one');
  }

  /** Replaces the content and, where given, the shape. Throws when the number of elements does not fit the shape. */
  set(content: Float32Array | Int32Array, shape: number[] = this.size): void {
    if (content.length !== elements(shape)) {
      throw problem(this.name, `${content.length} numbers do not fill the shape [${shape}]`);
    }
    this.dispose();
    this.size = shape;
    this.host = content.slice();
  }

  /** Frees the memory; the content is lost. */
  dispose(): void {
    if (this.storage) forgotten.unregister(this);
    this.storage?.dispose();
    this.storage = undefined;
    this.host = undefined;
  }

  /** For backends: hands the content over to the device; from now on `storage` holds it. */
  place(put: (content: Float32Array | Int32Array) => Storage): Storage {
    if (!this.storage) {
      this.storage = put(this.data());
      forgotten.register(this, this.storage, this);
      this.host = undefined;
    }
    return this.storage;
  }
}

/** The number of elements of a shape. */
export function elements(shape: readonly number[]): number {
  if (!Array.isArray(shape)) throw problem('shape', `it is ${shown(shape)}, no list of sizes`, 'for example [64, 10]');
  return shape.reduce((product, n) => product * n, 1);
}
