import type { ScenarioName } from '../../data/task';
import { planRun } from '../../experiments/plan';
import type { PlannedRun } from '../../experiments/plan';
import type { JsonOptions } from '../../experiments/spec';
import { findStream } from '../../experiments/streams';
import { findMethod, methodCompatibility } from '../../methods';
import { SCENARIOS } from '../../scenarios/compatibility';
import { checkChoice, checkList, checkNumber, problem, withDefaults } from '../../utils/errors';
import { originalSpec } from '../originalSpec';
import { gridPoints, optionsInWords } from './points';

/** What a user asks of a search. */
export interface TuningRequest {
  /** Methods by name. */
  methods: readonly string[];
  /** Streams by name; default `split-mnist`. */
  streams?: readonly string[];
  /** Scenarios; default those that each stream is made for. */
  scenarios?: readonly ScenarioName[];
  /** Only the first so many tasks are learnt; default all. */
  firstTasks?: number;
  /** Seeds of the search, which reports must not use; default 101 and 102. */
  seeds?: readonly number[];
  /** Share of each task's training samples that is kept aside and decides, above 0; default 0.1. */
  validation?: number;
  /** Epochs a task; default 5. */
  epochs?: number;
  /** Training images a task, those kept aside included; default all. */
  limit?: number;
  /** Learning rate; default: that of the grid, else 0.01. */
  lr?: number;
  /** `real` (default) or `synthetic`. */
  data?: 'real' | 'synthetic';
}

/** The search for the options of one method on one stream in one scenario. */
export interface Tuning {
  /** Name of the method. */
  readonly method: string;
  /** Name of the stream. */
  readonly stream: string;
  /** The scenario. */
  readonly scenario: ScenarioName;
  /** What is tried, in the order in which the first of equals is chosen. */
  readonly points: readonly TuningPoint[];
}

/** One point of a grid. */
export interface TuningPoint {
  /** Its options, those of the trainer (`lr`) among them. */
  readonly options: JsonOptions;
  /** Its runs, one a seed. */
  readonly runs: readonly PlannedRun[];
}

/** What is to be searched, and what is left out and why. */
export interface TuningPlan {
  /** The searches. */
  readonly tunings: readonly Tuning[];
  /** What is not searched, in words. */
  readonly notes: readonly string[];
}

/** The study of all runs of a search. */
const TUNING_STUDY = 'tuning';

/** Seeds of the search unless others are named: none that a report would use by itself. */
export const TUNING_SEEDS: readonly number[] = [101, 102];

type Request = { [K in keyof Required<TuningRequest>]: TuningRequest[K] };

/**
 * Plans a search for hyperparameters: every point of each method's grid (`MethodEntry.grid`), on every stream and scenario, with
 * every seed. All runs hold out a part of the training data, on which they are measured, and never read test data.
 *
 * @throws when a name or a value is wrong, or a method and a scenario that are both named do not fit each other
 */
export function planTuning(request: TuningRequest): TuningPlan {
  const asked = checkRequest(request);
  const notes: string[] = [];
  const fixed: JsonOptions = asked.lr === undefined ? {} : { lr: asked.lr };
  const methods = [...new Set(asked.methods)].filter((method) => {
    const points = gridPoints(method, fixed).length;
    if (points === 0) notes.push(`${findMethod(method).label}: nothing to tune${asked.lr === undefined ? '' : ' beside lr'}`);
    return points > 0;
  });
  const tunings = pairs(asked).flatMap(({ stream, scenario }) =>
    methods.flatMap((method) => {
      const { fit, reason } = methodCompatibility(method, scenario);
      if (fit !== 'no') return [tuningOf({ method, stream, scenario }, fixed, asked)];
      const words = `${method} in the ${scenario} scenario: ${reason}`;
      if (asked.scenarios !== undefined) throw problem('tune', words, 'choose another scenario or method');
      notes.push(words);
      return [];
    }),
  );
  return { tunings, notes };
}

function tuningOf(what: Omit<Tuning, 'points'>, fixed: JsonOptions, asked: Request): Tuning {
  const { firstTasks, validation, limit, data, epochs } = asked;
  const { method, stream: name, scenario } = what;
  const stream = {
    ...{ name, scenario, data, validationFraction: validation },
    ...(firstTasks !== undefined && { firstTasks }),
    ...(limit !== undefined && { limitPerTask: limit }),
  };
  const points = gridPoints(method, fixed).map((options) => {
    const label = `${findMethod(method).label} ${optionsInWords(options)} (${name}, ${scenario})`;
    const runs = asked.seeds!.map((seed) =>
      planRun(originalSpec({ stream, preset: { method, options }, epochs, seed }), { study: TUNING_STUDY, label }),
    );
    return { options, runs };
  });
  return { ...what, points };
}

/** Streams with the scenarios they are searched in. */
function pairs({ streams, scenarios }: Request): { stream: string; scenario: ScenarioName }[] {
  return [...new Set(streams)].flatMap((stream) =>
    [...new Set(scenarios ?? findStream(stream).madeFor)].map((scenario) => ({ stream, scenario })),
  );
}

/** Every name and value is understood before anything is planned. */
function checkRequest(request: TuningRequest): Request {
  const subject = 'planTuning';
  const asked = withDefaults<Request>(subject, request, {
    methods: undefined as never,
    streams: ['split-mnist'],
    scenarios: undefined,
    firstTasks: undefined,
    seeds: TUNING_SEEDS,
    validation: 0.1,
    epochs: undefined,
    limit: undefined,
    lr: undefined,
    data: undefined,
  });
  for (const name of ['methods', 'streams', 'scenarios', 'seeds'] as const) {
    if (asked[name] !== undefined || name === 'methods') checkList(subject, name, asked[name]);
  }
  asked.methods!.forEach(findMethod);
  asked.streams!.forEach(findStream);
  const known = Object.keys(SCENARIOS) as ScenarioName[];
  asked.scenarios?.forEach((scenario) => checkChoice(subject, 'scenario', scenario, known));
  asked.seeds!.forEach((seed) => checkNumber(subject, 'seed', seed, { integer: true }));
  for (const name of ['epochs', 'limit', 'firstTasks'] as const) {
    if (asked[name] !== undefined) checkNumber(subject, name, asked[name], { min: 1, integer: true });
  }
  checkNumber(subject, 'validation (share of the training samples)', asked.validation, { min: 1e-6, max: 0.99 });
  if (asked.lr !== undefined) checkNumber(subject, 'lr', asked.lr, { min: Number.MIN_VALUE });
  if (asked.data !== undefined) checkChoice(subject, 'data', asked.data, ['real', 'synthetic']);
  return { ...asked, seeds: [...new Set(asked.seeds)] };
}
