import type { SpecInput } from '../../experiments/spec';
import type { Protocol, ProtocolRow } from '../protocol';

const SOURCE = "README of the authors' code (github.com/drimpossible/GDumb, commit 3cb96ec)";

/** Width, samples and the published figure with its ±. */
const LINES = [
  [100, 300, 89.1, 0.4],
  [100, 500, 90.2, 0.4],
  [400, 500, 91.9, 0.5],
  [400, 4400, 97.8, 0.1],
] as const;

function row([width, capacity, value, spread]: (typeof LINES)[number]): ProtocolRow {
  const spec = (seed: number): SpecInput => ({
    stream: { name: 'split-mnist', scenario: 'class-incremental', batchSize: 16, classOrder: 'random' },
    model: { hidden: [width, width], normalisation: 'batch' },
    optimizer: {
      name: 'sgd',
      lr: 0.05,
      momentum: 0.9,
      weightDecay: 1e-6,
      clipNorm: 10,
      schedule: {
        name: 'cosine',
        minLr: 0.0005,
        warmRestarts: { first: 1, factor: 2 },
        warmup: { length: 1, from: 0.1 },
      },
    },
    method: { name: 'gdumb', options: { capacity, augment: { cropPadding: 4 } } },
    epochs: 128,
    seed,
  });
  return {
    label: `MLP-${width}, ${capacity} samples`,
    published: { value, spread, spreadIs: 'not said', source: SOURCE },
    spec,
  };
}

/** GDumb on Split-MNIST. */
export const gdumbSplit: Protocol = {
  name: 'gdumb-split',
  title: 'Split-MNIST, class-incremental: a network trained on a balanced memory alone',
  paper: 'Prabhu, Torr & Dokania 2020, GDumb: a simple approach that questions our progress in continual learning, ECCV 2020',
  settingsFrom: "the authors' code (github.com/drimpossible/GDumb, commits 74a5e81, 88b93a3, 3cb96ec), scripts/replicate.sh",
  architecture: 'fully connected, two hidden layers of 100 or 400 without biases, batch normalisation, ReLU',
  training:
    'SGD, momentum 0.9, weight decay 1e-6, gradients clipped to norm 10; learning rate from 0.05 to 0.0005 along a cosine with warm restarts after 1, 2, 4 … passes, a tenth of it in the first; 128 passes over the memory, batches of 16, random crops of images with 4 black pixels around; standardised pixels',
  publishedSeeds: '3',
  seeds: 3,
  duration: '30 s to 12 min',
  differs: [
    'Batch normalisation in the hidden layers, with ε 1e-5; the authors have it after the output layer, too (without a bias), with 1e-6.',
    'The accuracy is that after the last pass; the authors print the best of the 128 passes on the test set.',
    '32-bit floats; the authors compute in 16 bits.',
  ],
  rows: LINES.map(row),
};
