import { checkBoolean, checkFunction, withDefaults } from '../../utils/errors';
import { guarded, inPlanOrder, uniqueRuns } from '../executors/executor';
import type { Executor, Outcome, RunListener } from '../executors/executor';
import { checkRuns } from '../plan';
import type { PlannedRun } from '../plan';
import type { RunStore } from './runStore';
import { StoreCall } from './storeCall';
import type { StoreSession } from './storeSession';

/** How often it is looked whether another process has finished a run, in milliseconds. */
const LOOK_MS = 500;

/** Options of `withStore`. */
export interface WithStoreOptions {
  /** Whether finished runs are repeated; default false. */
  force?: boolean;
  /** Hears what is worth knowing, e.g. which process is waited for; default `console.warn`. */
  note?: (message: string) => void;
}

/** An executor whose results are kept. */
export interface StoringExecutor extends Executor {
  /** Why results could not be written, with their number; undefined where all of them were. They are returned all the same. */
  readonly notStored: string | undefined;
}

/**
 * An executor that keeps its results in a store: finished runs come from it at once (`finished` without `started`), every other
 * one is written as soon as it is finished or has failed; failed ones are tried again by the next call. A run that another
 * process executes at the moment is not begun: its result is waited for, or it is taken over where that process ends without one.
 * Several processes, on several machines, that run the same plan on one store so share its work.
 *
 * @param executor executes what is missing
 * @param store see `openStore`
 * @param options `force` and `note`
 */
export function withStore(executor: Executor, store: RunStore, options: WithStoreOptions = {}): StoringExecutor {
  const settings = withDefaults<Required<WithStoreOptions>>('withStore', options, {
    force: false,
    note: (message) => console.warn(message),
  });
  checkBoolean('withStore', 'force', settings.force);
  checkFunction('withStore', 'note', settings.note, '(message) => console.warn(message)');
  return new Storing(executor, store, settings);
}

class Storing implements StoringExecutor {
  notStored: string | undefined;
  private stopped = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly executor: Executor,
    private readonly store: RunStore,
    private readonly options: Required<WithStoreOptions>,
  ) {}

  async run(runs: readonly PlannedRun[], listener?: RunListener): Promise<Outcome[]> {
    checkRuns('withStore', runs);
    const call = new StoreCall(this.store, this.enter(), guarded(listener), this.options.force);
    try {
      for (let open = call.open(uniqueRuns(runs)); open.length > 0 && !this.stopped; open = call.open(open)) {
        await this.execute(open, call);
        const left = call.open(open);
        if (left.length > 0 && !this.stopped) await this.wait(left, call);
      }
      this.notStored = call.writeRest();
    } finally {
      call.session?.end();
    }
    return inPlanOrder(runs, call.outcomes);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.executor.stop();
  }

  /** Where the store cannot be written, runs are executed all the same, and every result is returned. */
  private enter(): StoreSession | undefined {
    try {
      return this.store.enter();
    } catch (error) {
      this.options.note((error as Error).message);
      return undefined;
    }
  }

  private async execute(open: readonly PlannedRun[], call: StoreCall): Promise<void> {
    const claim = (run: PlannedRun) => call.claim(run);
    const mine = this.executor.asksBefore ? open : open.filter(claim);
    if (mine.length > 0) call.take(mine, await this.executor.run(mine, call.listener, claim));
  }

  private async wait(left: readonly PlannedRun[], call: StoreCall): Promise<void> {
    call.tellHolders(left, this.options.note);
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, LOOK_MS);
    });
  }
}
