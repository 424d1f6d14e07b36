import type { ScenarioName } from '../data/task';
import { SCENARIOS } from '../scenarios/compatibility';
import type { Compatibility } from '../scenarios/compatibility';
import { problem, shown } from '../utils/errors';

/** What an architecture needs of a scenario; stated in the architecture's own file, read by the pairing table. */
export interface ModelNeeds {
  /** Whether it answers through an output of the task's own, so that the task id must be known. */
  readonly taskId: boolean;
  /** Whether its outputs grow with the classes, or are all there from the start. */
  readonly outputs: 'growing' | 'fixed';
  /** How it answers, as a sentence, e.g. `the task id chooses the head`. */
  readonly how: string;
  /** The scenario it is made for: there it is what a benchmark takes when no architecture is asked for. */
  readonly madeFor?: ScenarioName;
}

/** An architecture by name: how to make it from its own `config()`, and what it needs. */
export interface ArchitectureEntry<M> {
  /** Its class name, e.g. `MultiHeadMLP`. */
  readonly name: string;
  /** What it needs of a scenario. */
  readonly needs: ModelNeeds;
  /** Makes one from options as plain JSON. */
  readonly create: (options: never) => M;
}

const known = new Map<string, ArchitectureEntry<unknown>>();

/**
 * Makes an architecture known by name: to `modelFrom` (saved models), to experiments and to the pairing table. Each file of an
 * architecture calls it once; so does yours (a notebook cell that is run again takes the place of its earlier one).
 */
export function registerArchitecture<M>(entry: ArchitectureEntry<M>): void {
  if (typeof entry?.name !== 'string' || typeof entry.create !== 'function')
    throw problem('registerArchitecture', `the entry is ${shown(entry)}`, 'see ArchitectureEntry for what an entry holds');
  known.set(entry.name, entry);
}

/** The names of all architectures, in the order they were made known. */
export function architectureNames(): string[] {
  return [...known.keys()];
}

/** The entry of an architecture. Throws with the known names when there is none. */
export function findArchitecture(name: string): ArchitectureEntry<unknown> {
  const entry = known.get(name);
  if (entry) return entry;
  throw problem('architecture', `there is none called ${shown(name)}`, `known architectures: ${architectureNames().join(', ')}`);
}

/** The architecture that is made for a scenario. */
export function architectureFor(scenario: ScenarioName): string {
  for (const { name, needs } of known.values()) if (needs.madeFor === scenario) return name;
  throw problem('architecture', `none is made for ${scenario}`, 'name one');
}

/**
 * Whether an architecture can serve a scenario, from what the scenario reveals and what the architecture needs. One that is not
 * known by name may do as it likes.
 */
export function architectureCompatibility(name: string, scenario: ScenarioName): Compatibility {
  const needs = known.get(name)?.needs;
  if (!needs) return { fit: 'yes', reason: 'nothing is known against it' };
  const rule = SCENARIOS[scenario];
  const better = () => architectureFor(scenario);
  if (needs.taskId && !rule.taskIdAtTest) {
    return { fit: 'no', reason: `it needs the task id at test time, which this scenario hides; use ${better()}` };
  }
  if (!needs.taskId && rule.taskIdAtTest) {
    return { fit: 'possible', reason: `it ignores the task id, so all tasks share the same outputs; ${better()} uses the id` };
  }
  if (needs.outputs === 'fixed' && rule.classes === 'arrive') {
    return {
      fit: 'no',
      reason: `outputs of classes not seen yet would compete from the start; use ${better()}, whose head grows`,
    };
  }
  if (needs.outputs === 'growing' && !needs.taskId && rule.classes === 'stay') {
    return { fit: 'possible', reason: `its head has nothing to grow for; ${better()} says what is meant` };
  }
  return { fit: 'yes', reason: needs.how };
}

/** Throws, with the reason and what to use instead, when an architecture cannot serve a scenario. */
export function checkArchitecture(name: string, scenario: ScenarioName): void {
  const { fit, reason } = architectureCompatibility(name, scenario);
  if (fit === 'no') throw problem(`${name} in the ${scenario} scenario`, reason);
}
