import type { ScenarioName } from '../../data/task';
import type { JsonOptions, SpecInput } from '../../experiments/spec';
import type { Protocol, ProtocolRow, Published } from '../protocol';
import { argmaxEwc, asOneLayer, onlineEwc, VANDEVEN_LWF } from './vandevenSplit';

const TABLE = "the paper's table of Permuted MNIST, as quoted by others (the paper itself was not at hand)";

/** A method with its options in the three scenarios, and the published means with their ± where one was found. */
interface Line {
  label: string;
  method: string;
  options: readonly [task: JsonOptions, domain: JsonOptions, class_: JsonOptions];
  values: readonly [task: number, domain: number, class_: number];
  spreads?: readonly [task: number, domain: number, class_: number];
}

const SCENARIOS: readonly ScenarioName[] = ['task-incremental', 'domain-incremental', 'class-incremental'];
const NO_OPTIONS = [{}, {}, {}] as const;

const LINES: readonly Line[] = [
  { label: 'None', method: 'naive', options: NO_OPTIONS, values: [81.79, 78.51, 17.26], spreads: [0.48, 0.24, 0.19] },
  { label: 'Joint', method: 'cumulative', options: NO_OPTIONS, values: [97.68, 97.59, 97.59] },
  {
    label: 'EWC',
    method: 'ewc',
    options: [argmaxEwc(500), argmaxEwc(500), argmaxEwc(1)],
    values: [94.74, 94.31, 25.04],
  },
  {
    label: 'Online EWC',
    method: 'ewc',
    options: [onlineEwc(500, 0.8), onlineEwc(1000, 0.9), onlineEwc(5, 1)],
    values: [95.96, 94.42, 33.88],
  },
  { label: 'SI', method: 'si', options: [{ c: 5 }, { c: 5 }, { c: 0.1 }], values: [94.75, 95.33, 29.31] },
  { label: 'LwF', method: 'lwf', options: [VANDEVEN_LWF, VANDEVEN_LWF, VANDEVEN_LWF], values: [69.84, 72.64, 22.64] },
];

const rows = SCENARIOS.flatMap((scenario, at) =>
  LINES.map(({ label, method, options, values, spreads }): ProtocolRow => {
    const spread = spreads && ({ spread: spreads[at], spreadIs: 'SEM' } as const);
    const published: Published = { value: values[at], ...spread, source: TABLE };
    const spec = (seed: number): SpecInput => ({
      stream: { name: 'permuted-mnist', scenario, nTasks: 10, batchSize: 128, pixels: 'unit', pad: 2 },
      model: { hidden: [1000, 1000] },
      optimizer: { name: 'adam', lr: 0.0001, steps: 5000, keepOptimizer: true, ...asOneLayer(scenario) },
      method: { name: method, options: options[at] },
      seed,
    });
    return { label: `${label} (${scenario.split('-')[0]})`, published, spec };
  }),
);

/** Permuted MNIST in the three scenarios; 50,000 steps a run, 7.5 ms each on one core where a method adds nothing to them. */
export const vandevenPermuted: Protocol = {
  name: 'vandeven-permuted',
  title: 'Permuted MNIST, task-, domain- and class-incremental (50,000 steps a run: about 7 minutes for None)',
  paper: 'van de Ven & Tolias 2019, Three scenarios for continual learning, arXiv 1904.07734',
  settingsFrom:
    "the authors' code (github.com/GMvandeVen/continual-learning, commit 86802a8), λ, c and γ from param_values.py of commit f0b1461; steps, width and learning rate as the author says in issue 4",
  architecture:
    'fully connected, two hidden layers of 1000, ReLU, on 32×32 pixels; task: an output layer a task; domain: one of 10; class: outputs of the classes so far, 100 in the end',
  training:
    'Adam, learning rate 0.0001, kept from task to task; 10 tasks of 5000 steps, batches of 128; images padded to 32×32, pixels 0 … 1',
  publishedSeeds: '20',
  seeds: 20,
  duration: '7 min to an hour',
  differs: [
    'Class-incremental: new classes get outputs of a growing layer; the authors hide outputs of one layer of 100.',
    'The first task keeps the order of its pixels; to a fully connected network any order is as good.',
    'The smaller last batch of a pass over the data is used; the authors drop it.',
    'Joint, task-incremental: a batch is drawn from all tasks together; the authors take an equal part of each.',
    'SI follows the gradient of the loss without the penalty and lets no importance fall below 0; the authors do neither.',
    "λ, c and γ stand in the authors' later code; they were not compared with the paper's appendix.",
  ],
  rows,
};
