import { ProgressiveNeuralNet } from '../models';
import type { Model } from '../models';
import { problem } from '../utils/errors';
import { EWC } from './ewc';
import { ExperienceReplay } from './experienceReplay';
import { GEM } from './gem';
import { NaiveTrainer } from './naive';
import { PNNTrainer } from './pnn';
import type { CLTrainer } from '../training/trainer';
import type { ScenarioName } from '../data/task';
import type { Compatibility } from '../scenarios/compatibility';

/** What the benchmark, the tables, the README and the common tests know of a method. */
export interface MethodEntry {
  /** The method's name on the command line and in results. */
  readonly name: string;
  /** For people. */
  readonly label: string;
  /** Makes the trainer. */
  readonly create: (model: Model, options?: Record<string, unknown>) => CLTrainer<object>;
  /** The architecture it needs, where it needs a special one. */
  readonly architecture?: string;
  /** Use when … */
  readonly useWhen: string;
  /** Breaks when … */
  readonly breaksWhen: string;
  /** A rule of thumb for its hyperparameters. */
  readonly ruleOfThumb: string;
}

/** All built-in methods. Adding one: a file in `methods/` and an entry here. */
export const METHODS: readonly MethodEntry[] = [
  {
    name: 'naive',
    label: 'Naive',
    create: (model, options) => new NaiveTrainer(model, options),
    useWhen: 'you need the lower bound, or old tasks do not matter',
    breaksWhen: 'old tasks matter at all',
    ruleOfThumb: 'always run it: what it forgets is what there is to gain',
  },
  {
    name: 'ewc',
    label: 'EWC',
    create: (model, options) => new EWC(model, options),
    useWhen: 'no data may be kept, tasks are similar, and the task id is known or the labels stay the same',
    breaksWhen: 'classes arrive over time: nothing ties old classes against new ones, so it ends near naive',
    ruleOfThumb: 'search λ on a log scale on validation data: too small forgets, too large cannot learn',
  },
  {
    name: 'er',
    label: 'ER',
    create: (model, options) => new ExperienceReplay(model, options),
    useWhen: 'a small sample of old data may be kept; the first thing to try in every scenario',
    breaksWhen: 'no data may be kept, or the memory holds only a handful of samples a class',
    ruleOfThumb: 'memory size matters most; one stored sample for two new ones is a good start',
  },
  {
    name: 'gem',
    label: 'GEM',
    create: (model, options) => new GEM(model, options),
    useWhen: 'data may be kept but not trained on, and old tasks must not get worse',
    breaksWhen: 'there are many tasks: each step evaluates the memories of all of them',
    ruleOfThumb: '256 samples a task; a margin above 0 trades new accuracy for old',
  },
  {
    name: 'pnn',
    label: 'PNN',
    create: (model, options) => new PNNTrainer(model as ProgressiveNeuralNet, options),
    architecture: 'ProgressiveNeuralNet',
    useWhen: 'forgetting must be exactly zero, tasks are few, and the task id is known',
    breaksWhen: 'the task id is hidden at test time, or there are many tasks: parameters grow with their square',
    ruleOfThumb: 'nothing to tune against forgetting; watch `capacityReport()`',
  },
];

/** The entry of a method. Throws with the known names when there is none. */
export function findMethod(name: string): MethodEntry {
  const entry = METHODS.find((method) => method.name === name);
  if (entry) return entry;
  throw problem('method', `there is none called '${name}'`, `known methods: ${METHODS.map((method) => method.name).join(', ')}`);
}

const WHY: Record<string, string> = {
  naive: 'the lower bound',
  ewc: 'weights that mattered for earlier tasks are held back',
  er: 'stored samples are learnt again',
  gem: 'steps do not raise the loss on stored samples',
  pnn: 'one column a task, chosen by the task id',
};

/** Whether a method can learn a scenario. */
export function methodCompatibility(name: string, scenario: ScenarioName): Compatibility {
  if (findMethod(name).name === 'pnn' && scenario !== 'task-incremental') {
    return { fit: 'no', reason: `it needs the task id at test time, which the ${scenario} scenario hides; use er or gem` };
  }
  if (name === 'ewc' && scenario === 'class-incremental') {
    return { fit: 'possible', reason: 'it runs, but ends near naive: no gradient ever compares old classes with new ones' };
  }
  return { fit: 'yes', reason: WHY[name] ?? 'nothing speaks against it' };
}
