import { isFinished } from '../../experiments/failedRun';
import type { FinalRun } from '../../experiments/failedRun';
import { fits } from '../../experiments/store/filter';
import { problem } from '../../utils/errors';
import { runsIn } from '../results/places';
import { rowsOf } from '../rows';
import type { Row } from '../rows';
import type { SideRequest } from './arguments';

/** Which side of the gate. */
export type Side = 'challenger' | 'champion';

/** What one side of the gate is, for people and as JSON. */
export interface SideReport {
  /** The store or results file. */
  place: string;
  /** Label of its runs. */
  label: string;
  /** Their method. */
  method: string;
  /** Name of their stream. */
  stream: string;
  /** Their scenario. */
  scenario: string;
  /** Their number of tasks. */
  tasks: number;
  /** Seeds with a result. */
  seeds: number[];
  /** Seeds that failed. */
  failedSeeds: number[];
  /** Ids of the runs. */
  ids: string[];
}

/** The runs of one side: those of one configuration. */
export interface ChosenSide {
  /** What it is. */
  report: SideReport;
  /** Results and failed runs, one a seed. */
  runs: readonly FinalRun[];
}

/** How many configurations a message names. */
const NAMED = 6;

/**
 * The runs that are meant as one side.
 *
 * @param hear what is worth knowing (`note`) and what is damaged (`warn`)
 * @throws when there is nothing there, none fits, or those that fit are not all of one configuration
 */
export function chooseSide(
  side: Side,
  { place, filters }: SideRequest,
  hear: { note(text: string): void; warn(text: string): void },
): ChosenSide {
  const all = [...runsIn(place, (text) => hear.warn(text), (text) => hear.note(text))]; // prettier-ignore
  const checks = filters.map((filter) => fits(`gate: ${side}`, filter));
  const runs = all.filter((run) => checks.every((fit) => fit(run)));
  if (runs.length === 0) {
    const reason = all.length === 0 ? 'it holds no runs' : `none of its ${all.length} runs fits as the ${side}`;
    throw problem(place, reason, `it holds ${namesOf(rowsOf(all)) || 'nothing'}`);
  }
  const rows = rowsOf(runs);
  if (rows.length > 1) {
    const reason = `runs of ${rows.length} configurations fit as the ${side}: ${namesOf(rows)}`;
    throw problem(
      place,
      reason,
      `choose one with --${side}-method, --${side}-label, --stream, --scenario, --study or --${side}-id`,
    );
  }
  return { report: reportOf(place, rows[0]), runs: [...rows[0].runs, ...rows[0].failed] };
}

function reportOf(place: string, { label, runs, failed }: Row): SideReport {
  const all: FinalRun[] = [...runs, ...failed];
  const [{ method, spec, matrix }] = all;
  return {
    place,
    label,
    method,
    stream: spec.stream.name,
    scenario: spec.stream.scenario,
    tasks: matrix.length,
    seeds: seedsOf(runs),
    failedSeeds: seedsOf(failed),
    ids: all.map(({ id }) => id),
  };
}

function seedsOf(runs: readonly FinalRun[]): number[] {
  return runs.map(({ seed }) => seed).sort((a, b) => a - b);
}

/** What is to be said of runs that are compared: those that stayed at chance count all the same. */
export function stuckNotes(side: Side, { runs }: ChosenSide): string[] {
  return runs.filter(isFinished).flatMap(({ seed, stuckAtChance }) => {
    return stuckAtChance === undefined ? [] : [`${side}, seed ${seed}: stuck at chance (${stuckAtChance}); it counts`];
  });
}

function namesOf(rows: readonly Row[]): string {
  const names = rows.slice(0, NAMED).map(({ label, runs, failed }) => {
    const [{ spec }] = [...runs, ...failed];
    return `${label} on ${spec.stream.name} (${spec.stream.scenario})`;
  });
  return [...names, ...(rows.length > NAMED ? [`${rows.length - NAMED} more`] : [])].join(', ');
}
