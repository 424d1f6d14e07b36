import { onInterrupt, EXIT_CODES } from '../benchmark/interrupt';
import { studyTable } from '../benchmark/tables';
import { progressDisplay } from '../benchmark/terminal';
import { localProcesses } from '../experiments/executors/localProcesses';
import { isFinished } from '../experiments/failedRun';
import type { FinalRun } from '../experiments/failedRun';
import { configurationId } from '../experiments/identity';
import type { PlannedRun } from '../experiments/plan';
import { openStore, withStore } from '../experiments/store';
import type { RunStore } from '../experiments/store';
import { problem } from '../utils/errors';
import type { ReproduceRequest } from './arguments';
import { COMPARISON, planComparison } from './comparison';
import { existingStore } from './existingStore';
import { rowName } from './metrics';
import { planProtocol, withNames } from './plan';
import { findProtocol, PROTOCOLS } from './protocols';
import { reproductionOf } from './reproduction';
import type { Reproduction } from './reproduction';
import { listText, reproductionMarkdown, reproductionText } from './tables';

/** Where text goes: `say` what was asked for, `note` what is worth knowing meanwhile, `warn` what is wrong. */
export interface Outputs {
  say(text: string): void;
  note(text: string): void;
  warn(text: string): void;
}

/**
 * Does what was asked for.
 *
 * @returns the exit status: 0 every published figure is reproduced, 1 some are not reached, 2 some runs gave no result
 * @throws when it cannot be run
 */
export async function answer(request: ReproduceRequest, outputs: Outputs): Promise<number> {
  const { name, form, list, seeds, rows } = request;
  const { say, note, warn } = outputs;
  const store = list ? existingStore(request.store, { warn }) : openStore(request.store, { warn });
  if (name === COMPARISON.name) return compareAll(request, store, outputs);
  const protocols = name === undefined ? PROTOCOLS : [findProtocol(name)];
  if (list) {
    const runs = [...store.runs()];
    const told = protocols.map((protocol) => someRows(reproductionOf(protocol, runs), rows));
    say(form === 'text' && name === undefined ? listText(told) : written(told, form));
    return 0;
  }
  const [protocol] = protocols;
  const plan = planProtocol(protocol, seeds, rows);
  note(`${inWords(new Set(plan.map(({ id }) => id)).size)}; a run takes ${protocol.duration}, on one core`);
  const interrupted = await execute(plan, store, request, outputs);
  const outcome = someRows(reproductionOf(protocol, [...store.runs()]), rows);
  say(written([outcome], form));
  if (form === 'text') say(`\nStore: ${store.folder}`);
  return interrupted ?? statusOf(outcome);
}

/** Some lines of a reproduction. Verdicts come first: what naive training reaches may stand in a line that is left out. */
function someRows(all: Reproduction, parts: readonly string[] | undefined): Reproduction {
  return { ...all, rows: [...withNames(`protocol ${all.name}`, all.rows, rowName, parts)] };
}

/** Runs what is missing. Returns the exit status where a signal ended it. */
async function execute(
  plan: readonly PlannedRun[],
  store: RunStore,
  { workers, force }: ReproduceRequest,
  { warn, note }: Outputs,
): Promise<number | undefined> {
  const display = progressDisplay(plan);
  const tell = (text: string) => display.note(`note: ${text}`);
  const executor = withStore(localProcesses({ workers: Math.min(workers, plan.length) }), store, { force, note: tell });
  const interrupted = onInterrupt(() => void executor.stop());
  const outcomes = await executor.run(plan, display);
  display.close();
  for (const outcome of outcomes) if (outcome.status === 'failed') warn(`run ${outcome.id} failed: ${outcome.reason}`);
  if (executor.notStored !== undefined) throw problem(store.folder, executor.notStored, 'free some space, or name another store');
  if (!interrupted.by) return undefined;
  const finished = new Set(outcomes.flatMap(({ id, status }) => (status === 'finished' ? [id] : [])));
  const all = new Set(plan.map(({ id }) => id));
  note(`Interrupted: ${finished.size} of ${inWords(all.size)} finished; the same command goes on.`);
  return EXIT_CODES[interrupted.by];
}

/** Runs what is missing of the comparison of all methods and tells its tables. Returns 2 where runs gave no result, else 0. */
async function compareAll(request: ReproduceRequest, store: RunStore, outputs: Outputs): Promise<number> {
  const { rows, list, form, seeds = COMPARISON.seeds } = request;
  const { say, note } = outputs;
  if (!list) note('planning: data and settings of every run are checked first');
  const plan = planComparison(list ? 1 : seeds, undefined, rows);
  const interrupted = list ? undefined : await execute(plan, store, request, outputs);
  const runs = list ? ofConfigurations(plan, store, seeds) : keptOf(plan, store);
  if (form === 'json') say(JSON.stringify(runs, null, 2));
  else say(runs.length === 0 ? 'None of its runs is in the store.' : studyTable(COMPARISON.name, runs));
  const asked = list ? plan.length * seeds : plan.length;
  if (form !== 'json') say(`\n${runs.filter(isFinished).length} of ${asked} runs. Store: ${store.folder}`);
  return interrupted ?? (list || runs.every(isFinished) ? 0 : 2);
}

/** What became of the planned runs, under the names of the plan. */
function keptOf(plan: readonly PlannedRun[], store: RunStore): FinalRun[] {
  return plan.flatMap(({ id, study, label }) => {
    const run = store.get(id);
    return run ? [{ ...run, study, label }] : [];
  });
}

/** The same, for seeds 1 to n of each planned configuration: to plan every seed takes ten seconds, each opens its data. */
function ofConfigurations(plan: readonly PlannedRun[], store: RunStore, seeds: number): FinalRun[] {
  const found = new Map<string, FinalRun[]>();
  for (const run of store.runs()) {
    const key = configurationId(run.spec);
    if (run.seed >= 1 && run.seed <= seeds) found.set(key, [...(found.get(key) ?? []), run]);
  }
  return plan.flatMap(({ spec, study, label }) => {
    const own = [...(found.get(configurationId(spec)) ?? [])].sort((a, b) => a.seed - b.seed);
    return own.map((run) => ({ ...run, study, label }));
  });
}

const inWords = (runs: number) => (runs === 1 ? '1 run' : `${runs} runs`);

/** The exit status that the verdicts stand for. */
export function statusOf({ rows }: Pick<Reproduction, 'rows'>): number {
  if (rows.some(({ verdict, failed }) => verdict === 'no result' || verdict === 'not run' || failed.length > 0)) return 2;
  return rows.some(({ verdict }) => verdict === 'not reached') ? 1 : 0;
}

function written(reproductions: readonly Reproduction[], form: ReproduceRequest['form']): string {
  if (form === 'json') return JSON.stringify(reproductions, null, 2);
  return reproductions.map(form === 'markdown' ? reproductionMarkdown : reproductionText).join('\n\n');
}
