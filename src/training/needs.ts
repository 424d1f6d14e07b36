import type { ScenarioName } from '../data/task';
import { SCENARIOS } from '../scenarios/compatibility';
import type { Compatibility } from '../scenarios/compatibility';
import { checkChoice, problem, shown } from '../utils/errors';

/** What a method needs, and where it does not help: stated in the method's own file, read by tables, guide, figure and tests. */
export interface MethodNeeds {
  /** When it must know the task id; default never. */
  readonly taskId?: 'training' | 'test';
  /** Whether it must be told where a task begins and ends; default false. */
  readonly taskBoundaries?: boolean;
  /** Whether it keeps samples of earlier tasks; default false. */
  readonly storedSamples?: boolean;
  /** Whether its batches hold rows of several tasks at once, which not every architecture can take; default false. */
  readonly mixedBatches?: boolean;
  /** The one architecture it works on; default any. */
  readonly architecture?: string;
  /** Why it does not run on a convolutional network; default: it does. */
  readonly noConvolution?: string;
  /** Whether it learns from one look at a task's data, without gradient steps; default false. */
  readonly withoutSteps?: boolean;
  /** What it remembers of earlier tasks and cannot do without, for messages, e.g. `importances and anchors`; default nothing. */
  readonly memory?: string;
  /** Scenarios that it cannot learn, each with the reason; those that hide a task id it needs at test time need not be named. */
  readonly notIn?: Partial<Record<ScenarioName, string>>;
  /** Scenarios in which it keeps no more of the first task than naive training, each with the reason. */
  readonly forgetsIn?: Partial<Record<ScenarioName, string>>;
}

/**
 * Whether a method can learn a scenario, from what the scenario reveals and what the method needs.
 *
 * @param why what the method does, in a few words, for pairings that work
 * @param instead methods to use where it cannot work, e.g. `er or gem`
 */
export function needsFit(needs: MethodNeeds, scenario: ScenarioName, why: string, instead: string): Compatibility {
  if (typeof needs !== 'object' || needs === null)
    throw problem('needsFit', `needs is ${shown(needs)}`, 'pass the static needs of a trainer');
  checkChoice('needsFit', 'scenario', scenario, Object.keys(SCENARIOS));
  if (needs.taskId === 'test' && !SCENARIOS[scenario].taskIdAtTest) {
    return {
      fit: 'no',
      reason: `it needs the task id at test time, which the ${scenario} scenario hides; use ${instead}`,
    };
  }
  const cannot = needs.notIn?.[scenario];
  if (cannot) return { fit: 'no', reason: `${cannot}; use ${instead}` };
  const weak = needs.forgetsIn?.[scenario];
  return weak ? { fit: 'possible', reason: weak } : { fit: 'yes', reason: why };
}
