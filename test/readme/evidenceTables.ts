import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPARISON, findProtocol } from '../../src/evidence';
import type { ReproducedRow, Reproduction, Verdict } from '../../src/evidence';
import { rowName } from '../../src/evidence/metrics';
import { readResults } from '../../src/experiments';
import type { BenchmarkResults, ExperimentResult } from '../../src/experiments';
import { aggregate } from '../../src/metrics';
import { METHODS } from '../../src/methods';
import { formatNumber } from '../../src/utils/format';
import { checkThere, markdown, ROOT } from './markdown';

const COMPARED = join(ROOT, 'notebooks', 'data', 'comparison.json');
const REPRODUCED = join(ROOT, 'notebooks', 'data', 'reproductions.json');
const percent = (share: number) => formatNumber(100 * share, 1);

/** The comparison of all methods, as `npm run results -- export` writes it. */
function comparison(): BenchmarkResults {
  checkThere(COMPARED, 'npm run reproduce -- comparison, then npm run results -- export notebooks/data/comparison.json');
  return readResults(COMPARED);
}

/** What came out of the published protocols, as `npm run reproduce -- --list --json` writes it. */
function reproductions(): Reproduction[] {
  checkThere(REPRODUCED, 'npm run reproduce -- --list --json');
  return JSON.parse(readFileSync(REPRODUCED, 'utf8')) as Reproduction[];
}

/** The tables of evidence by name. */
export const EVIDENCE_TABLES: Record<string, () => string> = {
  comparison: () => {
    const { experiments } = comparison();
    const there = METHODS.filter(({ name }) => experiments.some(({ method }) => method === name));
    return markdown([
      ['Method', ...COMPARISON.streams.map(({ title }) => title.replace('-incremental', ''))],
      ...there.map(({ name, label }) => [label, ...COMPARISON.streams.map((on) => reached(experiments, name, on))]),
    ]);
  },
  'comparison machine': () => {
    const { experiments, machine, commit, failed = [] } = comparison();
    const text = `${experiments.length} runs${failed.length > 0 ? ` and ${failed.length} without a result (diverged, or refused before they would)` : ''} of commit ${commit!.slice(0, 7)}`;
    return `${text}, made on ${machine.cpu}, ${machine.cores} cores; ids in [comparison.json](notebooks/data/comparison.json).`;
  },
  reproduced: () =>
    markdown([
      ['Protocol', 'Row', 'Published', 'Ours', 'Seeds', 'Verdict'],
      ...reproductions().flatMap(({ name, seeds: asked, rows }) =>
        rows.map((row) => [
          name,
          rowName(row),
          row.published ? withHalf(row.published.value, row.published.spread, String) : '–',
          row.ours ? withHalf(row.ours.mean, row.ours.low === null ? undefined : row.ours.mean - row.ours.low, twoDigits) : '–',
          `${row.seeds.length} of ${asked}`,
          row.reason === undefined ? row.verdict : `${row.verdict}: ${row.reason}`,
        ]),
      ),
    ]),
  'reproduced counts': () => {
    const rows = reproductions().flatMap((one) => one.rows);
    const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
    const told: Verdict[] = ['reproduced', 'reproduced, as naive', 'not reached', 'no figure published', 'no result', 'not run'];
    const counts = told.filter((verdict) => count(verdict) > 0).map((verdict) => `${count(verdict)} ${verdict}`);
    return `${rows.length} rows: ${counts.join('; ')}. Seeds: those that were run, of those the protocol asks for.`;
  },
  status: () =>
    markdown([
      ['Method', 'Paper', 'What its tests prove', 'Published figures reached'],
      ...METHODS.map(({ name, label, paper, tested }) => [label, paper ?? '–', tested ?? '–', figuresOf(name)]),
    ]),
};

/** `97.1 ± 0.4`; with the number of seeds where some gave no result. */
function reached(all: readonly ExperimentResult[], method: string, on: (typeof COMPARISON.streams)[number]): string {
  const own = all.filter(
    ({ spec, method: name }) => name === method && spec.stream.name === on.stream && spec.stream.scenario === on.scenario,
  );
  if (own.length === 0) return '–';
  const { mean, low } = aggregate(own.map(({ metrics }) => metrics.acc!));
  const seeds = own.length < COMPARISON.seeds ? ` (${own.length} of ${COMPARISON.seeds} seeds)` : '';
  return low === null ? `${percent(mean)}${seeds}` : `${percent(mean)} ± ${percent(mean - low)}${seeds}`;
}

/**
 * `vandeven-split 4 of 4 (2 more as naive)`: how many published figures of a method were reached, protocol by protocol. Rows that are
 * not run count among those that were not reached; rows that naive training reaches, too, do not count.
 */
function figuresOf(method: string): string {
  const found = reproductions().flatMap(({ name, rows }) => {
    const specs = findProtocol(name).rows.map((row) => ({ name: rowName(row), method: row.spec(1).method.name }));
    const isOwn = (row: ReproducedRow) => specs.some((one) => one.name === rowName(row) && one.method === method);
    const own = rows.filter((row) => row.published && isOwn(row));
    return own.length === 0 ? [] : [`${name} ${scoreOf(own.map(({ verdict }) => verdict))}`];
  });
  return found.join(', ') || 'in no protocol here';
}

/** `3 of 8 (1 not run)`; without a score where nothing was run that counts. */
export function scoreOf(verdicts: readonly Verdict[]): string {
  const count = (verdict: Verdict) => verdicts.filter((one) => one === verdict).length;
  const [asNaive, notRun] = [count('reproduced, as naive'), count('not run')];
  const counted = verdicts.length - asNaive;
  const hasScore = counted > notRun;
  const naive = asNaive > 0 ? [`${asNaive}${hasScore ? ' more' : ''} as naive`] : [];
  const told = [...naive, ...(notRun > 0 ? [`${notRun} not run`] : [])].join(', ');
  if (!hasScore) return told;
  return `${count('reproduced')} of ${counted}${told === '' ? '' : ` (${told})`}`;
}

const twoDigits = (value: number) => formatNumber(value, 2);

/** `63.95 ± 1.9` */
function withHalf(mean: number, half: number | undefined, text: (value: number) => string): string {
  return half === undefined ? text(mean) : `${text(mean)} ± ${text(half)}`;
}
