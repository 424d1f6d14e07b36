import type { Outcome, RunListener } from '../executors/executor';
import { failedRun } from '../failedRun';
import type { FinalRun } from '../failedRun';
import type { PlannedRun } from '../plan';
import type { RunStore } from './runStore';
import type { StoreSession } from './storeSession';

/** What becomes of the runs of one call of `run` of a `StoringExecutor`. */
export class StoreCall {
  readonly outcomes = new Map<string, Outcome>();
  /** Stores what is told, then tells it on. */
  readonly listener: RunListener;
  private readonly unwritten = new Map<string, FinalRun>();
  private readonly runs = new Map<string, PlannedRun>();
  private told = '';

  constructor(
    private readonly store: RunStore,
    readonly session: StoreSession | undefined,
    private readonly heard: Required<RunListener>,
    private readonly force: boolean,
  ) {
    this.listener = {
      ...heard,
      finished: (id, result) => {
        this.settle({ id, status: 'finished', result }, result);
        heard.finished(id, result);
      },
      failed: (id, reason) => {
        this.settle({ id, status: 'failed', reason }, failedRun(this.runs.get(id)!, reason));
        heard.failed(id, reason);
      },
    };
  }

  /** Those of the runs that are not done; what the store has is done. */
  open(runs: readonly PlannedRun[]): PlannedRun[] {
    for (const run of runs) this.runs.set(run.id, run);
    return runs.filter(({ id }) => !this.outcomes.has(id) && !this.fromStore(id));
  }

  /** Whether this process is to execute a run now. */
  claim({ id }: PlannedRun): boolean {
    if (this.outcomes.has(id)) return false;
    try {
      if (this.session && !this.session.claim(id)) return false;
    } catch {
      // The disk is full: what cannot be claimed cannot be written either, and is told of then.
    }
    if (!this.fromStore(id)) return true; // finished by another process since it was looked at
    this.session?.release(id);
    return false;
  }

  /** Takes over what the executor did not tell while it ran. */
  take(runs: readonly PlannedRun[], outcomes: readonly Outcome[]): void {
    outcomes.forEach((outcome, i) => {
      if (this.outcomes.has(outcome.id)) return;
      if (outcome.status === 'stopped') return this.session?.release(outcome.id);
      const run = outcome.status === 'finished' ? outcome.result : failedRun(runs[i], outcome.reason);
      this.settle(outcome, run);
    });
  }

  /** Says once which processes the rest waits for. */
  tellHolders(left: readonly PlannedRun[], note: (message: string) => void): void {
    const holders = [...new Set(left.map(({ id }) => this.session?.holder(id) ?? 'another process'))].join(', ');
    const text = `${left.length === 1 ? '1 run is' : `${left.length} runs are`} executed by ${holders}: waiting for the results`;
    if (this.told !== holders) note(text);
    this.told = holders;
  }

  /** Tries once more to write what could not be written; tells why where that fails again. */
  writeRest(): string | undefined {
    let reason: string | undefined;
    for (const run of [...this.unwritten.values()]) reason = this.write(run) ?? reason;
    const count = this.unwritten.size;
    return reason && `${count === 1 ? '1 run is' : `${count} runs are`} not in the store: ${reason}`;
  }

  private fromStore(id: string): boolean {
    const result = this.force ? undefined : this.store.finished(id);
    if (!result) return false;
    this.outcomes.set(id, { id, status: 'finished', result });
    this.heard.finished(id, result);
    return true;
  }

  private settle(outcome: Outcome, run: FinalRun): void {
    this.outcomes.set(outcome.id, outcome);
    this.write(run);
    this.session?.release(outcome.id);
  }

  /** Writes a run; why not, where that cannot be done: the others go on, and it is tried again in the end. */
  private write(run: FinalRun): string | undefined {
    try {
      if (!this.session) throw new Error(`${this.store.folder} cannot be written`);
      this.session.save(run);
      this.unwritten.delete(run.id);
      return undefined;
    } catch (error) {
      this.unwritten.set(run.id, run);
      return (error as Error).message;
    }
  }
}
