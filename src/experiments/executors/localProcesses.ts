import { join } from 'node:path';
import { pool } from 'workerpool';
import type { ProgressEvent } from '../../training';
import type { Experiment, ExperimentResult } from '../run';

/** What the caller of `runPool` hears of. */
export interface PoolListener {
  /** An experiment began (again, where a worker crashed). */
  started(experiment: Experiment): void;
  /** It is training. */
  progress(experiment: Experiment, event: ProgressEvent): void;
  /** It is done. */
  finished(experiment: Experiment, result: ExperimentResult): void;
  /** Its worker crashed; it is run once more. */
  retried(experiment: Experiment, reason: string): void;
  /** It failed for good. */
  failed(experiment: Experiment, reason: string): void;
}

/** Runs experiments, plain JSON in and plain JSON out; another executor (a cluster) can take the pool's place. */
export interface Executor {
  /** Runs all experiments; resolves when each is finished or failed. */
  run(experiments: readonly Experiment[], listener: PoolListener): Promise<void>;
  /** Stops at once; running experiments are lost. */
  stop(): Promise<void>;
}

/** GEM evaluates all its memories at each step; about this many times a naive step. */
const COST: Record<string, number> = { gem: 8, pnn: 2 };

/**
 * Runs experiments in child processes, one TensorFlow thread each. The results do not depend on the number of workers:
 * every experiment has its own process state and seed. The longest start first, so that no worker ends up alone with one.
 *
 * @param workers number of processes
 * @param script what runs in each of them; default the benchmark's worker
 */
export function processPool(workers: number, script: string = join(__dirname, 'worker.js')): Executor {
  const workerPool = pool(script, {
    workerType: 'process',
    maxWorkers: workers,
    emitStdStreams: true, // swallows what native libraries write to the terminal while progress bars are drawn
    forkOpts: {
      env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' },
      // A process group of their own: Ctrl-C in the terminal reaches this process only, which decides about its workers.
      // Where this process is killed, they end as well: they hear that the channel to it is closed.
      detached: process.platform !== 'win32',
    },
  });
  let stopped = false;

  const once = (experiment: Experiment, listener: PoolListener) => {
    let begun = false;
    return workerPool.exec('run', [experiment], {
      on: (payload: ProgressEvent | { stdout?: string; stderr?: string }) => {
        if (!('task' in payload)) return;
        if (!begun) listener.started(experiment);
        begun = true;
        listener.progress(experiment, payload);
      },
    }) as unknown as Promise<ExperimentResult>;
  };

  const withRetry = async (experiment: Experiment, listener: PoolListener) => {
    for (let attempt = 1; ; attempt++) {
      let result: ExperimentResult;
      try {
        result = await once(experiment, listener);
      } catch (error) {
        if (stopped) return;
        const message = (error as Error).message.trim().split('\n')[0];
        if (!isCrash(message) || attempt === 2) return listener.failed(experiment, message);
        listener.retried(experiment, message);
        continue;
      }
      return listener.finished(experiment, result);
    }
  };

  return {
    async run(experiments, listener) {
      const longestFirst = [...experiments].sort((a, b) => estimatedCost(b) - estimatedCost(a));
      await Promise.all(longestFirst.map((experiment) => withRetry(experiment, listener)));
      if (!stopped) await workerPool.terminate();
    },
    async stop() {
      stopped = true;
      await workerPool.terminate(true);
    },
  };
}

/** Relative duration of an experiment, for the order only. */
export function estimatedCost({ method, dataset, options, stream }: Experiment): number {
  const images = stream.limitPerTask ?? (dataset.startsWith('split') ? 12000 : 60000);
  return images * stream.nTasks * Number(options.epochs ?? 1) * (COST[method] ?? 1);
}

/** A worker that is gone, in workerpool's words; all else is an error of the experiment itself, which would come again. */
function isCrash(message: string): boolean {
  return /worker (is )?terminated|ERR_IPC/i.test(message);
}
