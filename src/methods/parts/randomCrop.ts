import type { Kernels, Value } from '../../backend';
import type { InputDescription } from '../../data/dataset';
import type { Task } from '../../data/task';
import { checkNumber, problem } from '../../utils/errors';
import { RandomStream } from '../../utils/random';
import type { RandomState } from '../../utils/random';

/**
 * Crops of images at random places, as torchvision's `RandomCrop(side, padding)` makes them from raw images: black pixels are put
 * around each image, then a part of its old size is cut out, every place equally likely. The host draws where each pixel of a batch
 * comes from, so a recorded step has crops of its own, too.
 */
export class RandomCrop {
  private readonly random: RandomStream;
  private inputs: InputDescription | undefined;

  /**
   * @param subject whose images they are, for error messages
   * @param padding black pixels on each side; at least 1, and below the shorter side of the images
   */
  constructor(
    private readonly subject: string,
    private readonly padding: number,
    seed: number,
  ) {
    checkNumber(subject, 'cropPadding', padding, { min: 1, integer: true });
    this.random = new RandomStream(seed, 'crops');
  }

  /**
   * Throws unless crops of the task's images make sense: they are images, their pixels are in their places, some of each image stays
   * whatever is cut out, and the task says which number black is.
   */
  check({ name, inputShape, inputs, pixels }: Task): void {
    const { subject, padding } = this;
    const remedy = 'leave out augment, or use a stream of images';
    if (inputShape.length !== 3)
      throw problem(subject, `crops need images, but the inputs of ${name} have the shape [${inputShape}]`, remedy);
    if (!inputs) throw problem(subject, `crops need to know which number black is, and ${name} has no inputs`, remedy);
    if (pixels === 'permuted') {
      const reason = `crops move pixels to their neighbours' places, and the stream of ${name} permutes pixels`;
      throw problem(subject, reason, 'leave out augment, or use a stream whose pixels are in their places');
    }
    const side = Math.min(inputShape[0], inputShape[1]);
    if (padding < side) return;
    const reason = `crops of images of ${inputShape[1]}×${inputShape[0]} with cropPadding ${padding} could be all black`;
    throw problem(subject, reason, side === 1 ? 'leave out augment' : `use cropPadding: ${side - 1} or less; 4 is usual`);
  }

  /** From now on images are those of this task. Throws as `check`. */
  begin(task: Task): void {
    this.check(task);
    this.inputs = task.inputs;
  }

  /** For each pixel of `count` cropped images the pixel of the images that it is; the last one + 1 for black. [count · h · w] */
  draw(count: number): Int32Array {
    const { padding, random } = this;
    const [height, width] = this.inputs!.shape;
    const black = count * height * width;
    const places = new Int32Array(black);
    for (let image = 0, at = 0; image < count; image++) {
      const top = random.integer(2 * padding + 1) - padding;
      const left = random.integer(2 * padding + 1) - padding;
      for (let row = top; row < top + height; row++) {
        const inside = row >= 0 && row < height;
        for (let column = left; column < left + width; column++, at++) {
          places[at] = inside && column >= 0 && column < width ? (image * height + row) * width + column : black;
        }
      }
    }
    return places;
  }

  /** The images x [n, h·w·c] cropped as `draw` of n said; standardised as they are. */
  crop(k: Kernels, x: Value, places: Value): Value {
    const { mean, std } = this.inputs!;
    const channels = mean.length;
    const pixels = k.reshape(x, [places.shape[0], channels]);
    const black = k.tensor(
      Float32Array.from(mean, (m, c) => -m / std[c]),
      [1, channels],
    );
    return k.reshape(k.gather(k.concat([pixels, black], 0), places), [...x.shape]);
  }

  /** Where its random numbers stand. */
  state(): RandomState {
    return this.random.state();
  }

  /** Takes over what `state` gave. */
  restore(state: RandomState): void {
    this.random.restore(state);
  }
}
