import type { SpecInput } from '../../experiments/spec';
import type { Protocol, ProtocolRow, Published } from '../protocol';

const ONLINE = 'appendix D.1, Table 5 of the paper, as quoted by others (the paper itself was not at hand)';

const er =
  (epochs: number) =>
  (seed: number): SpecInput => ({
    stream: { name: 'split-mnist', scenario: 'class-incremental', batchSize: 256, testLimitPerTask: 1000 },
    model: { hidden: [400, 400] },
    optimizer: { name: 'sgd', lr: 0.01, momentum: 0.9 },
    // 597 stored samples with 256 new ones: 0.7 of the mean loss
    method: { name: 'er', options: { capacity: 2000, replayRatio: 7 / 3, buffer: 'class-balanced', fill: 'after-task' } },
    epochs,
    seed,
    measure: { insideTasks: 1 },
  });

function row(label: string, metric: ProtocolRow['metric'], epochs: number, published?: readonly [number, number?]): ProtocolRow {
  const [value, spread] = published ?? [];
  const figure: Published | undefined =
    value === undefined ? undefined : { value, ...(spread !== undefined && { spread, spreadIs: 'SD' }), source: ONLINE };
  return { label, metric, ...(figure && { published: figure }), spec: er(epochs) };
}

/** The stability gap of replay on Split-MNIST. */
export const stabilityGap: Protocol = {
  name: 'stability-gap',
  title: 'Split-MNIST, class-incremental: replay evaluated after every step',
  paper:
    'De Lange et al. 2023, Continual evaluation for lifelong learning: identifying the stability gap, ICLR 2023, arXiv 2205.13452',
  settingsFrom:
    "the authors' code (github.com/Mattdl/ContinualEvaluation, commits bae2a58, 7ffa368), reproduce/configs/splitmnist_ER.yaml",
  architecture: 'fully connected, two hidden layers of 400, ReLU',
  training:
    'SGD, learning rate 0.01, momentum 0.9, anew in each task; 10 epochs a task (online: 1), batches of 256; 2000 stored samples; loss 0.3 new + 0.7 stored; standardised pixels, classes in order; all tasks evaluated after every step on 1000 test images each',
  publishedSeeds: '5',
  seeds: 5,
  duration: '30 s to 6 min',
  differs: [
    'The weights 0.3 and 0.7 come from 597 stored samples beside 256 new ones; the authors weigh the means of 256 and 256, and scale the first task by 0.3, too.',
    'Outputs come with the classes; the authors have all ten from the start.',
    'The 1000 test images of a task stay the same; the authors draw them anew at every step. ACC is measured on them, too.',
    'Of the online variant only was found that each sample is seen once; batches of 256 are an assumption.',
    'For 10 epochs no figure was found.',
  ],
  rows: [
    row('ER, online', 'minAcc', 1, [50.8, 8.7]),
    row('ER, online', 'wf10', 1, [39.9, 7.4]),
    row('ER, online', 'forgetting', 1, [5.3]),
    row('ER, 10 epochs', 'acc', 10),
    row('ER, 10 epochs', 'minAcc', 10),
    row('ER, 10 epochs', 'wcAcc', 10),
  ],
};
