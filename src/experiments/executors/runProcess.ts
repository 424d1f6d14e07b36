import { join } from 'node:path';
import { pool } from 'workerpool';
import type { Pool } from 'workerpool';
import { threadsForEach } from '../../backend';
import type { ProgressEvent } from '../../training';
import type { PlannedRun } from '../plan';
import type { ExperimentResult } from '../result';

/** How a process for runs is made. */
export interface RunProcessOptions {
  /** Files that it loads first, absolute paths: they register streams and methods of your own. */
  readonly modules: readonly string[];
  /** What runs in it; see `RUN_SCRIPT`. */
  readonly script: string;
  /** Processes side by side: each gets its share of the cores. */
  readonly beside: number;
}

/** The library's own script for a process for runs. */
export const RUN_SCRIPT = join(__dirname, 'worker.js');

/** Thrown where the process of a run ended: the run may be tried again, its own errors would come again. */
export class ProcessCrashed extends Error {}

/** A child process that executes runs one after the other, with its share of the cores. Where it crashed, the next run gets a new one. */
export class RunProcess {
  private readonly workers: Pool;

  constructor(private readonly options: RunProcessOptions) {
    this.workers = pool(options.script, {
      workerType: 'process',
      maxWorkers: 1,
      emitStdStreams: true, // swallows what native libraries write to the terminal while progress bars are drawn
      forkOpts: {
        env: {
          ...process.env,
          TF_NUM_INTRAOP_THREADS: '1',
          TF_NUM_INTEROP_THREADS: String(threadsForEach(options.beside)),
          TF_CPP_MIN_LOG_LEVEL: '2',
          CL_QUEUE_URL: undefined, // a run has no business with these
          CL_QUEUE_PASSWORD: undefined,
        },
        // A process group of their own: Ctrl-C in the terminal reaches this process only, which decides about its workers.
        // Where this process is killed, they end as well: they hear that the channel to it is closed.
        detached: process.platform !== 'win32',
      },
    });
  }

  /**
   * Executes a run.
   *
   * @throws ProcessCrashed where the process ended, also by `close`; else what the run threw, in one line
   */
  async execute(run: PlannedRun, onProgress: (event: ProgressEvent) => void): Promise<ExperimentResult> {
    try {
      return (await this.workers.exec('run', [run, this.options.modules], {
        on: (payload: ProgressEvent | { stdout?: string; stderr?: string }) => {
          if ('task' in payload) onProgress(payload);
        },
      })) as ExperimentResult;
    } catch (error) {
      const reason = (error as Error).message.trim().split('\n')[0];
      throw isCrash(reason) ? new ProcessCrashed(reason) : new Error(reason);
    }
  }

  /** Ends the process; at once, or when its run is done. */
  async close(atOnce: boolean): Promise<void> {
    await this.workers.terminate(atOnce);
  }
}

/** A worker that is gone, in workerpool's words. */
function isCrash(message: string): boolean {
  return /worker (is )?terminated|ERR_IPC/i.test(message);
}
