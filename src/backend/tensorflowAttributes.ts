import type { Attributes, DType } from './graph/writer';
import type { ConvWindow } from './windows';

// Sets of attributes are made once each: the native backend converts every set once, too.

export const FLOAT: Attributes = { T: 'float32' };
export const MATMUL = [0, 1, 2, 3].map((n): Attributes => ({ T: 'float32', transpose_a: n >= 2, transpose_b: n % 2 === 1 }));
export const BATCH_MATMUL = [0, 1, 2, 3].map((n): Attributes => ({ T: 'float32', adj_x: n >= 2, adj_y: n % 2 === 1 }));
export const CROSS_ENTROPY: Attributes = { T: 'float32', Tlabels: 'int32' };
export const SUM: Attributes = { T: 'float32', Tidx: 'int32', keep_dims: false };
export const ROW_SUM: Attributes = { ...SUM, keep_dims: true };
export const ARG_MAX: Attributes = { T: 'float32', Tidx: 'int32', output_type: 'int32' };
export const EQUAL: Attributes = { T: 'int32', incompatible_shape_error: true };
export const EQUAL_FLOATS: Attributes = { T: 'float32', incompatible_shape_error: true };
export const CAST: Attributes = { SrcT: 'bool', DstT: 'float32', Truncate: false };
export const ONE_HOT: Attributes = { T: 'float32', TI: 'int32', axis: -1 };
export const SLICE = { float32: { T: 'float32', Index: 'int32' }, int32: { T: 'int32', Index: 'int32' } } as const;
export const STRIDED_SLICE: Attributes = { T: 'float32', Index: 'int32' };
export const PAD: Attributes = { T: 'float32', Tpaddings: 'int32' };
export const RESHAPE = { float32: { T: 'float32', Tshape: 'int32' }, int32: { T: 'int32', Tshape: 'int32' } } as const;
export const GATHER = {
  float32: { batch_dims: 0, Tparams: 'float32', Tindices: 'int32', Taxis: 'int32' },
  int32: { batch_dims: 0, Tparams: 'int32', Tindices: 'int32', Taxis: 'int32' },
} as const;
export const MOMENTUM: Attributes = { T: 'float32', use_locking: false, use_nesterov: false };
export const ADAM: Attributes = { T: 'float32', use_locking: false, use_nesterov: false };
export const VARIABLE = { float32: { dtype: 'float32' }, int32: { dtype: 'int32' } } as const;

/** For the concatenation of `N` values. */
export const concatAttributes = cached((T: DType, N: number): Attributes => ({ T, Tidx: 'int32', N }));

/** For a convolution and its gradients. */
export const convAttributes = cached((stride: number, padding: ConvWindow['padding']): Attributes => ({
  T: 'float32',
  strides: { ints: [1, stride, stride, 1] },
  padding: { text: padding.toUpperCase() },
}));

/** For pooling and its gradients. */
export const poolAttributes = cached((size: number): Attributes => ({
  T: 'float32',
  ksize: { ints: [1, size, size, 1] },
  strides: { ints: [1, size, size, 1] },
  padding: { text: 'VALID' },
}));

function cached<Of extends (string | number)[]>(make: (...of: Of) => Attributes): (...of: Of) => Attributes {
  const made = new Map<string, Attributes>();
  return (...of) => {
    const key = of.join();
    let attributes = made.get(key);
    if (!attributes) made.set(key, (attributes = make(...of)));
    return attributes;
  };
}
