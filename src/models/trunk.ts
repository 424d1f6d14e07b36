import type { Parameter } from '../autodiff';
import { elements } from '../backend';
import type { Kernels, Value, Variable } from '../backend';
import { checkChoice, checkNumber, problem, shown, withDefaults } from '../utils/errors';
import { getSeed } from '../utils/random';
import type { RandomStream } from '../utils/random';
import { BatchNorm } from './layers/batchNorm';
import { Conv2D } from './layers/conv2d';
import type { ImageShape } from './layers/conv2d';
import type { Initialisation } from './layers/initialisation';
import { Linear } from './layers/linear';
import { pool, pooledShape } from './layers/pooling';
import type { Pooling } from './layers/pooling';
import { notePass } from './passes';

/** A block of a convolutional trunk: convolution (stride 1, borders kept), pooling over 2×2 windows, ReLU. */
export interface ConvBlock {
  /** Filters, the channels that come out. */
  filters: number;
  /** Height and width of the filters in pixels; default 3. */
  kernel?: number;
  /** `'max'` (default), `'mean'` or `'none'`. */
  pool?: Pooling;
}

/**
 * What comes between each layer of a trunk and its ReLU (of blocks before the pooling, too). `'batch'`: batch normalisation, see
 * `BatchNorm`; the layers then have no bias, whose place its shift takes. `'none'`: nothing.
 */
export type Normalisation = 'none' | 'batch';

/** Options every network shares: together they describe its trunk, the layers before the output. */
export interface NetworkOptions {
  /** Numbers per input; default 784 (28×28 pixels), with `inputShape` its product. */
  inputSize?: number;
  /** [height, width, channels] of images, for `conv`; default [inputSize]. Inputs stay rows of numbers, channels last. */
  inputShape?: readonly number[];
  /**
   * Convolutional blocks before the hidden layers, e.g. `[{ filters: 16 }, { filters: 32 }]`; default none. With them
   * `inputShape` is needed.
   */
  conv?: readonly ConvBlock[];
  /** Width of each hidden layer; default [256, 256]. With `conv` it may be empty. */
  hidden?: readonly number[];
  /** How the layers start, without `conv`; see `Initialisation`. Default `'pytorch'`. */
  initialisation?: Initialisation;
  /** What normalises each layer before its ReLU; see `Normalisation`. Default `'none'`. */
  normalisation?: Normalisation;
  /** Seed of the initial weights; default the one of `setSeed` (42). */
  seed?: number;
}

/** `NetworkOptions` with every gap filled, as plain JSON. */
export interface NetworkConfig {
  /** Numbers of an input. */
  inputSize: number;
  /** [height, width, channels], or [features]. */
  inputShape: number[];
  /** Convolutional blocks before the hidden layers. */
  conv: Required<ConvBlock>[];
  /** Widths of the hidden layers. */
  hidden: number[];
  /** How the layers start; absent where it is `'pytorch'`. */
  initialisation?: 'xavier';
  /** What normalises the layers; absent where nothing does. */
  normalisation?: 'batch';
  /** Seed of the initial weights. */
  seed: number;
}

/**
 * Checks the options every network shares and fills the gaps; unknown names are refused.
 *
 * @param own further options of the network with their defaults
 */
export function networkOptions<Own extends object = {}>(
  subject: string,
  given: NetworkOptions & Partial<Own> = {},
  own: Own = {} as Own,
): NetworkConfig & Own {
  const defaults = {
    inputSize: undefined,
    inputShape: undefined,
    conv: [],
    hidden: [256, 256],
    initialisation: 'pytorch',
    normalisation: 'none',
    seed: getSeed(),
    ...own,
  };
  const options = withDefaults<NetworkOptions & Own>(subject, given as Partial<NetworkOptions & Own>, defaults as never);
  const { initialisation, normalisation, ...rest } = options;
  const { conv, hidden, seed } = options as Required<NetworkOptions>;
  checkNumber(subject, 'seed', seed, { integer: true });
  const inputShape = shapeOf(subject, options);
  if (!Array.isArray(conv)) throw problem(subject, 'conv must be a list of blocks', 'for example [{ filters: 16 }]');
  const blocks = conv.map((block) => convBlock(subject, block as ConvBlock));
  if (blocks.length && inputShape.length !== 3) {
    throw problem(
      subject,
      `conv needs images, the inputs have the shape [${inputShape}]`,
      'pass inputShape: [height, width, channels]',
    );
  }
  if (!Array.isArray(hidden) || (hidden.length === 0 && blocks.length === 0)) {
    throw problem(subject, 'hidden must list the width of at least one hidden layer', 'for example [256, 256]');
  }
  hidden.forEach((width) => checkNumber(subject, 'hidden width', width, { min: 1, integer: true }));
  checkChoice(subject, 'initialisation', initialisation, ['pytorch', 'xavier']);
  checkChoice(subject, 'normalisation', normalisation, ['none', 'batch']);
  if (initialisation === 'xavier' && blocks.length) {
    throw problem(subject, "initialisation 'xavier' is for networks without conv", 'leave one of them out');
  }
  return {
    ...(rest as Own),
    inputSize: elements(inputShape),
    inputShape,
    conv: blocks,
    hidden: [...hidden],
    ...(initialisation === 'xavier' && { initialisation }),
    ...(normalisation === 'batch' && { normalisation }),
    seed,
  };
}

function shapeOf(subject: string, { inputSize, inputShape }: NetworkOptions): number[] {
  if (inputSize !== undefined) checkNumber(subject, 'inputSize', inputSize, { min: 1, integer: true });
  if (inputShape === undefined) return [inputSize ?? 784];
  if (!Array.isArray(inputShape) || ![1, 3].includes(inputShape.length)) {
    throw problem(subject, `inputShape must be [height, width, channels] or [features], got ${shown(inputShape)}`);
  }
  inputShape.forEach((size) => checkNumber(subject, 'inputShape', size, { min: 1, integer: true }));
  if (inputSize !== undefined && elements(inputShape) !== inputSize) {
    throw problem(
      subject,
      `inputSize is ${inputSize}, inputShape [${inputShape}] has ${elements(inputShape)} numbers`,
      'pass only one of them',
    );
  }
  return [...inputShape] as number[];
}

function convBlock(subject: string, block: ConvBlock): Required<ConvBlock> {
  const all = withDefaults<Required<ConvBlock>>(`${subject}: conv`, block, { filters: 0, kernel: 3, pool: 'max' });
  checkNumber(`${subject}: conv`, 'filters', all.filters, { min: 1, integer: true });
  checkNumber(`${subject}: conv`, 'kernel', all.kernel, { min: 1, integer: true });
  return all;
}

/** A layer with weights. */
export interface Layer {
  /** Prefix of its parameters' names. */
  readonly name: string;
  /** Sizes for people, e.g. `784×256`. */
  readonly sizes: string;
  /** Its weights and biases, in their fixed order. */
  parameters(): Parameter[];
  /** What it keeps beside them and no step along gradients changes (running means), in its fixed order; default none. */
  buffers?(): Variable[];
}

/** A layer with what normalises it. */
interface Normalised<Own> {
  readonly layer: Own;
  readonly norm: BatchNorm | undefined;
}

/** The layers with ReLU that every architecture starts with: convolutional blocks where there are any, then hidden layers. */
export class Trunk {
  private readonly convolutions: (Normalised<Conv2D> & { pool: Pooling })[] = [];
  private readonly hidden: Normalised<Linear>[];
  private readonly inputShape: readonly number[];
  /** [height, width, channels] where there are convolutions. */
  readonly imageShape: readonly number[] | undefined;
  /** Numbers that come out for each input. */
  readonly width: number;

  constructor({ inputShape, conv, hidden, initialisation, normalisation }: NetworkConfig, random: RandomStream) {
    this.inputShape = inputShape;
    this.imageShape = conv.length ? inputShape : undefined;
    const bias = normalisation === undefined;
    const withNorm = <Own extends Layer & { nOut: number }>(layer: Own): Normalised<Own> => {
      return { layer, norm: bias ? undefined : new BatchNorm(`${layer.name}/norm`, layer.nOut) };
    };
    let shape = inputShape as unknown as ImageShape;
    conv.forEach(({ filters, kernel, pool: pooling }, i) => {
      const layer = new Conv2D(`conv${i}`, shape[2], filters, random, { kernel, bias });
      shape = pooledShape(layer.name, layer.outputShape(shape), pooling);
      this.convolutions.push({ ...withNorm(layer), pool: pooling });
    });
    const sizes = [elements(shape), ...hidden];
    this.hidden = hidden.map((width, i) => withNorm(new Linear(`hidden${i}`, sizes[i], width, random, { bias, initialisation })));
    this.width = sizes[sizes.length - 1];
  }

  /** The layers, first to last. */
  get layers(): Layer[] {
    return [...this.convolutions, ...this.hidden].flatMap(({ layer, norm }) => (norm ? [layer, norm] : [layer]));
  }

  /** The last activation; [n, inputSize] → [n, width]. */
  forward(k: Kernels, x: Value): Value {
    notePass(
      k,
      x.shape[0],
      this.layers.every((layer) => layer.parameters().every(({ frozen }) => frozen)),
    );
    return this.hidden.reduce((h, of) => k.relu(normalised(k, of, h)), this.convolve(k, x));
  }

  private convolve(k: Kernels, x: Value): Value {
    if (this.convolutions.length === 0) return x;
    const [n] = x.shape;
    let images = k.reshape(x, [n, ...this.inputShape]); // [n, h, w, c]
    for (const { pool: pooling, ...of } of this.convolutions) {
      const raw = normalised(k, of, images);
      // The largest of a window before or after ReLU is the same number, and there is a quarter of the work after it.
      images = pooling === 'mean' ? pool(k, k.relu(raw), 'mean') : k.relu(pool(k, raw, pooling));
    }
    return k.reshape(images, [n, elements(images.shape) / n]);
  }
}

function normalised(k: Kernels, { layer, norm }: Normalised<Linear | Conv2D>, x: Value): Value {
  const out = layer.forward(k, x);
  return norm ? norm.forward(k, out) : out;
}
