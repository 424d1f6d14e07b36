import { checkList, problem, shown } from '../utils/errors';

/** What tells which run something was drawn from. */
export interface Identified {
  /** Id of the run: its name in a store of runs. */
  readonly id?: string;
}

/** Most runs that are named in words, and the characters of a name. */
const NAMED = 4;
const SHORT = 8;

/** `From 15 runs (1a2b3c4d, …)`; the runs without an id are only counted. */
export function originInWords(runs: readonly Identified[]): string {
  const ids = idsOf(runs).map((id) => id.slice(0, SHORT));
  const count = runs.length === 1 ? '1 run' : `${runs.length} runs`;
  if (ids.length === 0) return `From ${count}`;
  const more = ids.length > NAMED ? ['…'] : [];
  return `From ${count} (${[...ids.slice(0, NAMED), ...more].join(', ')})`;
}

/** All ids in full, for the `meta.runs` of a layout. */
export function idsOf(runs: readonly Identified[]): string[] {
  return [...new Set(runs.flatMap(({ id }) => (id === undefined || id === '' ? [] : [id])))];
}

/** Throws unless these are one or more runs, with an id or without. */
export function checkIdentified(subject: string, runs: unknown): void {
  checkList(subject, 'runs', runs);
  for (const [i, run] of runs.entries()) {
    const { id } = Object(run) as { id?: unknown };
    if (typeof run === 'object' && run !== null && (id === undefined || typeof id === 'string')) continue;
    const reason =
      typeof run === 'object' && run !== null ? `the id of runs[${i}] is ${shown(id)}` : `runs[${i}] is ${shown(run)}`;
    throw problem(subject, reason, 'pass results, or objects whose id is text');
  }
}
