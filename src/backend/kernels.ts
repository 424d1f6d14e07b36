import type { HostNumbers, Value } from './value';
import type { Variable } from './variable';
import type { ConvWindow } from './windows';

/** The numbers of one Adam step; see `Kernels.adamStep`. */
export interface AdamNumbers {
  /** Learning rate with the bias corrections of both averages: lr·√(1 − β₂ᵗ) / (1 − β₁ᵗ); float32 []. */
  readonly rate: Value;
  /** What is added to √v: ε·√(1 − β₂ᵗ) for PyTorch's form; float32 []. */
  readonly epsilon: Value;
  /** Decay β₁ of the gradients' average. */
  readonly beta1: number;
  /** Decay β₂ of the squares' average. */
  readonly beta2: number;
}

/**
 * The operations a training step is written in. One source, several executions: op by op on TensorFlow's native library,
 * op by op on any other tfjs backend (wasm), or recorded once as a TensorFlow graph. So a step never reads a value back;
 * shapes are fixed, and what the host decides (random draws) comes in as `feed` arrays of the batch.
 *
 * Every returned `Value` lives until the enclosing `scope` ends.
 */
export interface Kernels {
  /** a·b, each operand transposed first where asked; [m, k] × [k, n] → [m, n]. */
  matMul(a: Value, b: Value, transposeA?: boolean, transposeB?: boolean): Value;
  /** aᵀ·b of each of `blocks` equal blocks of rows, each result as one row; [blocks·n, p], [blocks·n, q] → [blocks, p·q]. */
  blockProducts(a: Value, b: Value, blocks: number): Value;
  /** x + bias for every row or pixel; [..., c] + [c] → [..., c]. */
  biasAdd(x: Value, bias: Value): Value;
  /** Sum over all axes but the last, the gradient of a bias; [..., c] → [c]. */
  columnSums(x: Value): Value;
  /** Sum over each row; [n, c] → [n, 1]. */
  rowSums(x: Value): Value;
  /** max(x, 0). */
  relu(x: Value): Value;
  /** The gradient through a ReLU: `dy` where the activation `y` was positive, else 0. */
  reluGrad(dy: Value, y: Value): Value;
  /**
   * Softmax cross-entropy of each row and its gradient with respect to the logits (softmax − one-hot), neither averaged.
   *
   * @param logits [n, classes]
   * @param labels int32 [n], each in 0 … classes−1
   */
  crossEntropy(logits: Value, labels: Value): { losses: Value; gradient: Value };
  /** Softmax over each row; [n, classes]. */
  softmax(logits: Value): Value;
  /** The logarithm of the softmax over each row, finite also where the softmax is 0; [n, classes]. */
  logSoftmax(logits: Value): Value;
  /** eˣ, elementwise. */
  exp(x: Value): Value;
  /** The natural logarithm, elementwise. */
  log(x: Value): Value;
  /** √x, elementwise. */
  sqrt(x: Value): Value;
  /** a + b, elementwise, with broadcasting. */
  add(a: Value, b: Value): Value;
  /** a − b, elementwise, with broadcasting. */
  sub(a: Value, b: Value): Value;
  /** a × b, elementwise, with broadcasting. */
  mul(a: Value, b: Value): Value;
  /** a / b, elementwise, with broadcasting. */
  div(a: Value, b: Value): Value;
  /** x × factor. */
  scale(x: Value, factor: number): Value;
  /** Sum of all elements; → []. */
  sum(x: Value): Value;
  /** The rows of x at the int32 positions [n]; works for [rows, c] and for [rows]. */
  gather(x: Value, positions: Value): Value;
  /** Values one after the other along an axis (0: rows, 1: columns). */
  concat(values: Value[], axis: 0 | 1): Value;
  /** `count` rows (axis 0) or columns (axis 1) from `start` on. */
  slice(x: Value, axis: 0 | 1, start: number, count: number): Value;
  /** x, through which no gradient flows back: what depends on it is a constant to the loss (a teacher, an earlier column). */
  stopGradient(x: Value): Value;
  /** The same elements under another shape. */
  reshape(x: Value, shape: number[]): Value;
  /** The position of the largest entry of each row; int32 [n]. */
  argMax(x: Value): Value;
  /** How many entries of two int32 vectors agree; float32 []. */
  countEqual(a: Value, b: Value): Value;
  /** 1 at the labels' columns, else 0; int32 [n] → float32 [n, depth]. */
  oneHot(labels: Value, depth: number): Value;
  /**
   * Convolution (cross-correlation, as in every deep-learning library) of images with channels last.
   *
   * @param x [n, h, w, in]
   * @param filter [kh, kw, in, out]
   * @returns [n, oh, ow, out]; see `convShape`
   */
  conv2d(x: Value, filter: Value, window: ConvWindow): Value;
  /** The gradient of `conv2d` with respect to its input; dy [n, oh, ow, out] → `inputShape` [n, h, w, in]. */
  conv2dInputGrad(dy: Value, filter: Value, inputShape: number[], window: ConvWindow): Value;
  /** The gradient of `conv2d` with respect to its filter; x [n, h, w, in], dy [n, oh, ow, out] → `filterShape` [kh, kw, in, out]. */
  conv2dFilterGrad(x: Value, dy: Value, filterShape: number[], window: ConvWindow): Value;
  /**
   * What each window of a convolution sees, as rows: `conv2d(x, f)` is `patches(x) · f` with f as [kh·kw·in, out], and the filter's
   * gradient is patchesᵀ·dy (so `blockProducts` gives it for each image).
   *
   * @param x [n, h, w, in]
   * @param kernel [kh, kw]
   * @returns [n·oh·ow, kh·kw·in]
   */
  patches(x: Value, kernel: readonly [number, number], window: ConvWindow): Value;
  /** The largest of each `size` × `size` window, side by side; [n, h, w, c] → [n, ⌊h/size⌋, ⌊w/size⌋, c]. */
  maxPool(x: Value, size: number): Value;
  /**
   * The gradient of `maxPool`: each dy goes to the largest entry of its window, the first of several.
   *
   * @param dy gradient with respect to the output, shaped as y
   * @param x the input of `maxPool`
   * @param y its output
   */
  maxPoolGrad(dy: Value, x: Value, y: Value, size: number): Value;
  /** The mean of each `size` × `size` window, side by side; [n, h, w, c] → [n, ⌊h/size⌋, ⌊w/size⌋, c]. */
  meanPool(x: Value, size: number): Value;
  /** The gradient of `meanPool`: dy/size² for each pixel of a window, 0 for pixels in no window; → `inputShape` [n, h, w, c]. */
  meanPoolGrad(dy: Value, inputShape: number[], size: number): Value;
  /** Host numbers as a value; Float32Array gives float32, Int32Array int32. It may share the array's memory: do not change it afterwards. */
  tensor(data: Float32Array | Int32Array, shape: number[]): Value;

  /** The variable's present content. Not valid any more after the next change of the same variable. */
  read(variable: Variable): Value;
  /** Overwrites the variable. */
  assign(variable: Variable, value: Value): void;
  /**
   * One step of SGD with momentum in PyTorch's form: v ← m·v + g; w ← w − lr·v, both in place.
   *
   * @param weight the variable w to change
   * @param velocity the variable v of the same shape
   * @param gradient g, of the same shape
   * @param learningRate lr; a value, float32 [], where it changes from step to step
   */
  momentumStep(weight: Variable, velocity: Variable, gradient: Value, learningRate: number | Value, momentum: number): void;
  /**
   * One step of Adam (Kingma & Ba 2015), in place: m ← m + (1−β₁)(g − m); v ← v + (1−β₂)(g² − v); w ← w − rate·m/(√v + ε). Rate and ε
   * are values, because the bias corrections in them change from step to step, also inside a recorded loop.
   *
   * @param weight the variable w to change
   * @param mean the variable m, the average of the gradients, of the same shape
   * @param square the variable v, the average of their squares, of the same shape
   * @param gradient g, of the same shape
   */
  adamStep(weight: Variable, mean: Variable, square: Variable, gradient: Value, numbers: AdamNumbers): void;

  /**
   * Numbers that the host computes in the middle of a step (GEM's quadratic program). A recorded step is cut in two here, and
   * `compute` runs at every step, so it may also count.
   *
   * @param inputs what the host needs to know
   * @param shape shape of the float32 result
   * @param compute gets the inputs' numbers, gives the result's
   */
  hostCall(inputs: Value[], shape: number[], compute: (...inputs: HostNumbers[]) => Float32Array): Value;
  /**
   * A decision of the host in the middle of a step. A recorded step is cut here and holds both ways to go on; `test` runs at
   * every step, so it may also count, while `then` and `otherwise` run once, when the step is recorded.
   *
   * @param inputs what the host needs to know
   * @param test gets the inputs' numbers
   * @param then what to compute when the test says yes
   * @param otherwise what to compute when it says no: the same number of values, of the same shapes
   * @returns the values of the way taken
   */
  hostIf(inputs: Value[], test: (...inputs: HostNumbers[]) => boolean, then: () => Value[], otherwise: () => Value[]): Value[];
}
