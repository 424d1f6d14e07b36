import { planRun } from '../experiments/plan';
import type { PlannedRun } from '../experiments/plan';
import type { SpecInput } from '../experiments/spec';
import { findStream } from '../experiments/streams';
import { findMethod, methodCompatibility } from '../methods';
import { checkChoice, checkList, checkNumber, problem, withDefaults } from '../utils/errors';
import { getSeed } from '../utils/random';
import { originalSpec } from './originalSpec';
import { findStudy, QUICK, STUDIES } from './presets';
import type { MethodPreset, Study } from './presets';
import { tunedRows } from './tunedRows';
import type { TunedPreset } from './tune/presetsFile';

/** What a user asks of the benchmark; everything absent is as in the original. */
export interface BenchmarkRequest {
  /** Studies by name; default all four, with a `stream` those that are made for its kind. */
  studies?: readonly string[];
  /** Stream by name in place of the studies' own; one of your own is opened with the options nTasks, batchSize, scenario and seed. */
  stream?: string;
  /** Methods by name; default those of each study that do not leave it out (`MethodEntry.inStudies`). */
  methods?: readonly string[];
  /** Seeds; default the one of `setSeed` (42). */
  seeds?: readonly number[];
  /** Epochs a task; default 5. */
  epochs?: number;
  /** Training images a task; default all. */
  limit?: number;
  /** `real` (default) or `synthetic`. */
  data?: 'real' | 'synthetic';
  /** 1 epoch, 1000 training and 1000 test images a task. */
  quick?: boolean;
  /** Tuned options, from `readPresets`: they take the place of a method's own, and the row names them; default none. */
  presets?: readonly TunedPreset[];
}

type Request = { [K in keyof Required<BenchmarkRequest>]: BenchmarkRequest[K] };

/**
 * The runs a request stands for, study by study in the order of the tables.
 *
 * @throws when a name, an option or a value is wrong, or nothing is left to run
 */
export function planExperiments(request: BenchmarkRequest = {}): PlannedRun[] {
  const asked = checkRequest(request);
  const studies = [...new Set(asked.studies ?? studiesFor(asked.stream))].map(findStudy);
  if (asked.studies && asked.methods) refuseImpossible(studies, asked.methods);
  const runs = studies.flatMap((study) =>
    rowsOf(study, asked).flatMap((preset) =>
      asked.seeds!.map((seed) => planRun(specOf(study, preset, asked, seed), { study: study.name, label: preset.label })),
    ),
  );
  if (runs.length === 0) throw nothingToRun(studies, asked.methods!);
  return runs;
}

/** The rows of a study that are asked for. */
function rowsOf(study: Study, { methods, stream, presets, seeds, data = 'real' }: Request): readonly MethodPreset[] {
  const rows = study.methods.filter(
    ({ method }) => methods?.includes(method) ?? (inStudies(method) && needsNoHidden(stream, method)),
  );
  return tunedRows(rows, presets!, { stream: stream ?? study.stream, scenario: study.scenario, data, seeds: seeds! });
}

/** Whether a method takes part where none is named. */
function inStudies(method: string): boolean {
  return findMethod(method).inStudies !== false;
}

function specOf(study: Study, preset: MethodPreset, asked: Request, seed: number): SpecInput {
  const { quick, data, epochs = quick ? QUICK.epochs : undefined, limit = quick ? QUICK.limitPerTask : undefined } = asked;
  const stream = {
    name: asked.stream ?? study.stream,
    scenario: study.scenario,
    data,
    ...(limit !== undefined && { limitPerTask: limit }),
    ...(quick && { testLimitPerTask: QUICK.testLimitPerTask }),
  };
  return originalSpec({ stream, preset, epochs, seed, measure: study.measure });
}

/** Whether a method can do without what the stream hides. */
function needsNoHidden(stream: string | undefined, method: string): boolean {
  return stream === undefined || findStream(stream).boundaries === 'told' || !findMethod(method).needs.taskBoundaries;
}

/** Every name and value is understood before anything is planned. */
function checkRequest(request: BenchmarkRequest): Request {
  const subject = 'planExperiments';
  const asked = withDefaults<Request>(subject, request, {
    studies: undefined,
    stream: undefined,
    methods: undefined,
    seeds: [getSeed()],
    epochs: undefined,
    limit: undefined,
    data: undefined,
    quick: false,
    presets: [],
  });
  for (const name of ['studies', 'methods', 'seeds'] as const) {
    if (asked[name] !== undefined) checkList(subject, name, asked[name]);
  }
  checkList(subject, 'presets', asked.presets, 0);
  asked.methods?.forEach(findMethod);
  if (asked.stream !== undefined) findStream(asked.stream);
  asked.seeds!.forEach((seed) => checkNumber(subject, 'seed', seed, { integer: true }));
  for (const name of ['epochs', 'limit'] as const) {
    if (asked[name] !== undefined) checkNumber(subject, name, asked[name], { min: 1, integer: true });
  }
  if (asked.data !== undefined) checkChoice(subject, 'data', asked.data, ['real', 'synthetic']);
  return { ...asked, seeds: [...new Set(asked.seeds)] };
}

/** Without a stream all studies; with one those whose scenario it is made for. */
function studiesFor(stream: string | undefined): string[] {
  const made = stream === undefined ? undefined : findStream(stream).madeFor;
  return STUDIES.filter(({ scenario }) => !made || made.includes(scenario)).map(({ name }) => name);
}

/** Who names both study and method is told of a pairing that cannot work; it is not left out without a word. */
function refuseImpossible(studies: readonly Study[], methods: readonly string[]): void {
  for (const { name, scenario } of studies) {
    for (const method of methods) {
      const { fit, reason } = methodCompatibility(method, scenario);
      if (fit === 'no') throw problem('benchmark', `${method} in ${name}: ${reason}`, 'choose another study or method');
    }
  }
}

function nothingToRun(studies: readonly Study[], methods: readonly string[]): Error {
  const reasons = studies.flatMap(({ name, scenario }) =>
    methods.map((method) => {
      const { fit, reason } = methodCompatibility(method, scenario);
      return fit === 'no' ? `${method} in ${name}: ${reason}` : `${method} is not part of ${name}`;
    }),
  );
  return problem('benchmark', `nothing to run (${reasons.join('; ')})`, 'choose another study or method');
}
