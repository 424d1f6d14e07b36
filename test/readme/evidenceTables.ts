import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPARISON, findProtocol } from '../../src/evidence';
import type { Reproduction } from '../../src/evidence';
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
      ...reproductions().flatMap(({ name, rows }) =>
        rows
          .filter(({ ours, published }) => ours && published)
          .map(({ label, metric, published, ours, seeds, verdict, reason }) => [
            name,
            metric === 'acc' ? label : `${label}: ${metric}`,
            published!.spread === undefined ? String(published!.value) : `${published!.value} ± ${published!.spread}`,
            ours!.low === null
              ? formatNumber(ours!.mean, 2)
              : `${formatNumber(ours!.mean, 2)} ± ${formatNumber(ours!.mean - ours!.low, 2)}`,
            String(seeds.length),
            reason === undefined ? verdict : `${verdict}: ${reason}`,
          ]),
      ),
    ]),
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

/** `vandeven-split 3 of 3`: how many published figures of a method were reached, protocol by protocol. */
function figuresOf(method: string): string {
  const found = reproductions().flatMap(({ name, rows }) => {
    const specs = findProtocol(name).rows.map(({ spec }) => spec(1));
    const own = rows.filter(({ published, ours }, i) => published && ours && specs[i].method.name === method);
    const well = own.filter(({ verdict }) => verdict === 'reproduced').length;
    return own.length === 0 ? [] : [`${name} ${well} of ${own.length}`];
  });
  return found.join(', ') || 'none known, or not repeated';
}
