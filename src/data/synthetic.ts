import { checkNumber, withDefaults } from '../utils/errors';
import { getSeed, RandomStream } from '../utils/random';
import { finishDataset, MNIST_NORMALISATION, type Dataset, type SampleSet } from './dataset';

/** What `syntheticDataset` takes. */
export interface SyntheticOptions {
  /** Training images, 10 to 1,000,000. Default: 6000. */
  trainSize?: number;
  /** Test images, 10 to 1,000,000. Default: 1000. */
  testSize?: number;
  /** Seed of the pixels. Default: `getSeed()`. */
  seed?: number;
}

/** Most samples of one split: 784 MB of pixels. */
const MAX_SIZE = 1_000_000;

/** Held weakly: a study of many seeds does not pile up their data. */
const made = new Map<string, WeakRef<Dataset>>();

/**
 * Data in MNIST's format with structured labels (0, 1, …, 9, 0, 1, …) and random pixels (uniform 0 … 255): there is
 * nothing to learn, so every method ends at chance (0.5 of two classes, 0.1 of ten). It reproduces the chance-level
 * tables the original benchmark published, and serves tests that need no real digits.
 * The same options return the same object as long as something holds it.
 */
export function syntheticDataset(options?: SyntheticOptions): Dataset {
  const defaults: Required<SyntheticOptions> = { trainSize: 6000, testSize: 1000, seed: getSeed() };
  const { trainSize, testSize, seed } = withDefaults('syntheticDataset', options, defaults);
  checkNumber('syntheticDataset', 'trainSize', trainSize, { min: 10, max: MAX_SIZE, integer: true });
  checkNumber('syntheticDataset', 'testSize', testSize, { min: 10, max: MAX_SIZE, integer: true });
  checkNumber('syntheticDataset', 'seed', seed, { integer: true });
  const key = `${trainSize} ${testSize} ${seed}`;
  const known = made.get(key)?.deref();
  if (known) return known;
  const dataset = finishDataset({
    name: 'synthetic',
    train: randomSet(trainSize, new RandomStream(seed, 'synthetic/train')),
    test: randomSet(testSize, new RandomStream(seed, 'synthetic/test')),
    shape: [28, 28, 1],
    classNames: Array.from({ length: 10 }, (_, k) => String(k)),
    classKind: 'digits',
    ...MNIST_NORMALISATION,
  });
  made.set(key, new WeakRef(dataset));
  return dataset;
}

function randomSet(count: number, stream: RandomStream): SampleSet {
  const words = new Uint32Array((count * 784) / 4).map(() => stream.integer(2 ** 32)); // four pixels a draw
  return { inputs: new Uint8Array(words.buffer), labels: Uint8Array.from({ length: count }, (_, i) => i % 10) };
}
