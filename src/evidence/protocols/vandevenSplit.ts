import type { ScenarioName } from '../../data/task';
import type { JsonOptions, SpecInput } from '../../experiments/spec';
import type { Protocol, ProtocolRow, Published } from '../protocol';

const TABLE = 'Table 4 of the paper, as quoted by others (the paper itself was not at hand)';

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
/** LwF as the paper's code has it; its distillation is a sum over the outputs only since May 2019 (commit 26f00db, issue 5). */
export const VANDEVEN_LWF = {
  weighting: 'by-tasks',
  newOutputs: 'zero',
  averageOver: 'outputs',
  temperature: 2,
  lambda: 1,
};
/** The authors have one output layer for all tasks: Adam's corrections of a later task's outputs are those of its first. */
export const asOneLayer = (scenario: ScenarioName) => (scenario === 'task-incremental' ? { stepCount: 'shared' } : {});
/** The Fisher information of the whole task, over the most likely label. */
export const argmaxEwc = (lambda: number) => ({ lambda, fisher: 'argmax', nFisherSamples: 60000 });
/** The authors' loss multiplies by γ once more than F ← γ·F + F_new does. */
export const onlineEwc = (lambda: number, gamma: number) => ({ ...argmaxEwc(lambda * gamma), online: true, gamma });

const LINES: readonly Line[] = [
  { label: 'None', method: 'naive', options: NO_OPTIONS, values: [87.19, 59.21, 19.9], spreads: [0.94, 2.04, 0.02] },
  { label: 'Joint', method: 'cumulative', options: NO_OPTIONS, values: [99.66, 98.42, 97.94] },
  {
    label: 'EWC',
    method: 'ewc',
    options: [argmaxEwc(1e7), argmaxEwc(1e6), argmaxEwc(1e8)],
    values: [98.64, 63.95, 20.01],
    spreads: [0.22, 1.9, 0.06],
  },
  {
    label: 'Online EWC',
    method: 'ewc',
    options: [onlineEwc(1e8, 0.8), onlineEwc(1e8, 0.7), onlineEwc(1e9, 0.8)],
    values: [99.12, 64.32, 19.96],
  },
  { label: 'SI', method: 'si', options: [{ c: 50 }, { c: 500 }, { c: 0.5 }], values: [99.09, 65.36, 19.99] },
  { label: 'LwF', method: 'lwf', options: [VANDEVEN_LWF, VANDEVEN_LWF, VANDEVEN_LWF], values: [99.57, 71.5, 23.85] },
];

const rows = SCENARIOS.flatMap((scenario, at) =>
  LINES.map(({ label, method, options, values, spreads }): ProtocolRow => {
    const published: Published = {
      value: values[at],
      ...(spreads && { spread: spreads[at], spreadIs: 'SEM' }),
      source: TABLE,
    };
    const spec = (seed: number): SpecInput => ({
      stream: { name: 'split-mnist', scenario, batchSize: 128, classOrder: 'random', pixels: 'unit' },
      model: { hidden: [400, 400] },
      optimizer: { name: 'adam', lr: 0.001, steps: 2000, keepOptimizer: true, ...asOneLayer(scenario) },
      method: { name: method, options: options[at] },
      seed,
    });
    return { label: `${label} (${scenario.split('-')[0]})`, published, spec };
  }),
);

/** Split-MNIST in the three scenarios. */
export const vandevenSplit: Protocol = {
  name: 'vandeven-split',
  title: 'Split-MNIST, task-, domain- and class-incremental',
  paper: 'van de Ven & Tolias 2019, Three scenarios for continual learning, arXiv 1904.07734',
  settingsFrom:
    "the authors' code (github.com/GMvandeVen/continual-learning, commits 86802a8, 39301f9), λ, c and γ from param_values.py of commit f0b1461",
  architecture:
    'fully connected, two hidden layers of 400, ReLU; task: an output layer a task; class: outputs of the classes so far',
  training:
    'Adam, learning rate 0.001, kept from task to task; 2000 steps a task, batches of 128; pixels 0 … 1; class order by seed',
  publishedSeeds: '20',
  seeds: 20,
  duration: '30 s to 2 min',
  differs: [
    'The smaller last batch of a pass over the data is used; the authors drop it.',
    'New classes get outputs of a growing layer, and new tasks an output layer of their own; the authors hide outputs of one layer of ten. Adam counts the steps of all layers together, as theirs does (stepCount shared): with the count of a new layer begun at 0, None (task) is several points better.',
    "LwF: since May 2019, after the paper, the authors' code sums distillation over the outputs in place of their mean (issue 5). So done, LwF (class) was 20.3 here on three seeds.",
    'Between class orders, which the seeds draw, None (task), LwF and all domain-incremental lines differ by several points.',
    'Joint, task-incremental: a batch is drawn from all tasks together; the authors take an equal part of each.',
    'SI follows the gradient of the loss without the penalty and lets no importance fall below 0; the authors do neither.',
    "λ, c and γ stand in the authors' later code; they were not compared with the paper's appendix.",
  ],
  rows,
};
