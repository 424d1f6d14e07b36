import { problem, shown, withDefaults } from '../utils/errors';
import { checkedNames, numberedClasses } from './classNames';
import { checkCount, finishDataset, isImage, unitOf, type Dataset, type Domains, type SampleSet } from './dataset';
import { rowLength, toInputs, type InputArrays, type StoredInputs } from './inputs';
import { toLabels } from './labels';
import { inputStatistics } from './statistics';
import { typeName } from './typeName';

/** A user's own inputs and labels; see `datasetFromArrays`. */
export interface SampleArrays {
  /** The inputs, flat or one row per input; see `InputArrays`. For images `images` is the same. */
  inputs?: InputArrays;
  /** The inputs, where they are images; give `inputs` or `images`. */
  images?: InputArrays;
  /** The class of each input, whole numbers from 0; [n]. */
  labels: ArrayLike<number | bigint>;
}

/** What `datasetFromArrays` takes. */
export interface DatasetArrays {
  /** For people and result files. */
  name: string;
  /** Training inputs and labels. */
  train: SampleArrays;
  /** Test inputs and labels. */
  test: SampleArrays;
  /**
   * `[features]` for numbers of any range, `[height, width, channels]` for images (a row holds pixel after pixel, row after
   * row, the channels of a pixel side by side). Default: [width, height] as below, else the numbers in the first row.
   */
  shape?: readonly number[];
  /** Pixels per row, for images of one channel: short for `shape: [height, width, 1]`, together with `height`. */
  width?: number;
  /** Rows per image; see `width`. */
  height?: number;
  /** One name per class. Default: '0', '1', … up to the largest training label; then each of them must occur. */
  classNames?: readonly string[];
  /** Mean to subtract, in all or per channel or feature (images: of pixels in 0 … 1). Default: that of the training inputs. */
  mean?: number | readonly number[];
  /** Standard deviation to divide by. Default: that of the training inputs (1 where they are all alike). */
  std?: number | readonly number[];
}

/** Every option of `DatasetArrays`, for `withDefaults`. */
export const DATASET_DEFAULTS: { [K in keyof Required<DatasetArrays>]: DatasetArrays[K] | undefined } = {
  name: undefined,
  train: undefined,
  test: undefined,
  shape: undefined,
  width: undefined,
  height: undefined,
  classNames: undefined,
  mean: undefined,
  std: undefined,
};

/** The options with what has no default checked. */
type Settings = Omit<DatasetArrays, 'train' | 'test'>;

/** Training and test data of one part. */
export type Pair = { train: SampleArrays; test: SampleArrays };

/** Checks, converts and joins one or (where `names` of domains are given) several parts. */
export function assemble(options: Settings, parts: readonly Pair[], names?: string[]): Dataset {
  const { name } = options;
  const subject = `data set '${name}'`;
  const place = (part: number, split: string) => `${subject}${names ? `, domain '${names[part]}'` : ''}, ${split}`;
  const firstInputs = inputsOf(place(0, 'train'), parts[0].train);
  const shape = resolveShape(subject, options, firstInputs);
  const sets = (split: 'train' | 'test') => parts.map((part, i) => toSampleSet(place(i, split), part[split], shape));
  const [trains, tests] = [sets('train'), sets('test')];
  const [train, test] = [joined(`${subject}, train`, trains, shape), joined(`${subject}, test`, tests, shape)];
  const classNames = options.classNames ? checkedNames(subject, options.classNames) : numberedClasses(subject, train.labels);
  const { mean, std } = options;
  const measured =
    mean === undefined || std === undefined ? inputStatistics(train.inputs, shape, unitOf(train.inputs, shape)) : undefined;
  const domainOf = (each: SampleSet[]) => Int32Array.from(each.flatMap(({ labels }, i) => Array<number>(labels.length).fill(i)));
  const domains: Domains | undefined = names && { names, train: domainOf(trains), test: domainOf(tests) };
  return finishDataset({
    name,
    train,
    test,
    shape,
    classNames,
    mean: mean ?? measured!.mean,
    std: std ?? measured!.std,
    ...(domains && { domains }),
  });
}

function inputsOf(subject: string, given: SampleArrays): unknown {
  const known: Partial<SampleArrays> = { inputs: undefined, images: undefined, labels: undefined };
  const { inputs, images } = withDefaults<Partial<SampleArrays>>(subject, given ?? (null as never), known);
  if ((inputs === undefined) === (images === undefined)) {
    throw problem(
      subject,
      inputs === undefined ? 'there are no inputs' : 'there are inputs and images',
      'give inputs or images, and labels',
    );
  }
  return inputs ?? images;
}

function toSampleSet(subject: string, given: SampleArrays, shape: readonly number[]): SampleSet {
  const set = { inputs: toInputs(subject, inputsOf(subject, given), shape), labels: toLabels(subject, given.labels) };
  checkCount(subject, set, shape); // each part for itself: one label too many here and one too few there would cancel out
  return set;
}

/** One sample set after the other; a single one is not copied. */
function joined(subject: string, sets: SampleSet[], shape: readonly number[]): SampleSet {
  if (sets.length === 1) return sets[0];
  const types = [...new Set(sets.map((set) => typeName(set.inputs)))];
  if (types.length > 1 && isImage(shape)) {
    throw problem(subject, `images are ${types.join(' in one domain and ')} in another`, 'give all domains in one type');
  }
  const type = types.length > 1 ? 'Float64Array' : types[0];
  const inputs = emptyInputs(type, total(sets, 'inputs'));
  const labels = new Int32Array(total(sets, 'labels'));
  let [at, row] = [0, 0];
  for (const set of sets) {
    inputs.set(set.inputs, at);
    labels.set(set.labels, row);
    at += set.inputs.length;
    row += set.labels.length;
  }
  return { inputs, labels };
}

const total = (sets: SampleSet[], of: keyof SampleSet) => sets.reduce((sum, set) => sum + set[of].length, 0);

function emptyInputs(type: string, length: number): StoredInputs {
  if (type === 'Uint8Array') return new Uint8Array(length);
  return type === 'Float32Array' ? new Float32Array(length) : new Float64Array(length);
}

function resolveShape(subject: string, { shape, width, height }: Settings, inputs: unknown): readonly number[] {
  const whole = (size: unknown) => Number.isInteger(size) && (size as number) > 0;
  if (shape !== undefined) {
    if (width !== undefined || height !== undefined)
      throw problem(subject, 'shape and width or height are given', 'give shape alone');
    if (Array.isArray(shape) && (shape.length === 1 || isImage(shape)) && shape.every(whole)) return [...shape];
    throw problem(
      subject,
      `shape must be [features] or [height, width, channels], got ${shown(shape)}`,
      'grey images have 1 channel',
    );
  }
  if (width === undefined && height === undefined) {
    const length = rowLength(inputs);
    if (length) return [length];
    throw problem(
      subject,
      'flat inputs do not say how many numbers belong together',
      'give shape: [features] or [height, width, channels]',
    );
  }
  if (whole(width) && whole(height)) return [height!, width!, 1];
  throw problem(subject, `width and height must be whole numbers of at least 1, got ${shown(width)} and ${shown(height)}`);
}
