import { extname } from 'node:path';
import { failureInWords, isFailed } from '../../experiments/failedRun';
import type { FinalRun } from '../../experiments/failedRun';
import { collectResults, writeResults } from '../../experiments/results';
import { openStore } from '../../experiments/store';
import type { RunStore } from '../../experiments/store';
import { fits, statusOf } from '../../experiments/store/filter';
import type { RunFilter } from '../../experiments/store/filter';
import { mergeRuns } from '../../experiments/store/merge';
import { runRowsOf } from '../../experiments/store/runRow';
import { problem, shown } from '../../utils/errors';
import { checkWritable, writeWhole } from '../../utils/files';
import { formatDuration, formatNumber, textTable } from '../../utils/format';
import { comparisonsText, rankingOver, rankingText } from '../comparisons';
import type { Comparing } from '../comparisons';
import { tablesOf } from '../rows';
import { runsTable } from '../tables';
import type { ResultsRequest } from './arguments';
import { csvOf } from './csv';
import { reportPage } from './page';
import { existing, runsIn } from './places';

/** Where text goes: `say` what was asked for, `warn` what is wrong. */
export interface Outputs {
  say(text: string): void;
  warn(text: string): void;
}

/**
 * Does what was asked for.
 *
 * @returns the exit status: 0 all is well, 1 some runs failed, are damaged or differ
 * @throws when it cannot be done
 */
export function answer(request: ResultsRequest, { say, warn }: Outputs): number {
  let damaged = 0;
  const hear = (message: string) => {
    damaged++;
    warn(message);
  };
  if (request.command === 'merge') return Math.max(merge(request, say, hear), Math.sign(damaged));
  const store = existing(request.store, hear);
  if (request.command === 'show') {
    say(JSON.stringify(theOne(store, request.id), null, 2));
    return Math.sign(damaged);
  }
  const runs = chosen(store, request.filter);
  tell(request, store, runs, say);
  const failed = runs.filter(isFailed).length;
  if (failed > 0) warn(`${failed} of ${runs.length} runs gave no result`);
  return failed + damaged > 0 ? 1 : 0;
}

function tell(
  request: Exclude<ResultsRequest, { command: 'merge' | 'show' }>,
  store: RunStore,
  runs: readonly FinalRun[],
  say: Outputs['say'],
): void {
  if (request.command === 'list') return say(listOf(runs));
  if (request.command === 'compare') return say(compared(runs, request));
  const { file } = request;
  checkWritable(file);
  if (request.command === 'report') {
    if (extname(file).toLowerCase() !== '.html') throw problem('report', `${shown(file)} has another ending`, 'end it in .html');
    const { metric, baseline } = request;
    writeWhole(file, reportPage(runs, { store: store.folder, date: new Date().toISOString(), metric, baseline }));
  } else exportTo(file, runs);
  say(`${file}: ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`);
}

/** A table a stream with its comparisons; where there are several streams, the ranks over them. */
function compared(runs: readonly FinalRun[], comparing: Comparing): string {
  const tables = tablesOf(runs);
  const over = rankingOver(tables, comparing.metric ?? 'acc');
  return [
    ...tables.map(({ head, runs: own }) => `${head}\n${runsTable(own)}${comparisonsText(own, comparing)}`),
    ...(over ? [rankingText(over, comparing.metric ?? 'acc', 'streams')] : []),
  ].join('\n\n');
}

function listOf(runs: readonly FinalRun[]): string {
  const rows = runs.map((run) => {
    const done = isFailed(run) ? undefined : run;
    const reason = isFailed(run) ? failureInWords(run) : (run.stuckAtChance ?? '');
    return [
      run.id,
      run.study,
      run.label,
      String(run.seed),
      run.spec.stream.name,
      formatNumber(done?.metrics.acc),
      formatNumber(done?.metrics.bwt),
      formatNumber(done?.metrics.fm),
      done ? formatDuration(done.seconds) : '–',
      run.made?.date.slice(0, 10) ?? '–',
      statusOf(run),
      reason,
    ];
  });
  return textTable([
    ['Id', 'Study', 'Label', 'Seed', 'Stream', 'ACC', 'BWT', 'FM', 'Runtime', 'Date', 'Status', 'Reason'],
    ...rows,
  ]);
}

function exportTo(file: string, runs: readonly FinalRun[]): void {
  const ending = extname(file).toLowerCase();
  if (ending === '.csv') writeWhole(file, csvOf(runRowsOf(runs)));
  else if (ending === '.json') writeResults(file, collectResults(runs));
  else throw problem('export', `${shown(file)} has an ending that cannot be written`, 'end it in .csv or .json');
}

function merge(
  { from, store: folder }: Extract<ResultsRequest, { command: 'merge' }>,
  say: Outputs['say'],
  warn: Outputs['warn'],
): number {
  const store = openStore(folder, { warn });
  let differences = 0;
  for (const place of from) {
    const { added, known, different } = mergeRuns(store, runsIn(place, warn));
    say(`${place}: ${added.length} added, ${known} known`);
    for (const id of different) warn(`${place}: run ${id} has other numbers than in ${store.folder}, where it stays as it was`);
    differences += different.length;
  }
  return differences > 0 ? 1 : 0;
}

function chosen(store: RunStore, filter: RunFilter): FinalRun[] {
  const fit = fits('results', filter);
  const all = [...store.runs()];
  const runs = all.filter(fit);
  if (runs.length > 0) return runs.sort((a, b) => order(a).localeCompare(order(b)) || a.seed - b.seed);
  if (all.length === 0) throw empty(store);
  throw problem(store.folder, `none of its ${all.length} runs fits`, 'npm run results -- list, without a filter, shows them all');
}

function empty({ folder }: RunStore): Error {
  return problem(folder, 'it holds no runs', 'npm run benchmark makes some; name another store with --store');
}

/** Runs stand together by study and stream, in tables as in lists. */
function order({ study, spec, label }: FinalRun): string {
  return [study, spec.stream.name, spec.stream.scenario, label].join('\n');
}

function theOne(store: RunStore, id: string): FinalRun {
  const ids = store.ids().filter((one) => one.startsWith(id));
  const run = ids.length === 1 ? store.get(ids[0]) : undefined;
  if (run) return run;
  if (store.ids().length === 0) throw empty(store);
  throw problem(`run ${id}`, ids.length > 1 ? `${ids.length} ids begin like this` : 'there is none', 'see results list');
}
