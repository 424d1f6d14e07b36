import type { ScenarioName } from '../data/task';
import { isPlainObject, problem, shown } from '../utils/errors';
import { misfit } from './form';
import { hashOf } from './identity';
import { LCA_STEPS } from './learningCurves';
import type { LearningCurvesReport } from './learningCurves';
import type { ExperimentResult } from './result';
import { checkResult, CURVES } from './resultForm';
import { SPEC_VERSION } from './spec';
import type { JsonOptions, Spec } from './spec';

/** A result as files of version 1 hold it. */
interface Version1Result extends Pick<
  ExperimentResult,
  'study' | 'label' | 'method' | 'seed' | 'matrix' | 'metrics' | 'seconds'
> {
  scenario: ScenarioName;
  dataset: string;
  options: { epochs?: number; lr?: number; momentum?: number } & JsonOptions;
  stream: { nTasks: number; hidden: number[]; limitPerTask?: number } & JsonOptions;
  transfer?: boolean;
  peakMb: number;
  capacity: ExperimentResult['parameters'];
  fingerprint: string;
  device: string;
  transferReport?: LearningCurvesReport;
}

/** The entries of a results file of version 1 in the present form. */
export function fromVersion1(file: string, experiments: readonly unknown[]): ExperimentResult[] {
  return experiments.map((given, i) => {
    const subject = `${file}: experiment ${i}`;
    const result = convert(subject, given);
    checkResult(subject, result);
    return result;
  });
}

function convert(subject: string, given: unknown): ExperimentResult {
  checkVersion1(subject, given);
  const { study, label, method, seed, matrix, metrics, seconds, peakMb, capacity, fingerprint, device, transferReport } = given;
  const spec = specOf(given);
  return {
    id: hashOf({ spec, fingerprint }), // the checksum of the data is not in such a file; the fingerprint stands for it
    study,
    label,
    method,
    seed,
    spec,
    samples: samplesOf(given) * spec.epochs,
    matrix,
    metrics,
    seconds,
    peakMb,
    parameters: capacity,
    fingerprint,
    device,
    ...(transferReport && { learningCurves: withoutShortAreas(transferReport) }),
  };
}

function specOf({ dataset, scenario, stream, options, method, seed, transfer }: Version1Result): Spec {
  const { hidden, ...streamOptions } = stream;
  const { epochs = 5, lr = 0.01, momentum = 0.9, ...own } = options;
  return {
    specVersion: SPEC_VERSION,
    stream: { ...streamOptions, name: dataset, scenario },
    model: { hidden },
    optimizer: { name: 'sgd', lr, momentum },
    method: { name: method, options: own },
    epochs,
    seed,
    measure: { learningCurves: transfer ?? false },
  };
}

/** Version 1 called the mean of fewer than eleven accuracies LCA@10, too. */
function withoutShortAreas(report: LearningCurvesReport): LearningCurvesReport {
  if (report.tasks.every(({ transfer }) => transfer.accuracy.length > LCA_STEPS)) return report;
  const none = { lca: null, lcaScratch: null };
  return {
    ...report,
    ...none,
    tasks: report.tasks.map((task) => (task.transfer.accuracy.length > LCA_STEPS ? task : { ...task, ...none })),
  };
}

/** Training images of all tasks: 60,000 shared out by the split streams, all of them in each task of the others. */
function samplesOf({ dataset, stream: { nTasks, limitPerTask } }: Version1Result): number {
  return nTasks * (limitPerTask ?? (dataset.startsWith('split') ? 60000 / nTasks : 60000));
}

function checkVersion1(subject: string, given: unknown): asserts given is Version1Result {
  const remedy = 'the file was changed or damaged, or is no results file';
  const fields = isPlainObject(given) ? given : {};
  const kinds = {
    string: ['study', 'label', 'scenario', 'dataset', 'method', 'fingerprint', 'device'],
    number: ['seed', 'seconds', 'peakMb'],
  };
  for (const [kind, names] of Object.entries(kinds)) {
    const wrong = names.find((name) => typeof fields[name] !== kind);
    if (wrong) throw problem(subject, `${wrong} is ${shown(fields[wrong])}, no ${kind}`, remedy);
  }
  const missing = ['options', 'stream', 'metrics', 'capacity'].find((name) => !isPlainObject(fields[name]));
  if (missing) throw problem(subject, `${missing} is missing`, remedy);
  const { transferReport } = fields;
  const wrong = transferReport === undefined ? undefined : misfit(transferReport, CURVES, 'transferReport');
  if (wrong !== undefined) throw problem(subject, wrong, remedy);
}
