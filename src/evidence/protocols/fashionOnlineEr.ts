import type { SpecInput } from '../../experiments/spec';
import type { Protocol } from '../protocol';

const SOURCE = 'Table I of the paper, as quoted by others (the paper itself was not at hand); no ± was found';

/** What was tried where a figure is not reached: the authors' settings in a program of its own, which shares no code with this library. */
const apart = (found: string) => `better than published; so is a NumPy program of the authors' settings: ${found}`;

const shared = (seed: number) => ({
  stream: { name: 'split-fashion-mnist', scenario: 'class-incremental', batchSize: 10, pixels: 'unit' } as const,
  model: { hidden: [256, 256], initialisation: 'xavier' },
  epochs: 1,
  seed,
});

const sgd = (lr: number) => ({ name: 'sgd', lr, momentum: 0 });

const replay =
  (capacity: number, lr: number) =>
  (seed: number): SpecInput => ({
    ...shared(seed),
    optimizer: sgd(lr),
    method: { name: 'er', options: { capacity, replayRatio: 12.8, buffer: 'reservoir', fill: 'every-step' } },
  });

const plain =
  (name: string) =>
  (seed: number): SpecInput => ({ ...shared(seed), optimizer: sgd(0.2), method: { name } });

/** Online replay on Split-Fashion-MNIST. */
export const fashionOnlineEr: Protocol = {
  name: 'fashion-online-er',
  title: 'Split-Fashion-MNIST, class-incremental, one pass: replay with three memories',
  paper: 'Buzzega et al. 2020, Rethinking experience replay: a bag of tricks for continual learning, ICPR 2020, arXiv 2010.05595',
  settingsFrom: "the authors' code (github.com/hastings24/rethinking_er, commit d32707b)",
  architecture: 'fully connected, two hidden layers of 256, ReLU; Xavier-uniform weights, biases 0',
  training:
    'SGD without momentum, one pass, batches of 10 with 128 stored samples, mean loss over all 138; reservoir filled step by step; learning rate 0.03, 0.1, 0.1 with 200, 500, 1000 samples; none and joint 0.2; pixels 0 … 1; classes in order',
  publishedSeeds: '10',
  seeds: 10,
  duration: '10 s to 1 min',
  differs: [
    'Outputs come with the classes; the authors have all ten from the start.',
    'While fewer than 128 samples are stored, 128 are drawn with replacement; the authors take as many as there are.',
  ],
  rows: [
    { label: 'None', spec: plain('naive') },
    {
      label: 'ER, 200 samples',
      published: { value: 72.54, source: SOURCE },
      spec: replay(200, 0.03),
      reason: apart('77.4 on five seeds'),
    },
    { label: 'ER, 500 samples', published: { value: 79.02, source: SOURCE }, spec: replay(500, 0.1) },
    {
      label: 'ER, 1000 samples',
      published: { value: 81.39, source: SOURCE },
      spec: replay(1000, 0.1),
      reason: apart('82.1 on three seeds'),
    },
    {
      label: 'Joint',
      published: { value: 84.47, source: SOURCE },
      spec: plain('joint'),
      reason:
        "a NumPy program of the authors' settings gives 82.2 on ten seeds (79.2 to 83.5), and 84.1 on four with learning rate 0.03 instead of the 0.2 of their file",
    },
  ],
};
