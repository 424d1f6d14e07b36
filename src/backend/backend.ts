import type { GraphHost } from './graph/recording';
import type { Kernels } from './kernels';
import type { Value } from './value';

/** A place to compute: its kernels and the lifetime of what they make. */
export interface Backend {
  /** `'native'` (TensorFlow's C library), `'wasm'` or `'cpu'` (plain JavaScript). */
  readonly name: BackendName;
  /** For people, e.g. `TensorFlow 2.9.1 (native, CPU)`. */
  readonly description: string;
  /** The backend that TensorFlow.js was switched to by somebody else (`tf.setBackend`); undefined where it is still this one. */
  switchedTo(): string | undefined;
  /** The operations. */
  readonly kernels: Kernels;
  /** Runs `fn` and frees every value made inside except those it returns (a value, or an array or plain object of values). */
  scope<T>(fn: () => T): T;
  /** Keeps a value beyond the end of its scope; free it with `dispose`. */
  keep<T extends Value>(value: T): T;
  /** Frees values. */
  dispose(...values: Value[]): void;
  /**
   * A float32 matrix whose numbers come in parts, so that it need not lie in the host's memory as a whole.
   *
   * @param fill writes `count` rows from row `start` on into `part` [count · columns]; `part` is used again for the next rows
   */
  upload(rows: number, columns: number, fill: (part: Float32Array, start: number, count: number) => void): Value;
  /** A copy of a value on the host, row-major. */
  toHost(value: Value): Float32Array | Int32Array;
  /** How many values and variables are alive on the device; flat over training steps. */
  tensorCount(): number;
  /** Runs recorded graphs; only the native backend can. */
  readonly graphs?: GraphHost;
}

/** The backends by name; `'auto'` is native where it loads, else wasm. */
export type BackendName = 'native' | 'wasm' | 'cpu';
