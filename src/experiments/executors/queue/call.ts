import type { Claim, Outcome, RunListener } from '../executor';
import type { PlannedRun } from '../../plan';
import { readAnswer, readTold } from './answer';
import { jobOf, readJob } from './job';
import type { QueueEars, QueueLink } from './link';
import { oneLine } from './plainJson';

/** Runs that are put on the queue, or asked for, at once. */
const AT_ONCE = 200;

/** What becomes of the runs of one call: those that are on the queue, and those that are done. */
export class QueueCall implements QueueEars {
  readonly outcomes = new Map<string, Outcome>();
  /** Settled when nothing is waited for any more, or `stop` was called. */
  readonly done: Promise<void>;
  private readonly open = new Map<string, PlannedRun>();
  private readonly begun = new Set<string>();
  private readonly removals = new Set<Promise<void>>();
  private link: QueueLink | undefined;
  private filling = true;
  private end: () => void = () => undefined;
  private wake: () => void = () => undefined;

  constructor(
    private readonly listener: Required<RunListener>,
    private readonly force: boolean,
  ) {
    this.done = new Promise((resolve) => (this.end = resolve));
  }

  /** Runs that are on the queue, and how many of them are executed at the moment. */
  get left(): { runs: number; begun: number } {
    return { runs: this.open.size, begun: this.begun.size };
  }

  /** Settled when it is time to look at the queue itself: after a while, or where events may have been missed. */
  nextLook(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Puts the runs on the queue that are not on it, and takes what is done already. */
  async fill(link: QueueLink, runs: readonly PlannedRun[], claim: Claim, stopped: () => boolean): Promise<void> {
    this.link = link;
    for (let i = 0; i < runs.length && !stopped(); i += AT_ONCE) {
      const claimed = runs.slice(i, i + AT_ONCE).filter(claim);
      for (const run of claimed) this.open.set(run.id, run);
      await this.compare(claimed, 'first');
    }
    this.filling = false;
    this.endWhenDone();
  }

  /** Compares what was heard with what the queue says; what was lost there is put on it again. Returns how many that were. */
  async look(): Promise<number> {
    let again = 0;
    const runs = [...this.open.values()];
    for (let i = 0; i < runs.length; i += AT_ONCE) again += await this.compare(runs.slice(i, i + AT_ONCE), 'later');
    return again;
  }

  /** Ends waiting; what is on the queue stays there. */
  stop(): void {
    this.filling = false;
    this.end();
    this.wake();
  }

  /** Settled when what is done is taken off the queue. */
  async tidy(): Promise<void> {
    await Promise.allSettled(this.removals);
  }

  active(id: string): void {
    if (!this.open.has(id) || this.begun.has(id)) return;
    this.begun.add(id);
    this.listener.started(id);
  }

  progress(id: string, data: unknown): void {
    const told = readTold(data);
    if (!told || !this.open.has(id)) return;
    if ('again' in told) return this.retried(id, told.again);
    this.active(id);
    this.listener.progress(id, told.progress);
  }

  stalled(id: string): void {
    this.retried(id, 'its worker does not answer any more');
  }

  completed(id: string, answer: unknown): void {
    const run = this.open.get(id);
    if (!run) return;
    let outcome: Outcome;
    try {
      outcome = { id, status: 'finished', result: readAnswer(run, answer) };
    } catch (error) {
      outcome = { id, status: 'failed', reason: (error as Error).message };
    }
    this.settle(outcome);
  }

  failed(id: string, reason: string): void {
    if (this.open.has(id)) this.settle({ id, status: 'failed', reason: oneLine(reason) });
  }

  back(): void {
    this.wake();
  }

  private retried(id: string, reason: string): void {
    if (this.begun.delete(id)) this.listener.retried(id, reason);
  }

  /** The first time what failed before is tried again, as is, where everything is to be repeated, what is done. */
  private async compare(runs: readonly PlannedRun[], when: 'first' | 'later'): Promise<number> {
    const link = this.link!;
    const states = await link.states(runs.map(({ id }) => id));
    const absent: PlannedRun[] = [];
    for (const [i, run] of runs.entries()) {
      const state = states[i];
      const repeat = when === 'first' && (state === 'failed' || (state === 'completed' && this.force));
      if (repeat) await link.remove(run.id);
      if (repeat || state === 'absent') absent.push(run);
      else if (state === 'active') this.active(run.id);
      else if (state !== 'waiting') await this.fetch(run);
    }
    const missing = absent.filter(({ id }) => this.open.has(id)); // an event may have come meanwhile
    await link.add(missing.filter((run) => this.isAllowed(run)).map(jobOf));
    return missing.length;
  }

  private async fetch({ id }: PlannedRun): Promise<void> {
    const outcome = await this.link!.outcome(id);
    if (outcome?.failed !== undefined) this.failed(id, outcome.failed);
    else if (outcome) this.completed(id, outcome.answer);
  }

  /** What every worker would refuse is not even asked for. */
  private isAllowed(run: PlannedRun): boolean {
    try {
      readJob(JSON.parse(JSON.stringify(jobOf(run))));
      return true;
    } catch (error) {
      this.settle({ id: run.id, status: 'failed', reason: (error as Error).message });
      return false;
    }
  }

  private settle(outcome: Outcome): void {
    const { id } = outcome;
    this.active(id);
    this.open.delete(id);
    this.begun.delete(id);
    this.outcomes.set(id, outcome);
    if (outcome.status === 'finished') this.listener.finished(id, outcome.result);
    else if (outcome.status === 'failed') this.listener.failed(id, outcome.reason);
    this.takeOff(id);
    this.endWhenDone();
  }

  /** Whoever listened has the outcome now. */
  private takeOff(id: string): void {
    const removal = this.link!.remove(id).catch(() => undefined);
    this.removals.add(removal);
    void removal.then(() => this.removals.delete(removal));
  }

  private endWhenDone(): void {
    if (this.filling || this.open.size > 0) return;
    this.end();
    this.wake();
  }
}
