import writeFileAtomic from 'write-file-atomic';
import { describeMachine, describeVersions } from '../utils/environment';
import type { Machine } from '../utils/environment';
import type { ExperimentResult } from './run';

/** The content of a results file. */
export interface BenchmarkResults {
  /** Versions of this library, Node and the packages that compute. */
  versions: Record<string, string>;
  /** Where it ran. */
  machine: Machine;
  /** The backend, e.g. `TensorFlow 2.21.0 (native, CPU)`. */
  backend: string;
  /** One entry an experiment. */
  experiments: ExperimentResult[];
}

/** The results with what has to be known to repeat them. */
export function collectResults(experiments: ExperimentResult[]): BenchmarkResults {
  return { versions: describeVersions(), machine: describeMachine(), backend: experiments[0]?.device ?? 'none', experiments };
}

/** Writes the results so that a reader finds the old file or the whole new one, never half of it. */
export function writeResults(file: string, results: BenchmarkResults): void {
  writeFileAtomic.sync(file, `${JSON.stringify(results, null, 2)}\n`);
}
