import type { SpecInput } from '../experiments/spec';
import type { ReproducedMetric } from './metrics';

/** A figure that was published, in percent. */
export interface Published {
  /** The mean. */
  readonly value: number;
  /** What stands behind its ±; absent where none was found. */
  readonly spread?: number;
  /** What the ± is: standard deviation or standard error over the seeds, or not said. */
  readonly spreadIs?: 'SD' | 'SEM' | 'not said';
  /** Where it was read. */
  readonly source: string;
}

/** One line of a published table. */
export interface ProtocolRow {
  /** Its name, e.g. `EWC (class)`. */
  readonly label: string;
  /** What is compared; default `acc`, the average accuracy at the end. */
  readonly metric?: ReproducedMetric;
  /** The published figure; absent where none was found in a text. */
  readonly published?: Published;
  /** The run that stands for it, for a seed. */
  readonly spec: (seed: number) => SpecInput;
  /** What is known of why it is not reached; shown with that verdict. */
  readonly reason?: string;
}

/** A published experiment as data: what was done, what came out, and the runs that repeat it. */
export interface Protocol {
  /** Its name on the command line, e.g. `vandeven-split`. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Authors, year, title, where. */
  readonly paper: string;
  /** Where its settings were read. */
  readonly settingsFrom: string;
  /** The network. */
  readonly architecture: string;
  /** Optimiser, batches, steps or epochs. */
  readonly training: string;
  /** Over how many seeds the published figures are means. */
  readonly publishedSeeds: string;
  /** Seeds that are run unless fewer are asked for: 1 … n. */
  readonly seeds: number;
  /** How long a run takes on one core, roughly, e.g. `30 s to 2 min`. */
  readonly duration: string;
  /** What differs here from the paper or its code, a sentence each. */
  readonly differs: readonly string[];
  /** The lines of the table. */
  readonly rows: readonly ProtocolRow[];
}
