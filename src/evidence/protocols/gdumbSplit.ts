import type { SpecInput } from '../../experiments/spec';
import type { Protocol, ProtocolRow } from '../protocol';

const SOURCE = "README of the authors' code (github.com/drimpossible/GDumb, commit 3cb96ec)";

function row(width: number, capacity: number, value: number, spread: number): ProtocolRow {
  const spec = (seed: number): SpecInput => ({
    stream: { name: 'split-mnist', scenario: 'class-incremental', batchSize: 16, classOrder: 'random' },
    model: { hidden: [width, width] },
    optimizer: { name: 'sgd', lr: 0.05, momentum: 0.9, weightDecay: 1e-6 },
    method: { name: 'gdumb', options: { capacity } },
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
  architecture: 'fully connected, two hidden layers of 100 or 400, ReLU',
  training: 'SGD, momentum 0.9, weight decay 1e-6, 128 passes over the memory, batches of 16; standardised pixels',
  publishedSeeds: '3',
  seeds: 3,
  differs: [
    'No batch normalisation; the authors have it after every layer, the last included, and no biases.',
    'Learning rate 0.05 throughout; the authors let it fall from 0.05 to 0.0005 by cosines with warm restarts.',
    'No random crops of padded images, no clipping of gradients.',
    'The accuracy is that after the last pass; the authors print the best of the 128 passes on the test set.',
    '32-bit floats; the authors compute in 16 bits.',
  ],
  rows: [row(100, 300, 89.1, 0.4), row(100, 500, 90.2, 0.4), row(400, 500, 91.9, 0.5), row(400, 4400, 97.8, 0.1)],
};
