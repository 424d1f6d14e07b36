import { checkRuns, relativeDuration } from '../../plan';
import type { PlannedRun } from '../../plan';
import { guarded, inPlanOrder, uniqueRuns } from '../executor';
import type { Claim, Executor, Outcome, RunListener } from '../executor';
import type { QueueAddress } from './address';
import { QueueCall } from './call';
import { inWords } from './client';
import { QueueLink } from './link';
import type { QueueTiming } from './timing';

/** How a queue is asked. */
export interface AskerOptions {
  /** Hears what is worth knowing: that there are no workers, that the connection is lost. */
  readonly note: (message: string) => void;
  /** Whether results that wait on the queue from an earlier call are made anew. */
  readonly force: boolean;
}

/** Looking at the queue takes at most this share of the time. */
const LOOKING_SHARE = 0.05;

/** Puts runs on a queue and waits for what workers send back. */
export class QueueExecutor implements Executor {
  readonly asksBefore = true;
  private call: QueueCall | undefined;
  private stopped = false;

  constructor(
    private readonly address: QueueAddress,
    private readonly options: AskerOptions,
    private readonly timing: QueueTiming,
  ) {}

  async run(runs: readonly PlannedRun[], listener?: RunListener, claim: Claim = () => true): Promise<Outcome[]> {
    checkRuns('viaQueue', runs);
    const call = (this.call = new QueueCall(guarded(listener), this.options.force));
    const longestFirst = uniqueRuns(runs).sort((a, b) => relativeDuration(b) - relativeDuration(a));
    const link = this.stopped ? undefined : await QueueLink.open(this.address, this.timing, call, this.options.note);
    try {
      if (link) await Promise.race([call.done, this.work(link, call, longestFirst, claim)]);
      if (link && call.left.runs > 0) this.tellLeft(call);
      if (link?.isThere) await call.tidy();
    } catch (error) {
      throw inWords(this.address, error as Error);
    } finally {
      await link?.close();
    }
    return inPlanOrder(runs, call.outcomes);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.call?.stop();
  }

  private async work(link: QueueLink, call: QueueCall, runs: readonly PlannedRun[], claim: Claim): Promise<void> {
    await call.fill(link, runs, claim, () => this.stopped);
    const watch = new WorkerWatch(this.address, this.options.note);
    for (let pause = this.timing.look; ;) {
      await Promise.race([call.done, call.nextLook(pause)]);
      if (this.stopped || call.left.runs === 0) return;
      if (!link.isThere) continue;
      const started = performance.now();
      const again = await call.look();
      if (again > 0) this.options.note(`${inNumber(again)} were no longer on ${this.address.text}: put there again`);
      if (call.left.runs > 0) watch.tell(await link.workers(), call.left);
      pause = Math.max(this.timing.look, (performance.now() - started) / LOOKING_SHARE);
    }
  }

  private tellLeft(call: QueueCall): void {
    const { runs, begun } = call.left;
    this.options.note(
      `${inNumber(runs)} stay on ${this.address.text}, ${begun} of them executed at the moment: workers go on with them, and the same call fetches the results`,
    );
  }
}

/** Says when nobody takes runs, and when somebody does again. */
class WorkerWatch {
  private none = false;

  constructor(
    private readonly address: QueueAddress,
    private readonly note: (message: string) => void,
  ) {}

  tell(workers: number | undefined, { runs, begun }: QueueCall['left']): void {
    const none = workers === undefined ? begun === 0 : workers === 0;
    if (none && !this.none) {
      this.note(`no worker takes the ${inNumber(runs)} on ${this.address.text}: start some with npm run worker; waiting`);
    } else if (!none && this.none) this.note(`${workers ?? 'some'} worker${workers === 1 ? '' : 's'} on ${this.address.text}`);
    this.none = none;
  }
}

function inNumber(runs: number): string {
  return runs === 1 ? '1 run' : `${runs} runs`;
}
