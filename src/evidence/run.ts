import { onInterrupt, EXIT_CODES } from '../benchmark/interrupt';
import { studyTable } from '../benchmark/tables';
import { progressDisplay } from '../benchmark/terminal';
import { localProcesses } from '../experiments/executors/localProcesses';
import { isFinished } from '../experiments/failedRun';
import type { PlannedRun } from '../experiments/plan';
import { openStore, withStore } from '../experiments/store';
import type { RunStore } from '../experiments/store';
import { problem } from '../utils/errors';
import type { ReproduceRequest } from './arguments';
import { COMPARISON, planComparison } from './comparison';
import { planProtocol } from './plan';
import type { Protocol } from './protocol';
import { findProtocol, PROTOCOLS } from './protocols';
import { reproductionOf } from './reproduction';
import type { Reproduction } from './reproduction';
import { listText, reproductionMarkdown, reproductionText } from './tables';

/** Where text goes: `say` what was asked for, `warn` what is wrong. */
export interface Outputs {
  say(text: string): void;
  warn(text: string): void;
}

/**
 * Does what was asked for.
 *
 * @returns the exit status: 0 every published figure is reproduced, 1 some are not reached, 2 some runs gave no result
 * @throws when it cannot be run
 */
export async function answer(request: ReproduceRequest, { say, warn }: Outputs): Promise<number> {
  const store = openStore(request.store, { warn });
  const { name, form } = request;
  if (name === COMPARISON.name) return compareAll(request, store, { say, warn });
  const protocols = (name === undefined ? PROTOCOLS : [findProtocol(name)]).map((one) => withRows(one, request.rows));
  if (request.list) {
    const runs = [...store.runs()];
    const told = protocols.map((protocol) => reproductionOf(protocol, runs));
    say(form === 'text' && name === undefined ? listText(told) : written(told, form));
    return 0;
  }
  const [protocol] = protocols;
  const interrupted = await execute(planProtocol(protocol, request.seeds), store, request, warn);
  const outcome = reproductionOf(protocol, [...store.runs()]);
  say(written([outcome], form));
  if (form === 'text') say(`\nStore: ${store.folder}`);
  return interrupted ?? statusOf(outcome);
}

/** Some lines of a protocol. */
function withRows(protocol: Protocol, parts: readonly string[] = ['']): Protocol {
  const rows = protocol.rows.filter(({ label }) => parts.some((part) => label.includes(part)));
  if (rows.length > 0) return { ...protocol, rows };
  const labels = protocol.rows.map(({ label }) => label).join(', ');
  throw problem(`protocol ${protocol.name}`, `no line has ${parts.join(' or ')} in its name`, `lines: ${labels}`);
}

/** Runs what is missing. Returns the exit status where a signal ended it. */
async function execute(
  plan: readonly PlannedRun[],
  store: RunStore,
  { workers, force }: ReproduceRequest,
  warn: Outputs['warn'],
): Promise<number | undefined> {
  const display = progressDisplay(plan);
  const tell = (text: string) => display.note(`note: ${text}`);
  const executor = withStore(localProcesses({ workers: Math.min(workers, plan.length) }), store, { force, note: tell });
  const interrupted = onInterrupt(() => void executor.stop());
  const outcomes = await executor.run(plan, display);
  display.close();
  for (const outcome of outcomes) if (outcome.status === 'failed') warn(`run ${outcome.id} failed: ${outcome.reason}`);
  if (executor.notStored !== undefined) throw problem(store.folder, executor.notStored, 'free some space, or name another store');
  return interrupted.by && EXIT_CODES[interrupted.by];
}

/** Runs what is missing of the comparison of all methods and tells its tables. Returns 2 where runs gave no result, else 0. */
async function compareAll(request: ReproduceRequest, store: RunStore, { say, warn }: Outputs): Promise<number> {
  const { rows: parts = [''], list, form } = request;
  const plan = planComparison(request.seeds).filter(({ label }) => parts.some((part) => label.includes(part)));
  if (plan.length === 0)
    throw problem('comparison', `no method has ${parts.join(' or ')} in its name`, 'see npm run benchmark -- --help');
  const interrupted = list ? undefined : await execute(plan, store, request, warn);
  const runs = plan.flatMap(({ id, study, label }) => {
    const run = store.get(id);
    return run ? [{ ...run, study, label }] : [];
  });
  if (form === 'json') say(JSON.stringify(runs, null, 2));
  else say(runs.length === 0 ? 'None of its runs is in the store.' : studyTable(COMPARISON.name, runs));
  if (form !== 'json') say(`\n${runs.filter(isFinished).length} of ${plan.length} runs. Store: ${store.folder}`);
  return interrupted ?? (list || runs.every(isFinished) ? 0 : 2);
}

/** The exit status that the verdicts stand for. */
export function statusOf({ rows }: Pick<Reproduction, 'rows'>): number {
  if (rows.some(({ verdict, failed }) => verdict === 'no result' || verdict === 'not run' || failed.length > 0)) return 2;
  return rows.some(({ verdict }) => verdict === 'not reached') ? 1 : 0;
}

function written(reproductions: readonly Reproduction[], form: ReproduceRequest['form']): string {
  if (form === 'json') return JSON.stringify(reproductions, null, 2);
  return reproductions.map(form === 'markdown' ? reproductionMarkdown : reproductionText).join('\n\n');
}
