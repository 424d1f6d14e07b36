import { isImage, sizeOf, type Dataset, type InputDescription } from '../data/dataset';
import type { PixelMap } from '../data/pixels';
import type { Task } from '../data/task';

/** What a task says of its inputs. */
export function taskInputs(dataset: Dataset, pixelMap?: PixelMap): Pick<Task, 'inputSize' | 'inputShape' | 'inputs'> {
  const { shape } = dataset;
  return { inputSize: sizeOf(shape), inputShape: shape, inputs: descriptionOf(dataset, pixelMap) };
}

/** Raw inputs of a task are those it serves: of permuted features, mean and deviation change places with them. */
function descriptionOf({ shape, mean, std, columns }: Dataset, map?: PixelMap): InputDescription {
  if (isImage(shape) || map?.kind !== 'permutation') return { shape, mean, std, ...(columns && { columns }) };
  const moved = (values: readonly number[]) => Array.from(map.order, (from) => values[from]);
  return { shape, mean: moved(mean), std: moved(std) };
}
