import type { Attributes, DType } from './graph/writer';
import type { Kernels } from './kernels';
import type { HostNumbers, Value } from './value';
import type { Variable } from './variable';

/** What an operation gives. */
export interface Result {
  readonly shape: number[];
  readonly dtype: DType;
}

const FLOAT: Attributes = { T: 'float32' };
const MATMUL = [0, 1, 2, 3].map((n): Attributes => ({ T: 'float32', transpose_a: n >= 2, transpose_b: n % 2 === 1 }));
const BATCH_MATMUL = [0, 1, 2, 3].map((n): Attributes => ({ T: 'float32', adj_x: n >= 2, adj_y: n % 2 === 1 }));
/** Up to this size of the result `MatMul` does not reach sgemm; `BatchMatMulV2` takes up to 25 times as long there. */
const SMALL = 8;
const CROSS_ENTROPY: Attributes = { T: 'float32', Tlabels: 'int32' };
const SUM: Attributes = { T: 'float32', Tidx: 'int32', keep_dims: false };
const ROW_SUM: Attributes = { ...SUM, keep_dims: true };
const ARG_MAX: Attributes = { T: 'float32', Tidx: 'int32', output_type: 'int32' };
const EQUAL: Attributes = { T: 'int32', incompatible_shape_error: true };
const CAST: Attributes = { SrcT: 'bool', DstT: 'float32', Truncate: false };
const ONE_HOT: Attributes = { T: 'float32', TI: 'int32', axis: -1 };
const SLICE = { float32: { T: 'float32', Index: 'int32' }, int32: { T: 'int32', Index: 'int32' } } as const;
const RESHAPE = { float32: { T: 'float32', Tshape: 'int32' }, int32: { T: 'int32', Tshape: 'int32' } } as const;
const GATHER = {
  float32: { batch_dims: 0, Tparams: 'float32', Tindices: 'int32', Taxis: 'int32' },
  int32: { batch_dims: 0, Tparams: 'int32', Tindices: 'int32', Taxis: 'int32' },
} as const;

/**
 * The kernels as TensorFlow operations, whatever is done with them: the native backend executes each one at once, the
 * recorder writes it into a graph. So both compute the same.
 */
export abstract class TensorFlowKernels implements Kernels {
  /** One operation with its results. */
  protected abstract run(op: string, attributes: Attributes, inputs: Value[], ...results: Result[]): Value[];
  /** Numbers that steps use again and again (rates, axes): made once. */
  protected abstract constant(data: number | readonly number[], dtype: 'float32' | 'int32'): Value;

  abstract tensor(data: Float32Array | Int32Array, shape: number[]): Value;
  abstract read(variable: Variable): Value;
  abstract assign(variable: Variable, value: Value): void;
  abstract momentumStep(weight: Variable, velocity: Variable, gradient: Value, learningRate: number, momentum: number): void;
  abstract hostCall(inputs: Value[], shape: number[], compute: (...inputs: HostNumbers[]) => Float32Array): Value;
  abstract hostIf(
    inputs: Value[],
    test: (...inputs: HostNumbers[]) => boolean,
    then: () => Value[],
    otherwise: () => Value[],
  ): Value[];

  /**
   * By `BatchMatMulV2`, not `MatMul`: a signal handler that runs while `MatMul` computes (Ctrl-C, a resized terminal, a profiler)
   * overwrites memory of oneDNN's sgemm, and the process dies (after about 30 signals; `BatchMatMulV2` survived 30,000).
   * It costs 1 to 2 µs more. Vectors and small results never reach sgemm.
   */
  matMul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
    const [rows, columns] = [a.shape[transposeA ? 1 : 0], b.shape[transposeB ? 0 : 1]];
    const small = Math.min(rows, columns) === 1 || Math.max(rows, columns) <= SMALL;
    const form = (transposeA ? 2 : 0) + (transposeB ? 1 : 0);
    return this.float(small ? 'MatMul' : 'BatchMatMulV2', (small ? MATMUL : BATCH_MATMUL)[form], [a, b], [rows, columns]);
  }

  blockProducts(a: Value, b: Value, blocks: number): Value {
    const [p, q] = [a.shape[1], b.shape[1]];
    const [left, right] = [a, b].map((x) => this.reshape(x, [blocks, x.shape[0] / blocks, x.shape[1]]));
    return this.reshape(this.float('BatchMatMulV2', BATCH_MATMUL[2], [left, right], [blocks, p, q]), [blocks, p * q]);
  }

  biasAdd(x: Value, bias: Value): Value {
    return this.float('BiasAdd', FLOAT, [x, bias], x.shape);
  }

  columnSums(x: Value): Value {
    return this.float('BiasAddGrad', FLOAT, [x], [x.shape[1]]);
  }

  rowSums(x: Value): Value {
    return this.float('Sum', ROW_SUM, [x, this.constant([1], 'int32')], [x.shape[0], 1]);
  }

  relu(x: Value): Value {
    return this.float('Relu', FLOAT, [x], x.shape);
  }

  reluGrad(dy: Value, y: Value): Value {
    return this.float('ReluGrad', FLOAT, [dy, y], y.shape);
  }

  crossEntropy(logits: Value, labels: Value): { losses: Value; gradient: Value } {
    const results: Result[] = [
      { shape: [logits.shape[0]], dtype: 'float32' },
      { shape: logits.shape, dtype: 'float32' },
    ];
    const [losses, gradient] = this.run('SparseSoftmaxCrossEntropyWithLogits', CROSS_ENTROPY, [logits, labels], ...results);
    return { losses, gradient };
  }

  softmax(logits: Value): Value {
    return this.float('Softmax', FLOAT, [logits], logits.shape);
  }

  add(a: Value, b: Value): Value {
    return this.float('AddV2', FLOAT, [a, b], broadcast(a, b));
  }

  sub(a: Value, b: Value): Value {
    return this.float('Sub', FLOAT, [a, b], broadcast(a, b));
  }

  mul(a: Value, b: Value): Value {
    return this.float('Mul', FLOAT, [a, b], broadcast(a, b));
  }

  div(a: Value, b: Value): Value {
    return this.float('RealDiv', FLOAT, [a, b], broadcast(a, b));
  }

  scale(x: Value, factor: number): Value {
    return this.float('Mul', FLOAT, [x, this.constant(factor, 'float32')], x.shape);
  }

  sum(x: Value): Value {
    return this.float(
      'Sum',
      SUM,
      [
        x,
        this.constant(
          x.shape.map((_, axis) => axis),
          'int32',
        ),
      ],
      [],
    );
  }

  gather(x: Value, positions: Value): Value {
    const shape = [positions.shape[0], ...x.shape.slice(1)];
    return this.run('GatherV2', GATHER[numberType(x)], [x, positions, this.constant(0, 'int32')], {
      shape,
      dtype: numberType(x),
    })[0];
  }

  concat(values: Value[], axis: 0 | 1): Value {
    const dtype = numberType(values[0]);
    const shape = values[0].shape.slice();
    shape[axis] = values.reduce((total, value) => total + value.shape[axis], 0);
    return this.run('ConcatV2', concatAttributes(dtype, values.length), [...values, this.constant(axis, 'int32')], {
      shape,
      dtype,
    })[0];
  }

  slice(x: Value, axis: 0 | 1, start: number, count: number): Value {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    const shape = x.shape.map((n, i) => (i === axis ? count : n));
    const inputs = [x, this.constant(begin, 'int32'), this.constant(shape, 'int32')];
    return this.run('Slice', SLICE[numberType(x)], inputs, { shape, dtype: numberType(x) })[0];
  }

  reshape(x: Value, shape: number[]): Value {
    return this.run('Reshape', RESHAPE[numberType(x)], [x, this.constant(shape, 'int32')], { shape, dtype: numberType(x) })[0];
  }

  argMax(x: Value): Value {
    return this.run('ArgMax', ARG_MAX, [x, this.constant(1, 'int32')], { shape: [x.shape[0]], dtype: 'int32' })[0];
  }

  countEqual(a: Value, b: Value): Value {
    const [equal] = this.run('Equal', EQUAL, [a, b], { shape: a.shape, dtype: 'bool' });
    return this.sum(this.float('Cast', CAST, [equal], a.shape));
  }

  oneHot(labels: Value, depth: number): Value {
    const inputs = [labels, this.constant(depth, 'int32'), this.constant(1, 'float32'), this.constant(0, 'float32')];
    return this.float('OneHot', ONE_HOT, inputs, [labels.shape[0], depth]);
  }

  private float(op: string, attributes: Attributes, inputs: Value[], shape: number[]): Value {
    return this.run(op, attributes, inputs, { shape, dtype: 'float32' })[0];
  }
}

const CONCAT = new Map<string, Attributes>();

function concatAttributes(T: DType, N: number): Attributes {
  let attributes = CONCAT.get(`${T}${N}`);
  if (!attributes) CONCAT.set(`${T}${N}`, (attributes = { T, Tidx: 'int32', N }));
  return attributes;
}

function numberType(x: Value): 'float32' | 'int32' {
  return x.dtype === 'int32' ? 'int32' : 'float32';
}

/** The shape of an elementwise result, as NumPy has it. */
function broadcast(a: Value, b: Value): number[] {
  const [long, short] = a.shape.length >= b.shape.length ? [a.shape, b.shape] : [b.shape, a.shape];
  const gap = long.length - short.length;
  return long.map((n, i) => (i < gap ? n : Math.max(n, short[i - gap])));
}
