import type { ScenarioName } from '../data/task';
import { problem } from '../utils/errors';

/** How well a pairing works: `yes` (made for it), `possible` (runs, but something better exists), `no` (refused). */
export type Fit = 'yes' | 'possible' | 'no';

/** One cell of a compatibility table. */
export interface Compatibility {
  /** How well it works. */
  fit: Fit;
  /** Why, in one sentence a reader can act on. */
  reason: string;
}

/** What a scenario tells the learner (van de Ven & Tolias 2019). */
export interface ScenarioRule {
  /** Whether the model may use the task id at test time. In training every scenario marks where a task begins. */
  readonly taskIdAtTest: boolean;
  /** Which outputs compete in softmax and argmax. */
  readonly outputs: string;
  /** The question the model answers at test time. */
  readonly question: string;
}

/** The three scenarios; read by trainers, figures and the README. */
export const SCENARIOS: Record<ScenarioName, ScenarioRule> = {
  'task-incremental': {
    taskIdAtTest: true,
    outputs: 'the classes of the given task',
    question: 'Which class of this task is it?',
  },
  'domain-incremental': {
    taskIdAtTest: false,
    outputs: 'the same classes in every task',
    question: 'Which class is it, whatever the domain?',
  },
  'class-incremental': { taskIdAtTest: false, outputs: 'all classes seen so far', question: 'Which of all classes is it?' },
};

const yes = (reason: string): Compatibility => ({ fit: 'yes', reason });
const possible = (reason: string): Compatibility => ({ fit: 'possible', reason });
const no = (reason: string): Compatibility => ({ fit: 'no', reason });

/** Which architecture serves which scenario. */
export const ARCHITECTURE_COMPATIBILITY: Record<string, Record<ScenarioName, Compatibility>> = {
  MultiHeadMLP: {
    'task-incremental': yes('the task id chooses the head'),
    'domain-incremental': no('it needs the task id at test time, which this scenario hides; use DomainMLP'),
    'class-incremental': no('it needs the task id at test time, which this scenario hides; use SingleHeadMLP'),
  },
  SingleHeadMLP: {
    'task-incremental': possible('it ignores the task id, so all tasks share the same outputs; MultiHeadMLP uses the id'),
    'domain-incremental': possible('its head has nothing to grow for; DomainMLP says what is meant'),
    'class-incremental': yes('the head grows with the classes, and all classes seen so far compete'),
  },
  DomainMLP: {
    'task-incremental': possible('it ignores the task id, so all tasks share the same outputs; MultiHeadMLP uses the id'),
    'domain-incremental': yes('all tasks share the same outputs'),
    'class-incremental': no('outputs of classes not seen yet would compete from the start; use SingleHeadMLP, whose head grows'),
  },
  ProgressiveNeuralNet: {
    'task-incremental': yes('the task id chooses the column'),
    'domain-incremental': no('it needs the task id at test time, which this scenario hides; use DomainMLP'),
    'class-incremental': no('it needs the task id at test time, which this scenario hides; use SingleHeadMLP'),
  },
};
ARCHITECTURE_COMPATIBILITY.MLP = ARCHITECTURE_COMPATIBILITY.DomainMLP;

/** The architecture that is made for each scenario. */
export const ARCHITECTURE_FOR: Record<ScenarioName, string> = {
  'task-incremental': 'MultiHeadMLP',
  'domain-incremental': 'DomainMLP',
  'class-incremental': 'SingleHeadMLP',
};

/**
 * Throws, with the reason and what to use instead, when an architecture cannot serve a scenario. Architectures that are
 * not in the table (a reader's own) are allowed.
 */
export function checkCompatibility(architecture: string, scenario: ScenarioName): void {
  const cell = ARCHITECTURE_COMPATIBILITY[architecture]?.[scenario];
  if (cell?.fit === 'no') throw problem(`${architecture} in the ${scenario} scenario`, cell.reason);
}
