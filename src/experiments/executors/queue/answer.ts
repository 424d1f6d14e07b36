import * as v from 'valibot';
import type { ProgressEvent } from '../../../training';
import { isPlainObject, problem } from '../../../utils/errors';
import type { PlannedRun } from '../../plan';
import type { ExperimentResult } from '../../result';
import { checkResult } from '../../resultForm';
import { checkPlainJson, oneLine } from './plainJson';

/** Learning curves of many tasks are the largest part of a result. */
const LIMITS = { characters: 20_000_000, depth: 12, text: 10_000 };

/** What a worker sends back of a result: what the asker does not know already. */
export type Answer = Omit<ExperimentResult, Exclude<keyof PlannedRun, 'id'>>;

/** What a worker tells while a run is executed. */
export type Told = { readonly progress: ProgressEvent } | { readonly again: string };

/**
 * A result as it is sent.
 *
 * @throws where it is too large
 */
export function answerOf({ study: _, label: __, spec: ___, samples: ____, ...answer }: ExperimentResult): Answer {
  checkPlainJson('result', answer, LIMITS);
  return answer;
}

/**
 * The result that came back for a run; what the asker knew of it stays the asker's own.
 *
 * @throws where it is no result of this run
 */
export function readAnswer({ id, study, label, spec, samples }: PlannedRun, answer: unknown): ExperimentResult {
  checkPlainJson('result from the queue', answer, LIMITS);
  const result = isPlainObject(answer) ? { ...answer, study, label, spec, samples } : answer;
  checkResult('result from the queue', result);
  const { issues } = v.safeParse(ANSWER, answer, { abortEarly: true });
  if (issues) throw problem('result from the queue', oneLine(`${v.getDotPath(issues[0]) ?? 'it'}: ${issues[0].message}`, 200));
  if (result.id !== id || result.method !== spec.method.name || result.seed !== spec.seed)
    throw problem('result from the queue', `it is that of run ${oneLine(result.id, 40)}, not of ${id}`);
  return result;
}

/** What a worker told; undefined where it cannot be understood. */
export function readTold(data: unknown): Told | undefined {
  const found = v.safeParse(TOLD, data);
  if (!found.success) return undefined;
  const { again, progress } = found.output;
  return again === undefined ? progress && { progress } : { again: oneLine(again) };
}

const numbers = <K extends string>(...names: K[]) =>
  Object.fromEntries(names.map((name) => [name, v.number()])) as Record<K, v.NumberSchema<undefined>>;

const TOLD = v.object({
  again: v.optional(v.string()),
  progress: v.optional(
    v.object({
      ...numbers('task', 'nTasks', 'epoch', 'epochs', 'step', 'steps', 'loss', 'stepsPerSecond', 'secondsLeft'),
      taskName: v.pipe(
        v.string(),
        v.transform((name) => oneLine(name, 100)),
      ),
    }),
  ),
});

/** What files, tables and figures read of a result beyond what `checkResult` looks at; what else it has stays. */
const ANSWER = v.looseObject({
  taskNames: v.optional(v.array(v.string())),
  parameters: v.looseObject(numbers('total', 'frozen', 'trainable')),
  learningCurves: v.optional(
    v.looseObject({ tasks: v.array(v.looseObject({})), afterSteps: v.array(v.array(v.nullable(v.number()))) }),
  ),
  stuckAtChance: v.optional(v.string()),
  losses: v.optional(
    v.array(v.looseObject({ ...numbers('task', 'firstStep', 'steps', 'every'), losses: v.array(v.nullable(v.number())) })),
  ),
  made: v.optional(
    v.looseObject({
      date: v.string(),
      versions: v.record(v.string(), v.string()),
      commit: v.optional(v.string()),
      machine: v.looseObject({ cpu: v.string(), ...numbers('cores', 'memoryGb'), system: v.string() }),
    }),
  ),
});
