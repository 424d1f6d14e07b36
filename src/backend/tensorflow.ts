import type { Attributes, DType } from './graph/writer';
import type { AdamNumbers, Kernels } from './kernels';
import * as attributes from './tensorflowAttributes';
import type { HostNumbers, Value } from './value';
import type { Variable } from './variable';
import { maxPoolGradBySlices } from './maxPoolGrad';
import { convShape, patchSlices, poolShape } from './windows';
import type { ConvWindow } from './windows';

/** What an operation gives. */
export interface Result {
  readonly shape: number[];
  readonly dtype: DType;
}

/** Up to this inner dimension, sgemm computes on the stack (up to 84 on AVX-512 in oneDNN 3, more elsewhere). */
const ON_STACK = 64;
/** Up to this size of the result `MatMul` does not reach sgemm; `BatchMatMulV2` takes up to 25 times as long there. */
const SMALL = 8;

/**
 * The kernels as TensorFlow operations, whatever is done with them: the native backend executes each one at once, the
 * recorder writes it into a graph. So both compute the same.
 */
export abstract class TensorFlowKernels implements Kernels {
  /** One operation with its results. */
  protected abstract run(op: string, attributes: Attributes, inputs: Value[], ...results: Result[]): Value[];
  /** Numbers that steps use again and again (rates, axes): made once. */
  protected abstract constant(data: number | readonly number[], dtype: 'float32' | 'int32'): Value;

  /** One operation that changes variables in place; its inputs are the variables first, then the values. */
  protected abstract update(op: string, attributes: Attributes, variables: Variable[], inputs: Value[]): void;

  abstract tensor(data: Float32Array | Int32Array, shape: number[]): Value;
  abstract read(variable: Variable): Value;
  abstract hostCall(inputs: Value[], shape: number[], compute: (...inputs: HostNumbers[]) => Float32Array): Value;
  abstract hostIf(
    inputs: Value[],
    test: (...inputs: HostNumbers[]) => boolean,
    then: () => Value[],
    otherwise: () => Value[],
  ): Value[];

  /**
   * By `MatMul` where a signal may arrive while it computes (Ctrl-C, a resized terminal, a profiler), else by `BatchMatMulV2`, which
   * takes 1 to 9 µs more. For long inner dimensions oneDNN's sgemm moves the stack pointer into the heap: a signal handler that runs
   * then overwrites what lies there, and the process dies (after about 100 signals; 4,900 were survived with this choice).
   */
  matMul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
    const [rows, inner] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
    const columns = b.shape[transposeB ? 0 : 1];
    const survivesSignals = inner <= ON_STACK || Math.min(rows, columns) === 1 || Math.max(rows, columns) <= SMALL;
    const form = (transposeA ? 2 : 0) + (transposeB ? 1 : 0);
    return this.float(
      survivesSignals ? 'MatMul' : 'BatchMatMulV2',
      (survivesSignals ? attributes.MATMUL : attributes.BATCH_MATMUL)[form],
      [a, b],
      [rows, columns],
    );
  }

  blockProducts(a: Value, b: Value, blocks: number): Value {
    const [p, q] = [a.shape[1], b.shape[1]];
    const [left, right] = [a, b].map((x) => this.reshape(x, [blocks, x.shape[0] / blocks, x.shape[1]]));
    return this.reshape(this.float('BatchMatMulV2', attributes.BATCH_MATMUL[2], [left, right], [blocks, p, q]), [blocks, p * q]);
  }

  biasAdd(x: Value, bias: Value): Value {
    return this.float('BiasAdd', attributes.FLOAT, [x, bias], x.shape);
  }

  columnSums(x: Value): Value {
    return this.float('BiasAddGrad', attributes.FLOAT, [x], [x.shape[x.shape.length - 1]]);
  }

  rowSums(x: Value): Value {
    return this.float('Sum', attributes.ROW_SUM, [x, this.constant([1], 'int32')], [x.shape[0], 1]);
  }

  relu(x: Value): Value {
    return this.float('Relu', attributes.FLOAT, [x], x.shape);
  }

  reluGrad(dy: Value, y: Value): Value {
    return this.float('ReluGrad', attributes.FLOAT, [dy, y], y.shape);
  }

  crossEntropy(logits: Value, labels: Value): { losses: Value; gradient: Value } {
    const results: Result[] = [
      { shape: [logits.shape[0]], dtype: 'float32' },
      { shape: logits.shape, dtype: 'float32' },
    ];
    const [losses, gradient] = this.run(
      'SparseSoftmaxCrossEntropyWithLogits',
      attributes.CROSS_ENTROPY,
      [logits, labels],
      ...results,
    );
    return { losses, gradient };
  }

  softmax(logits: Value): Value {
    return this.float('Softmax', attributes.FLOAT, [logits], logits.shape);
  }

  logSoftmax(logits: Value): Value {
    return this.float('LogSoftmax', attributes.FLOAT, [logits], logits.shape);
  }

  exp(x: Value): Value {
    return this.float('Exp', attributes.FLOAT, [x], x.shape);
  }

  log(x: Value): Value {
    return this.float('Log', attributes.FLOAT, [x], x.shape);
  }

  sqrt(x: Value): Value {
    return this.float('Sqrt', attributes.FLOAT, [x], x.shape);
  }

  add(a: Value, b: Value): Value {
    return this.float('AddV2', attributes.FLOAT, [a, b], broadcast(a, b));
  }

  sub(a: Value, b: Value): Value {
    return this.float('Sub', attributes.FLOAT, [a, b], broadcast(a, b));
  }

  mul(a: Value, b: Value): Value {
    return this.float('Mul', attributes.FLOAT, [a, b], broadcast(a, b));
  }

  div(a: Value, b: Value): Value {
    return this.float('RealDiv', attributes.FLOAT, [a, b], broadcast(a, b));
  }

  scale(x: Value, factor: number): Value {
    return this.float('Mul', attributes.FLOAT, [x, this.constant(factor, 'float32')], x.shape);
  }

  sum(x: Value): Value {
    return this.float(
      'Sum',
      attributes.SUM,
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
    return this.run('GatherV2', attributes.GATHER[numberType(x)], [x, positions, this.constant(0, 'int32')], {
      shape,
      dtype: numberType(x),
    })[0];
  }

  concat(values: Value[], axis: 0 | 1): Value {
    return this.joined(values, axis);
  }

  slice(x: Value, axis: 0 | 1, start: number, count: number): Value {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    const shape = x.shape.map((n, i) => (i === axis ? count : n));
    const inputs = [x, this.constant(begin, 'int32'), this.constant(shape, 'int32')];
    return this.run('Slice', attributes.SLICE[numberType(x)], inputs, { shape, dtype: numberType(x) })[0];
  }

  stopGradient(x: Value): Value {
    return x;
  }

  reshape(x: Value, shape: number[]): Value {
    return this.run('Reshape', attributes.RESHAPE[numberType(x)], [x, this.constant(shape, 'int32')], {
      shape,
      dtype: numberType(x),
    })[0];
  }

  argMax(x: Value): Value {
    return this.run('ArgMax', attributes.ARG_MAX, [x, this.constant(1, 'int32')], { shape: [x.shape[0]], dtype: 'int32' })[0];
  }

  countEqual(a: Value, b: Value): Value {
    return this.sum(this.equal(a, b, attributes.EQUAL));
  }

  oneHot(labels: Value, depth: number): Value {
    const inputs = [labels, this.constant(depth, 'int32'), this.constant(1, 'float32'), this.constant(0, 'float32')];
    return this.float('OneHot', attributes.ONE_HOT, inputs, [labels.shape[0], depth]);
  }

  conv2d(x: Value, filter: Value, window: ConvWindow): Value {
    return this.float('Conv2D', convolution(window), [x, filter], convShape(x.shape, filter.shape, window));
  }

  conv2dInputGrad(dy: Value, filter: Value, inputShape: number[], window: ConvWindow): Value {
    const inputs = [this.constant(inputShape, 'int32'), filter, dy];
    return this.float('Conv2DBackpropInput', convolution(window), inputs, inputShape);
  }

  conv2dFilterGrad(x: Value, dy: Value, filterShape: number[], window: ConvWindow): Value {
    const inputs = [x, this.constant(filterShape, 'int32'), dy];
    return this.float('Conv2DBackpropFilter', convolution(window), inputs, filterShape);
  }

  /** As slices of all images at once: 1 ms for 64 × 28 × 28 × 1, where TensorFlow's own ExtractImagePatches takes 3.8 ms. */
  patches(x: Value, kernel: readonly [number, number], window: ConvWindow): Value {
    const { padding, slices, shape } = patchSlices(x.shape, kernel, window);
    const [n, height, width, channels] = x.shape;
    const [top, bottom, left, right] = padding;
    const size = [n, height + top + bottom, width + left + right, channels];
    const zeros = this.constant([0, 0, top, bottom, left, right, 0, 0], 'int32');
    const whole = this.float('Pad', attributes.PAD, [x, this.reshape(zeros, [4, 2])], size);
    const strides = this.constant([1, window.stride, window.stride, 1], 'int32');
    const seen = slices.map(({ begin, end, size: part }) => {
      const inputs = [whole, this.constant(begin, 'int32'), this.constant(end, 'int32'), strides];
      return this.float('StridedSlice', attributes.STRIDED_SLICE, inputs, part);
    });
    return this.reshape(this.joined(seen, 3), shape);
  }

  maxPool(x: Value, size: number): Value {
    return this.float('MaxPool', attributes.poolAttributes(size), [x], poolShape(x.shape, size));
  }

  maxPoolGrad(dy: Value, x: Value, y: Value, size: number): Value {
    return maxPoolGradBySlices(this, (a, b) => this.equal(a, b, attributes.EQUAL_FLOATS), dy, x, y, size);
  }

  meanPool(x: Value, size: number): Value {
    return this.float('AvgPool', attributes.poolAttributes(size), [x], poolShape(x.shape, size));
  }

  meanPoolGrad(dy: Value, inputShape: number[], size: number): Value {
    const inputs = [this.constant(inputShape, 'int32'), dy];
    return this.float('AvgPoolGrad', attributes.poolAttributes(size), inputs, inputShape);
  }

  assign(variable: Variable, value: Value): void {
    this.update('AssignVariableOp', attributes.VARIABLE[variable.dtype], [variable], [value]);
  }

  momentumStep(weight: Variable, velocity: Variable, gradient: Value, learningRate: number | Value, momentum: number): void {
    const rate = typeof learningRate === 'number' ? this.constant(learningRate, 'float32') : learningRate;
    const inputs = [rate, gradient, this.constant(momentum, 'float32')];
    this.update('ResourceApplyMomentum', attributes.MOMENTUM, [weight, velocity], inputs);
  }

  /** TensorFlow would correct the averages with powers of β kept in float32, where 1 − β₂ᵗ loses four digits: it gets 0 for both. */
  adamStep(weight: Variable, mean: Variable, square: Variable, gradient: Value, numbers: AdamNumbers): void {
    const [zero, beta1, beta2] = [0, numbers.beta1, numbers.beta2].map((number) => this.constant(number, 'float32'));
    const inputs = [zero, zero, numbers.rate, beta1, beta2, numbers.epsilon, gradient];
    this.update('ResourceApplyAdam', attributes.ADAM, [weight, mean, square], inputs);
  }

  private joined(values: Value[], axis: number): Value {
    if (values.length === 1) return this.reshape(values[0], values[0].shape); // TensorFlow's operation takes two or more
    const dtype = numberType(values[0]);
    const shape = values[0].shape.slice();
    shape[axis] = values.reduce((total, value) => total + value.shape[axis], 0);
    const inputs = [...values, this.constant(axis, 'int32')];
    return this.run('ConcatV2', attributes.concatAttributes(dtype, values.length), inputs, { shape, dtype })[0];
  }

  /** 1 where two values are equal, else 0. */
  private equal(a: Value, b: Value, set: Attributes): Value {
    const [equal] = this.run('Equal', set, [a, b], { shape: a.shape, dtype: 'bool' });
    return this.float('Cast', attributes.CAST, [equal], a.shape);
  }

  private float(op: string, attributes: Attributes, inputs: Value[], shape: number[]): Value {
    return this.run(op, attributes, inputs, { shape, dtype: 'float32' })[0];
  }
}

function convolution({ stride, padding }: ConvWindow): Attributes {
  return attributes.convAttributes(stride, padding);
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
