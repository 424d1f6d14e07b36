import { availableParallelism } from 'node:os';
import { checkNumber, withDefaults } from '../../utils/errors';
import { checkRuns, relativeDuration } from '../plan';
import type { PlannedRun } from '../plan';
import { guarded, inPlanOrder, uniqueRuns } from './executor';
import type { Claim, Executor, Outcome, RunListener } from './executor';
import { ProcessCrashed, RUN_SCRIPT, RunProcess } from './runProcess';

/** Options of `localProcesses`. */
export interface LocalProcessesOptions {
  /** Processes side by side; default: one a core. */
  workers?: number;
  /** Whether each run gets a process of its own, so that `peakMb` is its own too (a second more a run); default false. */
  freshProcesses?: boolean;
  /** Files that a process loads first, absolute paths: they register streams and methods of your own; default none. */
  modules?: readonly string[];
  /** What runs in each process; default: the library's worker. */
  script?: string;
}

/**
 * Executes runs in child processes, each with its share of the cores. The results do not depend on the number of workers: each
 * run has its own model, stream and seed. The longest start first, so that no worker ends up alone with one.
 */
export function localProcesses(options: LocalProcessesOptions = {}): Executor {
  const settings = withDefaults<Required<LocalProcessesOptions>>('localProcesses', options, {
    workers: availableParallelism(),
    freshProcesses: false,
    modules: [],
    script: RUN_SCRIPT,
  });
  checkNumber('localProcesses', 'workers', settings.workers, { min: 1, integer: true });
  return new LocalProcesses(settings);
}

class LocalProcesses implements Executor {
  readonly asksBefore = true;
  private readonly processes = new Set<RunProcess>();
  private stopped = false;

  constructor(private readonly settings: Required<LocalProcessesOptions>) {}

  async run(runs: readonly PlannedRun[], listener?: RunListener, claim: Claim = () => true): Promise<Outcome[]> {
    checkRuns('localProcesses', runs);
    const heard = guarded(listener);
    const outcomes = new Map<string, Outcome>();
    const waiting = uniqueRuns(runs).sort((a, b) => relativeDuration(b) - relativeDuration(a));
    const lanes = Math.min(this.settings.workers, waiting.length);
    await Promise.all(Array.from({ length: lanes }, () => this.lane(lanes, waiting, heard, claim, outcomes)));
    return inPlanOrder(runs, outcomes);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.processes].map((one) => one.close(true)));
  }

  /** Takes the next waiting run again and again; one process at a time. */
  private async lane(
    lanes: number,
    waiting: PlannedRun[],
    listener: Required<RunListener>,
    claim: Claim,
    outcomes: Map<string, Outcome>,
  ): Promise<void> {
    let place: RunProcess | undefined;
    try {
      for (let run = waiting.shift(); run && !this.stopped; run = waiting.shift()) {
        if (!claim(run)) continue;
        place ??= this.open(lanes);
        outcomes.set(run.id, await this.execute(place, run, listener));
        if (this.settings.freshProcesses) {
          await this.close(place);
          place = undefined;
        }
      }
    } finally {
      if (place) await this.close(place);
    }
  }

  private open(lanes: number): RunProcess {
    const one = new RunProcess({ ...this.settings, beside: lanes });
    this.processes.add(one);
    return one;
  }

  private async close(one: RunProcess): Promise<void> {
    this.processes.delete(one);
    await one.close(this.stopped);
  }

  /** Runs one; once more where its process crashed. */
  private async execute(place: RunProcess, run: PlannedRun, listener: Required<RunListener>): Promise<Outcome> {
    const { id } = run;
    for (let attempt = 1; ; attempt++) {
      try {
        listener.started(id);
        const result = await place.execute(run, (event) => listener.progress(id, event));
        listener.finished(id, result);
        return { id, status: 'finished', result };
      } catch (error) {
        if (this.stopped) return { id, status: 'stopped' };
        const reason = (error as Error).message;
        if (!(error instanceof ProcessCrashed) || attempt === 2) {
          listener.failed(id, reason);
          return { id, status: 'failed', reason };
        }
        listener.retried(id, reason);
      }
    }
  }
}
