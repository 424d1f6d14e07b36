import { hostname } from 'node:os';
import * as v from 'valibot';
import { SCENARIOS } from '../../../scenarios';
import { describeVersions } from '../../../utils/environment';
import { problem, shown } from '../../../utils/errors';
import type { PlannedRun } from '../../plan';
import { SPEC_VERSION } from '../../spec';
import { checkPlainJson, oneLine } from './plainJson';

/** The queue's name in Redis; all keys begin with `PREFIX:QUEUE`. */
export const QUEUE = 'runs';
/** What the names of all keys in Redis begin with. */
export const PREFIX = 'continual-learning';
/** The name of every job; those of other programs are refused. */
export const JOB = 'run';
/** How often a run is begun at most whose process crashes. */
export const ATTEMPTS = 3;
/** How long a result waits on the queue for somebody who asks for it, in seconds: a week. */
export const KEPT_SECONDS = 7 * 24 * 3600;

/** Version of the form of a job. */
const JOB_VERSION = 1;
/** A spec with its defaults has about 1,000 characters. */
const LIMITS = { characters: 50_000, depth: 8, text: 2_000 };

/** What is put on the queue: plain JSON. */
export interface Job {
  /** Version of its form. */
  readonly jobVersion: number;
  /** Version of the spec's form. */
  readonly specVersion: number;
  /** Version of the library of who asks. */
  readonly library: string;
  readonly run: PlannedRun;
}

/** Thrown where a job is refused. */
export class Refused extends Error {}

/** Job id of a run: its own, made so that it is never a number alone, which BullMQ keeps for itself. */
export const jobId = (id: string) => `run-${id}`;
/** The id of the run of a job. */
export const runId = (job: string) => job.replace(/^run-/, '');

let own: string | undefined;

/** Version of this library. */
export function library(): string {
  own ??= describeVersions()['continual-learning'];
  return own;
}

/** Who speaks, in messages that go to another machine. */
export const speaker = () => `worker on ${hostname()}, continual-learning ${library()}`;

/** A run as it is put on the queue. Label and study are for people only: what cannot be shown in them is left out. */
export function jobOf({ id, study, label, spec, samples }: PlannedRun): Job {
  const names = { study: oneLine(study, 200), label: oneLine(label, 200) };
  return { jobVersion: JOB_VERSION, specVersion: SPEC_VERSION, library: library(), run: { id, ...names, spec, samples } };
}

/**
 * The job that a queue gave.
 *
 * @param data what it gave
 * @throws Refused where it is of another version, or holds anything that is not known, too large or not plain
 */
export function readJob(data: unknown): Job {
  try {
    checkPlainJson('job', data, LIMITS);
    const { jobVersion, specVersion, library: asker } = check(VERSIONS, data);
    checkVersion('job', jobVersion, JOB_VERSION, asker);
    checkVersion('spec', specVersion, SPEC_VERSION, asker);
    const job = check(SCHEMA, data);
    checkSize(job.run.spec.model.hidden);
    return job as Job;
  } catch (error) {
    throw new Refused((error as Error).message);
  }
}

/** ` (asked by continual-learning 0.2.0)` where that is another version than this one's, else nothing. */
export function askedBy(asker: string): string {
  return asker === library() ? '' : ` (asked by continual-learning ${asker}, run by ${library()})`;
}

function checkVersion(what: string, given: number, known: number, asker: string): void {
  if (given === known) return;
  throw problem(
    what,
    `its form has version ${given}, of continual-learning ${asker}; continual-learning ${library()} knows version ${known}`,
    'use one version of the library everywhere',
  );
}

/** Most weights between two layers: 400 MB. */
const MOST_WEIGHTS = 1e8;

function checkSize(hidden: readonly number[] = []): void {
  const wrong = hidden.findIndex((width, i) => i > 0 && width * hidden[i - 1] > MOST_WEIGHTS);
  if (wrong > 0)
    throw problem('job', `hidden layers ${shown(hidden)} have more than ${MOST_WEIGHTS} weights between two of them`);
}

function check<T extends v.GenericSchema>(schema: T, data: unknown): v.InferOutput<T> {
  const found = v.safeParse(schema, data, { abortEarly: true });
  if (found.success) return found.output;
  const [issue] = found.issues;
  throw problem('job', oneLine(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`, 200));
}

const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
const name = v.pipe(text(100), v.nonEmpty());
const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const anything = v.unknown(); // options of a stream, model, optimiser or method: plain JSON, checked by whoever takes them

const VERSIONS = v.looseObject({ jobVersion: v.number(), specVersion: v.number(), library: text(50) });

const STREAM = v.objectWithRest(
  {
    name,
    scenario: v.picklist(Object.keys(SCENARIOS)),
    nTasks: v.optional(whole(1, 10_000)),
    batchSize: v.optional(whole(1, 1e6)),
  },
  anything,
);

const MODEL = v.objectWithRest(
  {
    architecture: v.optional(name),
    hidden: v.optional(v.pipe(v.array(whole(1, 100_000)), v.maxLength(100))),
    conv: v.optional(v.pipe(v.array(v.looseObject({ filters: v.optional(whole(1, 10_000)) })), v.maxLength(100))),
  },
  anything,
);

const SPEC = v.strictObject({
  specVersion: v.literal(SPEC_VERSION),
  stream: STREAM,
  model: MODEL,
  optimizer: v.objectWithRest({ name }, anything),
  method: v.strictObject({ name, options: v.record(v.string(), anything) }),
  epochs: whole(1, 1e6),
  seed: whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  measure: v.strictObject({ learningCurves: v.boolean() }),
});

const SCHEMA = v.strictObject({
  jobVersion: v.literal(JOB_VERSION),
  specVersion: v.literal(SPEC_VERSION),
  library: text(50),
  run: v.strictObject({
    id: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
    study: text(200),
    label: text(200),
    spec: SPEC,
    samples: whole(1, Number.MAX_SAFE_INTEGER),
  }),
});
