import type { Parameter } from '../../autodiff';
import { convShape } from '../../backend';
import type { ConvWindow, Kernels, Padding, Value } from '../../backend';
import { checkNumber, problem, withDefaults } from '../../utils/errors';
import type { RandomStream } from '../../utils/random';
import { newWeights } from './initialisation';

/** Options of a `Conv2D` layer beyond its channels. */
export interface Conv2DOptions {
  /** Height and width of the filters in pixels; default 3. */
  kernel?: number;
  /** Pixels from one window to the next; default 1. */
  stride?: number;
  /** `'same'` (default) puts zeros around the image so that stride 1 keeps its size, `'valid'` does not. */
  padding?: Padding;
  /** Whether the layer has a bias; default true. */
  bias?: boolean;
}

/** Height, width and channels of an image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

const DEFAULTS: Required<Conv2DOptions> = { kernel: 3, stride: 1, padding: 'same', bias: true };

/** A convolution of images with channels last, initialised as PyTorch's `nn.Conv2d`: W and b uniform in ±1/√(kernel²·in). */
export class Conv2D {
  /** [kernel, kernel, in, out] */
  readonly weight: Parameter;
  /** [out], or undefined for a layer without bias. */
  readonly bias: Parameter | undefined;
  /** How the filters move over the image. */
  readonly window: ConvWindow;

  /**
   * @param name prefix of the parameters' names
   * @param nIn channels of the images
   * @param nOut filters, the channels of the result
   * @param random where the initial weights are drawn from
   */
  constructor(
    readonly name: string,
    nIn: number,
    nOut: number,
    random: RandomStream,
    options: Conv2DOptions = {},
  ) {
    const { kernel, stride, padding, bias } = withDefaults(name, options, DEFAULTS);
    for (const [what, value] of Object.entries({ channels: nIn, filters: nOut, kernel, stride })) {
      checkNumber(name, what, value, { min: 1, integer: true });
    }
    if (padding !== 'same' && padding !== 'valid')
      throw problem(name, `unknown padding '${String(padding)}'`, 'use same or valid');
    if (typeof bias !== 'boolean') throw problem(name, `bias must be true or false, got ${JSON.stringify(bias)}`);
    const bound = 1 / Math.sqrt(kernel * kernel * nIn);
    this.weight = newWeights(`${name}/weight`, [kernel, kernel, nIn, nOut], bound, random);
    this.bias = bias ? newWeights(`${name}/bias`, [nOut], bound, random) : undefined;
    this.window = { stride, padding };
  }

  /** Channels of the images. */
  get nIn(): number {
    return this.weight.shape[2];
  }

  /** Filters, the channels of the result. */
  get nOut(): number {
    return this.weight.shape[3];
  }

  /** Sizes for people, e.g. `3×3×1×16`. */
  get sizes(): string {
    return this.weight.shape.join('×');
  }

  /** Weight and, where there is one, bias. */
  parameters(): Parameter[] {
    return this.bias ? [this.weight, this.bias] : [this.weight];
  }

  /**
   * The shape of the result for images of a shape.
   *
   * @throws when the channels differ or the filters are larger than the image
   */
  outputShape(image: ImageShape): ImageShape {
    const [height, width, channels] = image;
    if (channels !== this.nIn) throw problem(this.name, `it takes images of ${this.nIn} channels, got ${channels}`);
    const [, down, right, filters] = convShape([1, ...image], this.weight.shape, this.window);
    if (down < 1 || right < 1) {
      const [kernel] = this.weight.shape;
      throw problem(this.name, `filters of ${kernel}×${kernel} do not fit images of ${height}×${width}`, "use padding: 'same'");
    }
    return [down, right, filters];
  }

  /** The convolution with its bias; [n, h, w, in] → [n, oh, ow, out]. */
  forward(k: Kernels, x: Value): Value {
    const product = k.conv2d(x, k.read(this.weight), this.window);
    return this.bias ? k.biasAdd(product, k.read(this.bias)) : product;
  }
}
