import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pool } from 'workerpool';
import type { Pool } from 'workerpool';
import type { ProgressEvent } from '../../training';
import { checkNumber, withDefaults } from '../../utils/errors';
import { checkRuns, relativeDuration } from '../plan';
import type { PlannedRun } from '../plan';
import type { ExperimentResult } from '../result';
import { guarded, inPlanOrder, uniqueRuns } from './executor';
import type { Claim, Executor, Outcome, RunListener } from './executor';

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
 * Executes runs in child processes, one TensorFlow thread each. The results do not depend on the number of workers: each
 * run has its own model, stream and seed. The longest start first, so that no worker ends up alone with one.
 */
export function localProcesses(options: LocalProcessesOptions = {}): Executor {
  const settings = withDefaults<Required<LocalProcessesOptions>>('localProcesses', options, {
    workers: availableParallelism(),
    freshProcesses: false,
    modules: [],
    script: join(__dirname, 'worker.js'),
  });
  checkNumber('localProcesses', 'workers', settings.workers, { min: 1, integer: true });
  return new LocalProcesses(settings);
}

class LocalProcesses implements Executor {
  readonly asksBefore = true;
  private readonly pools = new Set<Pool>();
  private stopped = false;

  constructor(private readonly settings: Required<LocalProcessesOptions>) {}

  async run(runs: readonly PlannedRun[], listener?: RunListener, claim: Claim = () => true): Promise<Outcome[]> {
    checkRuns('localProcesses', runs);
    const heard = guarded(listener);
    const outcomes = new Map<string, Outcome>();
    const waiting = uniqueRuns(runs).sort((a, b) => relativeDuration(b) - relativeDuration(a));
    const lanes = Math.min(this.settings.workers, waiting.length);
    await Promise.all(Array.from({ length: lanes }, () => this.lane(waiting, heard, claim, outcomes)));
    return inPlanOrder(runs, outcomes);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.pools].map((one) => one.terminate(true)));
  }

  /** Takes the next waiting run again and again; one process at a time. */
  private async lane(
    waiting: PlannedRun[],
    listener: Required<RunListener>,
    claim: Claim,
    outcomes: Map<string, Outcome>,
  ): Promise<void> {
    let workers: Pool | undefined;
    try {
      for (let run = waiting.shift(); run && !this.stopped; run = waiting.shift()) {
        if (!claim(run)) continue;
        workers ??= this.open();
        outcomes.set(run.id, await this.execute(workers, run, listener));
        if (this.settings.freshProcesses) {
          await this.close(workers);
          workers = undefined;
        }
      }
    } finally {
      if (workers) await this.close(workers);
    }
  }

  private open(): Pool {
    const workers = pool(this.settings.script, {
      workerType: 'process',
      maxWorkers: 1,
      emitStdStreams: true, // swallows what native libraries write to the terminal while progress bars are drawn
      forkOpts: {
        env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' },
        // A process group of their own: Ctrl-C in the terminal reaches this process only, which decides about its workers.
        // Where this process is killed, they end as well: they hear that the channel to it is closed.
        detached: process.platform !== 'win32',
      },
    });
    this.pools.add(workers);
    return workers;
  }

  private async close(workers: Pool): Promise<void> {
    this.pools.delete(workers);
    await workers.terminate(this.stopped);
  }

  /** Runs one; once more where its process crashed. */
  private async execute(workers: Pool, run: PlannedRun, listener: Required<RunListener>): Promise<Outcome> {
    const { id } = run;
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.once(workers, run, listener);
        listener.finished(id, result);
        return { id, status: 'finished', result };
      } catch (error) {
        if (this.stopped) return { id, status: 'stopped' };
        const reason = (error as Error).message.trim().split('\n')[0];
        if (!isCrash(reason) || attempt === 2) {
          listener.failed(id, reason);
          return { id, status: 'failed', reason };
        }
        listener.retried(id, reason);
      }
    }
  }

  private once(workers: Pool, run: PlannedRun, listener: Required<RunListener>): Promise<ExperimentResult> {
    listener.started(run.id);
    return workers.exec('run', [run, this.settings.modules], {
      on: (payload: ProgressEvent | { stdout?: string; stderr?: string }) => {
        if ('task' in payload) listener.progress(run.id, payload);
      },
    }) as unknown as Promise<ExperimentResult>;
  }
}

/** A worker that is gone, in workerpool's words; all else is an error of the run itself, which would come again. */
function isCrash(message: string): boolean {
  return /worker (is )?terminated|ERR_IPC/i.test(message);
}
