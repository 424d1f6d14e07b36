import { processPool, type Executor, type Experiment, type ExperimentResult, type PoolListener } from '../experiments';
import { checkList, checkNumber, withDefaults } from '../utils/errors';
import { shortened } from '../utils/format';
import { interruptible } from './interrupt';
import { Throttle } from './throttle';
import { display, type Output } from './tslab';

/** Results of calls that did not come to their end, by the experiment as JSON. */
const kept = new Map<string, ExperimentResult>();

/** Options of `runInProcesses`. */
export interface RunInProcessesOptions {
  /** How many experiments run side by side, each in a process of its own; default 2. */
  workers?: number;
}

/**
 * Runs experiments, each in a process of its own, so that the memory it takes (`peakMb`) is its own too. A line tells how
 * far they are. Interrupt ends the running ones at once; finished ones are kept, also where another one fails, and the next
 * call with them does only the rest. After a call that came to its end, a new call begins anew.
 *
 * @param experiments what `planExperiments` returns, or your own
 * @param options `workers`: how many run side by side; default 2
 * @returns the results in the order of the experiments
 * @throws when an experiment fails, with its reason; after an interrupt an error named `Interrupted`
 */
export async function runInProcesses(
  experiments: readonly Experiment[],
  options?: RunInProcessesOptions,
): Promise<ExperimentResult[]> {
  const { workers } = withDefaults('runInProcesses', options, { workers: 2 });
  checkList('runInProcesses', 'experiments', experiments);
  checkNumber('runInProcesses', 'workers', workers, { min: 1, integer: true });
  const waiting = experiments.filter((experiment) => !kept.has(keyOf(experiment)));
  const pools = new Set<Executor>();
  const status = new Status(experiments.length, experiments.length - waiting.length);
  const listener = listenerFor(status);
  await interruptible(async (signal) => {
    const watch = setInterval(() => signal.aborted && pools.forEach((pool) => void pool.stop()), 100);
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next && !signal.aborted; next = waiting.shift()) {
        const pool = processPool(1);
        pools.add(pool);
        await pool.run([next], listener);
        pools.delete(pool);
      }
    };
    try {
      await Promise.all(Array.from({ length: workers }, lane));
    } finally {
      clearInterval(watch);
      waiting.length = 0; // the other lanes begin nothing more
      pools.forEach((pool) => void pool.stop()); // those left where an experiment failed
      status.end();
    }
  });
  const results = experiments.map((experiment) => kept.get(keyOf(experiment))!);
  for (const experiment of experiments) kept.delete(keyOf(experiment));
  return results;
}

function keyOf(experiment: Experiment): string {
  return JSON.stringify(experiment);
}

/** What a line or message calls an experiment: several of a study have the same label and differ in their seeds. */
function nameOf({ label, seed }: Experiment): string {
  return `${shortened(label, 40)}, seed ${seed}`;
}

function listenerFor(status: Status): PoolListener {
  return {
    started: (experiment) => status.set(nameOf(experiment), 'begins'),
    progress: (experiment, { task, nTasks }) => status.set(nameOf(experiment), `task ${task + 1}/${nTasks}`),
    finished: (experiment, result) => {
      kept.set(keyOf(experiment), result);
      status.finish(nameOf(experiment));
    },
    retried: (experiment) => status.set(nameOf(experiment), 'crashed, once more'),
    failed: (experiment, reason) => {
      throw new Error(`${nameOf(experiment)}: ${reason}`);
    },
  };
}

/** `2 of 5 done · EWC: task 3/5 · GEM: task 1/5`, in one output, at most ten times a second. */
class Status {
  private readonly running = new Map<string, string>();
  private output: Output | null = null;
  private readonly throttle = new Throttle<string>(100, (text) => {
    const bundle = { 'text/plain': text };
    if (this.output) this.output.update(bundle);
    else this.output = display(bundle);
  });

  constructor(
    private readonly total: number,
    private done: number,
  ) {
    this.show();
  }

  set(label: string, what: string): void {
    this.running.set(label, what);
    this.show();
  }

  finish(label: string): void {
    this.done++;
    this.running.delete(label);
    this.show();
  }

  end(): void {
    this.throttle.flush();
  }

  private show(): void {
    this.throttle.push(
      [`${this.done} of ${this.total} done`, ...[...this.running].map(([label, what]) => `${label}: ${what}`)].join(' · '),
    );
  }
}
