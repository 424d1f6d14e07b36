import type { ScenarioName } from '../data/task';

/** How well a pairing works: `yes` (made for it), `possible` (runs, but something better exists), `no` (refused). */
export type Fit = 'yes' | 'possible' | 'no';

/** One cell of a compatibility table. */
export interface Compatibility {
  /** How well it works. */
  fit: Fit;
  /** Why, in one sentence a user can act on. */
  reason: string;
}

/** What a scenario tells the learner (van de Ven & Tolias 2019). */
export interface ScenarioRule {
  /** Whether the model may use the task id at test time. In training every scenario marks where a task begins. */
  readonly taskIdAtTest: boolean;
  /** Which outputs compete in softmax and argmax. */
  readonly outputs: string;
  /** Whether new classes arrive with the tasks, or all tasks have the same ones. */
  readonly classes: 'arrive' | 'stay';
  /** The question the model answers at test time. */
  readonly question: string;
}

/** The three scenarios; read by trainers, figures and the README. */
export const SCENARIOS: Record<ScenarioName, ScenarioRule> = {
  'task-incremental': {
    taskIdAtTest: true,
    outputs: 'the classes of the given task',
    classes: 'arrive',
    question: 'Which class of this task is it?',
  },
  'domain-incremental': {
    taskIdAtTest: false,
    outputs: 'the same classes in every task',
    classes: 'stay',
    question: 'Which class is it, whatever the domain?',
  },
  'class-incremental': {
    taskIdAtTest: false,
    outputs: 'all classes seen so far',
    classes: 'arrive',
    question: 'Which of all classes is it?',
  },
};
