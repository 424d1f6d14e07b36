/**
 * A tensor on the device. Outside `backend/` only its shape and type are known. A `tf.Tensor` of TensorFlow.js is taken, too; the other
 * way round, `tf.tensor(numbersOf(value), value.shape)` makes one.
 */
export interface Value {
  /** Size of each axis; `[]` for a single number. */
  readonly shape: number[];
  /** `'float32'` or `'int32'`. */
  readonly dtype: string;
}

/** A value's numbers on the host, row-major. */
export type HostNumbers = Float32Array | Int32Array;
