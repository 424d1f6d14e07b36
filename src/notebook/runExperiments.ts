import { localProcesses, viaQueue, withStore } from '../experiments';
import type { Executor, ExperimentResult, PlannedRun, RunListener, RunStore } from '../experiments';
import { checkUnchanged, runName } from '../experiments/plan';
import { checkNumber, checkText, problem, withDefaults } from '../utils/errors';
import { interruptible } from './interrupt';
import { openedStore } from './openedStore';
import { Throttle } from './throttle';
import { display, type Output } from './tslab';

/** Results of calls that did not come to their end, by the id of the run. */
const kept = new Map<string, ExperimentResult>();

/** Options of `runExperiments`. */
export interface RunExperimentsOptions {
  /** How many runs are executed side by side, each in a process of its own; default 2. With a queue its workers say that. */
  workers?: number;
  /**
   * Other machines execute the runs: the URL of a queue, from which `npm run worker` takes them, e.g. `redis://HOST:6379`; true for
   * that of the environment (`CL_QUEUE_URL`). Default: processes of this machine.
   */
  queue?: string | true;
  /** A store or its folder: finished runs come from it, new ones are kept there; default none. */
  store?: RunStore | string;
}

/**
 * Runs a plan, each run in a process of its own, so that the memory it takes (`peakMb`) is its own too; with a `queue` on other
 * machines. A line tells how far they are. Interrupt ends the running ones at once (those on a queue go on there, and the next call
 * fetches them); finished ones are kept, also where another one fails, and the next call with them does only the rest. After a call
 * that came to its end, a new call begins anew; with a `store` it has nothing to do, also after the kernel was restarted.
 *
 * @param plan what `planExperiments` returns, or runs of `planRun`
 * @param options `workers`: how many run side by side, default 2; `queue`; `store`
 * @returns the results in the order of the plan; figures of runs take them as they are
 * @throws when a run fails, with its label, seed and reason; after an interrupt an error named `Interrupted`
 */
export async function runExperiments(
  plan: readonly PlannedRun[],
  options: RunExperimentsOptions = {},
): Promise<ExperimentResult[]> {
  const place = placeOf(options);
  checkUnchanged('runExperiments', plan);
  const waiting = plan.filter(({ id }) => !kept.has(id));
  const executor = options.store === undefined ? place : withStore(place, openedStore(options.store));
  const status = new Status(plan, waiting);
  let failure: Error | undefined;
  const listener: RunListener = {
    started: (id) => status.set(id, 'begins'),
    progress: (id, { task, nTasks }) => status.set(id, `task ${task + 1}/${nTasks}`),
    finished(id, result) {
      kept.set(id, result);
      status.finish(id);
    },
    retried: (id) => status.set(id, 'crashed, once more'),
    failed(id, reason) {
      failure ??= new Error(`${runName(plan.find((run) => run.id === id)!)}: ${reason}`);
      void executor.stop();
    },
  };
  await interruptible(async (signal) => {
    const watch = setInterval(() => signal.aborted && void executor.stop(), 100);
    try {
      await executor.run(waiting, listener);
      if ('notStored' in executor && executor.notStored !== undefined) console.warn(executor.notStored);
    } finally {
      clearInterval(watch);
      status.end();
    }
    if (failure) throw failure;
  });
  const results = plan.map(({ id, label, study }) => ({ ...kept.get(id)!, label, study }));
  for (const { id } of plan) kept.delete(id);
  return results;
}

/** @deprecated since 0.2: the old name of `RunExperimentsOptions`. */
export type RunInProcessesOptions = RunExperimentsOptions;
/** @deprecated since 0.2: the old name of `runExperiments`. */
export const runInProcesses = runExperiments;

/** Who executes the runs. */
function placeOf(options: RunExperimentsOptions): Executor {
  const { workers, queue } = withDefaults<RunExperimentsOptions>('runExperiments', options, {
    workers: undefined,
    queue: undefined,
    store: undefined,
  });
  if (queue === undefined) {
    checkNumber('runExperiments', 'workers', workers ?? 2, { min: 1, integer: true });
    return localProcesses({ workers: workers ?? 2, freshProcesses: true });
  }
  if (workers !== undefined) {
    throw problem('runExperiments', 'workers are for this machine, a queue has its own', 'leave one of the two options out');
  }
  if (queue !== true) checkText('runExperiments', 'queue', queue);
  return viaQueue(queue === true ? {} : { url: queue });
}

/** `2 of 5 done · EWC: task 3/5 · GEM: task 1/5`, in one output, at most ten times a second. */
class Status {
  private readonly running = new Map<string, string>();
  private readonly names: Map<string, string>;
  private readonly total: number;
  private done: number;
  private output: Output | null = null;
  private readonly throttle = new Throttle<string>(100, (text) => {
    const bundle = { 'text/plain': text };
    if (this.output) this.output.update(bundle);
    else this.output = display(bundle);
  });

  constructor(plan: readonly PlannedRun[], waiting: readonly PlannedRun[]) {
    const unique = ({ label }: PlannedRun) => plan.filter((run) => run.label === label).length === 1;
    this.names = new Map(plan.map((run) => [run.id, unique(run) ? run.label : runName({ ...run, study: '' })]));
    this.total = this.names.size;
    this.done = this.total - new Set(waiting.map(({ id }) => id)).size;
    this.show();
  }

  set(id: string, what: string): void {
    this.running.set(id, what);
    this.show();
  }

  finish(id: string): void {
    this.done++;
    this.running.delete(id);
    this.show();
  }

  end(): void {
    this.throttle.flush();
  }

  private show(): void {
    const running = [...this.running].map(([id, what]) => `${this.names.get(id)!}: ${what}`);
    this.throttle.push([`${this.done} of ${this.total} done`, ...running].join(' · '));
  }
}
