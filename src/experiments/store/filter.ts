import { checkChoice, checkList, checkNumber, checkText, withDefaults } from '../../utils/errors';
import { isFailed } from '../failedRun';
import type { FinalRun } from '../failedRun';

/** How a run ended: `finished`; `stuck`, finished but at chance; `failed`; `diverged`, failed as its numbers were not finite. */
export type RunStatus = 'finished' | 'stuck' | 'failed' | 'diverged';

/** How runs can end. */
export const RUN_STATUSES: readonly RunStatus[] = ['finished', 'stuck', 'failed', 'diverged'];

/** Which runs are meant: those that fit every list that is given. */
export interface RunFilter {
  /** Beginnings of ids. */
  ids?: readonly string[];
  /** Studies. */
  studies?: readonly string[];
  /** Names of methods. */
  methods?: readonly string[];
  /** Names of streams. */
  streams?: readonly string[];
  /** Names of scenarios. */
  scenarios?: readonly string[];
  /** Parts of labels. */
  labels?: readonly string[];
  /** Seeds. */
  seeds?: readonly number[];
  /** How they ended. */
  statuses?: readonly RunStatus[];
}

const ANY: { [K in keyof Required<RunFilter>]: RunFilter[K] } = {
  ids: undefined,
  studies: undefined,
  methods: undefined,
  streams: undefined,
  scenarios: undefined,
  labels: undefined,
  seeds: undefined,
  statuses: undefined,
};

/**
 * Whether a run fits, as a function, for `filter` of lists.
 *
 * @throws when the filter has an unknown field or a value that cannot be meant
 */
export function fits(subject: string, filter: RunFilter = {}): (run: FinalRun) => boolean {
  const asked = withDefaults<RunFilter>(subject, filter, ANY);
  for (const [name, list] of Object.entries(asked)) if (list !== undefined) checkEntries(subject, name, list);
  const among = <T>(list: readonly T[] | undefined, value: T) => list === undefined || list.includes(value);
  return (run) =>
    (asked.ids ?? ['']).some((beginning) => run.id.startsWith(beginning)) &&
    among(asked.studies, run.study) &&
    among(asked.methods, run.method) &&
    among(asked.streams, run.spec.stream.name) &&
    among(asked.scenarios, run.spec.stream.scenario) &&
    (asked.labels ?? ['']).some((part) => run.label.includes(part)) &&
    among(asked.seeds, run.seed) &&
    among(asked.statuses, statusOf(run));
}

/** How a run ended. */
export function statusOf(run: FinalRun): RunStatus {
  if (isFailed(run)) return run.diverged ? 'diverged' : 'failed';
  return run.stuckAtChance === undefined ? 'finished' : 'stuck';
}

function checkEntries(subject: string, name: string, list: unknown): void {
  checkList(subject, name, list);
  list.forEach((value, i) => {
    if (name === 'seeds') checkNumber(subject, `${name}[${i}]`, value, { integer: true });
    else if (name === 'statuses') checkChoice(subject, `${name}[${i}]`, value, RUN_STATUSES);
    else checkText(subject, `${name}[${i}]`, value);
  });
}
