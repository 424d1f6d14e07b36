import { findMethod } from '../methods';
import { isPlainObject, problem, shown, withDefaults } from '../utils/errors';
import { assemble } from './assemble';
import type { Spec, SpecInput } from './spec';
import { visibleLine } from '../utils/visible';

/** A run that is planned: plain JSON, so that any process or machine can take it. Its label and study are for people only. */
export interface PlannedRun {
  /** Identity of the run; equal exactly where spec and data are. */
  readonly id: string;
  /** The study it belongs to, for grouping in tables; '' where it belongs to none. */
  readonly study: string;
  /** Name of its row in tables, e.g. `EWC λ=100`. */
  readonly label: string;
  /** What is run, defaults filled in. */
  readonly spec: Spec;
  /** Training samples it looks at: those of all tasks times the epochs. */
  readonly samples: number;
}

/** How a planned run is called. */
export interface RunNames {
  /** Name of its row in tables; default: the method's label. */
  label?: string;
  /** The study it belongs to; default ''. */
  study?: string;
}

/**
 * Plans a run: opens its data and makes its model and trainer once, so that everything that is wrong is known before
 * anything runs; then frees them.
 *
 * @param spec what to run
 * @param names label and study
 * @returns a frozen object; to change something plan the run anew: `planRun({ ...run.spec, seed: 2 }, run)`
 * @throws when a name or an option is wrong, or stream, model and method do not fit each other
 */
export function planRun(spec: SpecInput, names: RunNames = {}): PlannedRun {
  const { label, study } = isPlanned(names)
    ? names
    : withDefaults<Required<RunNames>>('planRun', names, { label: '', study: '' });
  for (const [name, text] of Object.entries({ label, study })) {
    if (typeof text !== 'string') throw problem('planRun', `${name} must be text, got ${shown(text)}`);
  }
  const { model, trainer, ...assembly } = assemble(spec);
  trainer.dispose();
  model.dispose();
  const { id, samples } = assembly;
  return frozen({ id, study, label: label || findMethod(assembly.spec.method.name).label, spec: assembly.spec, samples });
}

/** A run in words: study, label and seed. */
export function runName({ study, label, spec }: Pick<PlannedRun, 'study' | 'label' | 'spec'>): string {
  return visibleLine(`${study === '' ? '' : `${study} `}${label}, seed ${spec.seed}`);
}

/** About how long a run takes, in training samples of the naive method; for the order of runs and for progress. */
export function relativeDuration({ samples, spec }: PlannedRun): number {
  return samples * findMethod(spec.method.name).relativeCost;
}

/**
 * Throws unless every entry is a planned run. The worker that runs it compares the id with the spec.
 *
 * @param subject who asks, for the error message
 */
export function checkRuns(subject: string, runs: readonly PlannedRun[]): void {
  if (!Array.isArray(runs)) throw problem(subject, `the plan is ${shown(runs)}`, 'pass a list of planned runs');
  const wrong = runs.findIndex((run) => !isPlanned(run));
  if (wrong < 0) return;
  throw problem(
    subject,
    `entry ${wrong} of the plan, ${inWords(runs[wrong])}, is no planned run`,
    'make it with planRun(spec, { label })',
  );
}

/** Throws unless the spec of every run is the one that it was planned with. */
export function checkUnchanged(subject: string, runs: readonly PlannedRun[]): void {
  checkRuns(subject, runs);
  for (const run of runs) if (planRun(run.spec, run).id !== run.id) throw changed(subject, run);
}

/** The error for a run whose id does not belong to its spec. */
export function changed(subject: string, run: PlannedRun): Error {
  return problem(
    `${subject}: ${runName(run)}`,
    `spec or data are not those it was planned with (id ${run.id})`,
    'plan it anew: planRun({ ...run.spec }, run)',
  );
}

function isPlanned(run: unknown): run is PlannedRun {
  if (!isPlainObject(run) || !isPlainObject(run.spec) || !isPlainObject(run.spec.method)) return false;
  return [run.id, run.study, run.label].every((text) => typeof text === 'string') && Number.isFinite(run.samples);
}

/** What can be said of an entry that is no planned run. */
function inWords(entry: unknown): string {
  if (!isPlainObject(entry)) return shown(entry);
  const fields = ['label', 'seed'].filter((name) => entry[name] !== undefined).map((name) => `${name} ${String(entry[name])}`);
  return fields.join(', ') || `an object with ${Object.keys(entry).join(', ') || 'no fields'}`;
}

function frozen<T extends object>(value: T): T {
  for (const item of Object.values(value)) if (typeof item === 'object' && item !== null) frozen(item as object);
  return Object.freeze(value);
}
