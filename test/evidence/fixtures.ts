import type { Protocol } from '../../src/evidence';
import { planRun } from '../../src/experiments';
import type { ExperimentResult, PlannedRun, SpecInput } from '../../src/experiments';
import { result, SMALL } from '../experiments/fixtures';

const source = 'quoted by others';
const of =
  (name: string) =>
  (seed: number): SpecInput => ({ ...SMALL, method: { name }, seed });

/** A protocol of four lines on random pixels. */
export const PROTOCOL: Protocol = {
  name: 'example',
  title: 'An example',
  paper: 'Somebody & Nobody 2020, A paper, arXiv 0000.00000',
  settingsFrom: 'their code',
  architecture: 'one hidden layer of 16',
  training: 'SGD',
  publishedSeeds: '5',
  seeds: 3,
  duration: '1 to 2 s',
  differs: ['The pixels are random.'],
  rows: [
    { label: 'Naive', published: { value: 60.5, spread: 0.2, spreadIs: 'SEM', source }, spec: of('naive'), reason: 'not shown' },
    { label: 'Naive', metric: 'bwt', published: { value: -20, source }, spec: of('naive') },
    { label: 'EWC', published: { value: 50, source }, spec: of('ewc'), reason: 'λ is not known' },
    { label: 'ER', spec: of('er') },
  ],
};

/** A finished run with this average accuracy. */
export function acc(run: PlannedRun, share: number): ExperimentResult {
  const all = result({}, run);
  const matrix = Array.from({ length: 5 }, () => Array<number>(5).fill(share));
  return { ...all, matrix, taskNames: undefined, metrics: { ...all.metrics, acc: share } };
}

/** A finished run of a line. */
export function kept(row: number, seed: number, share: number): ExperimentResult {
  const line = [0, 2, 3][row]; // the second line has the runs of the first
  return acc(planRun(PROTOCOL.rows[line].spec(seed)), share);
}
