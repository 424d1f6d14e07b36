import { readFileSync } from 'node:fs';
import { describeCommit, describeMachine, describeVersions } from '../utils/environment';
import type { Machine } from '../utils/environment';
import { checkList, isPlainObject, problem, shown, withDefaults } from '../utils/errors';
import { writeWhole } from '../utils/files';
import { isFailed, isFinished } from './failedRun';
import type { FailedRun, FinalRun } from './failedRun';
import { misfit } from './form';
import type { Form } from './form';
import { checkFailed, checkResult } from './resultForm';
import { fromVersion1 } from './resultsVersion1';
import type { ExperimentResult } from './result';

const FORMAT = 'continual-learning results';
/** Version of the form of results files. Files of version 1 said nothing of their form; they are read as well. */
const RESULTS_VERSION = 2;

/** What the numbers of a results file are, in words; it stands in every file. */
const EXPLAINED = {
  matrix:
    'matrix[i][j]: rows i are the tasks evaluated, columns j the task trained last, both in the order of training; an accuracy (share of right answers, 0 to 1), null where nothing was measured',
  metrics:
    'computed from the matrix: acc average accuracy at the end, bwt backward transfer, fwt zero-shot accuracy (before a task is trained), fm largest forgetting, intransigence 1 - accuracy on the last task',
  samples: 'training samples looked at: those of all tasks times the epochs',
  seconds: 'wall time of training and evaluation in seconds, without reading the data',
  peakMb: 'highest resident memory of the process in MB (10^6 bytes)',
  parameters: 'weights and biases of the model at the end: all, those no step changes any more, those training may change',
  id: 'hash of the spec with its defaults and of the data; equal ids are the same run',
  stuckAtChance: 'that a run stopped learning, and since when; absent where it learnt',
  made: 'when, by which version and on which machine a run was made; training losses are in the store of runs',
  failed: 'planned runs that gave no result, and why; diverged: loss or weights were no finite numbers any more',
} as const;

/** The content of a results file. */
export interface BenchmarkResults {
  /** That it is such a file. */
  format: string;
  /** Version of its form. */
  formatVersion: number;
  /** What the numbers are, in words. */
  explained: Record<string, string>;
  /** When it was written, ISO 8601; absent in files of version 1. */
  date?: string;
  /** The command that made it, where it was one. */
  command?: string;
  /** How many runs were planned; `experiments` holds the finished ones. */
  planned: number;
  /** Versions of this library, Node and the packages that compute. */
  versions: Record<string, string>;
  /** The commit of this library, where it is in a repository. */
  commit?: string;
  /** Where it ran. */
  machine: Machine;
  /** The backend, e.g. `TensorFlow 2.21.0 (native, CPU)`. */
  backend: string;
  /** One entry a finished run. */
  experiments: ExperimentResult[];
  /** One entry a failed run; absent where none failed. */
  failed?: FailedRun[];
}

/** What a results file says beside the results. */
export interface ResultsNotes {
  /** The command that made them. */
  command?: string;
  /** How many runs were planned; default: as many as are given. */
  planned?: number;
}

/** The results with what has to be known to understand and to repeat them; failed runs are listed by themselves. */
export function collectResults(runs: readonly FinalRun[], notes: ResultsNotes = {}): BenchmarkResults {
  checkList('collectResults', 'runs', runs, 0);
  const { command, planned } = withDefaults<{ command: string | undefined; planned: number }>('collectResults', notes, {
    command: undefined,
    planned: runs.length,
  });
  const experiments = runs.filter(isFinished).map(({ losses: _, ...result }) => result);
  const failed = runs.filter(isFailed);
  const commit = describeCommit();
  return {
    format: FORMAT,
    formatVersion: RESULTS_VERSION,
    explained: EXPLAINED,
    date: new Date().toISOString(),
    ...(command !== undefined && { command }),
    planned,
    versions: describeVersions(),
    ...(commit !== undefined && { commit }),
    machine: describeMachine(),
    backend: experiments[0]?.device ?? 'none',
    experiments,
    ...(failed.length > 0 && { failed }),
  };
}

/**
 * Writes results so that whoever opens the file finds the old ones or all of the new ones, never half of them.
 *
 * @param through path of the file while it is written, on the same disk; default a name of its own beside it
 * @throws when the file cannot be written; the old one is then as it was
 */
export function writeResults(file: string, results: BenchmarkResults, through?: string): void {
  if (!isPlainObject(results)) {
    throw problem('writeResults', `the results are ${shown(results)}`, 'pass what collectResults or readResults returned');
  }
  writeWhole(file, resultsText(results), through);
}

/** JSON with a line a field and, of the lists of runs, a line a run: a large file stays small, and two of them can be compared line by line. */
function resultsText(results: BenchmarkResults): string {
  const given = Object.entries(results).filter(([, value]) => value !== undefined);
  const fields = given.map(([name, value]) => {
    if (!Array.isArray(value) || value.length === 0) return `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    return `  ${JSON.stringify(name)}: [\n${value.map((run) => `    ${JSON.stringify(run)}`).join(',\n')}\n  ]`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}

/** What a file says beside its runs. */
const HEAD: Form = {
  versions: { '*': 'text' },
  machine: {},
  backend: 'text',
  'planned?': 'number',
  'date?': 'text',
  'command?': 'text',
};

/**
 * Reads a results file, also one of an older version, whose results get the present form.
 *
 * @throws when the file cannot be read, is damaged, is no results file, or is of a newer version; with the place that is wrong
 */
export function readResults(file: string): BenchmarkResults {
  const content = parse(file);
  if (!isPlainObject(content) || !Array.isArray(content.experiments) || !isPlainObject(content.versions)) {
    throw problem(
      file,
      'it is no results file: versions and experiments are missing',
      'name a file that npm run benchmark wrote',
    );
  }
  const wrong = misfit(content, HEAD);
  if (wrong !== undefined) throw problem(file, wrong, 'the file was changed or damaged; run the benchmark again');
  const version = content.formatVersion ?? 1;
  if (version === 1) return present(content, fromVersion1(file, content.experiments));
  if (version !== RESULTS_VERSION) {
    const known = `it has version ${shown(version)}, this library reads up to ${RESULTS_VERSION}`;
    throw problem(file, known, 'read it with the version of the library that wrote it');
  }
  content.experiments.forEach((result, i) => checkResult(`${file}: experiment ${i}`, result));
  if (content.failed !== undefined && !Array.isArray(content.failed)) {
    throw problem(file, `failed is ${shown(content.failed)}`, 'the file was changed or damaged; run the benchmark again');
  }
  content.failed?.forEach((run, i) => checkFailed(`${file}: failed run ${i}`, run));
  return content as unknown as BenchmarkResults;
}

/** A file of version 1 with its results in the present form. */
function present(content: Record<string, unknown>, experiments: ExperimentResult[]): BenchmarkResults {
  const { versions, machine, backend } = content as unknown as BenchmarkResults;
  const form = { format: FORMAT, formatVersion: RESULTS_VERSION, explained: EXPLAINED };
  return { ...form, planned: experiments.length, versions, machine, backend, experiments };
}

function parse(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw problem(file, `cannot be read: ${(error as Error).message}`, 'correct the path');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw problem(file, `it is no JSON or damaged: ${shown((error as Error).message)}`, 'name a whole results file');
  }
}
