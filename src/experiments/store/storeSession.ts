import type { CLTrainer } from '../../training';
import type { FinalRun } from '../failedRun';
import type { Leases } from './leases';
import type { Sessions } from './sessions';
import type { RunProgress, Unfinished } from './unfinished';

/** A process at work on a store, from `RunStore.enter` to `end`. */
export class StoreSession {
  private readonly name: string;
  private readonly timer: NodeJS.Timeout;
  private readonly held = new Set<string>();

  /** Announces the process, and cleans up after those that ended without a word. */
  constructor(
    private readonly sessions: Sessions,
    private readonly leases: Leases,
    { leaseSeconds }: { leaseSeconds: number },
    private readonly unfinished: Unfinished,
    private readonly write: (run: FinalRun, through: string) => void,
  ) {
    this.name = sessions.begin();
    this.cleanUp();
    this.timer = setInterval(() => {
      sessions.touch(this.name);
      this.cleanUp();
    }, 250 * leaseSeconds);
    this.timer.unref();
  }

  /**
   * Tries to become the one that executes a run; look again whether it is finished afterwards.
   *
   * @returns false where another process, which still runs, has claimed it
   * @throws when the store cannot be written
   */
  claim(id: string): boolean {
    if (!this.leases.take(id, this.name)) return false;
    this.held.add(id);
    return true;
  }

  /** Gives a claimed run back; nothing where it was not claimed. */
  release(id: string): void {
    if (this.held.delete(id)) this.leases.release(id, this.name);
  }

  /** Who has claimed a run, in words; undefined where nobody has. */
  holder(id: string): string | undefined {
    const session = this.leases.holder(id);
    return session === undefined ? undefined : this.sessions.inWords(session);
  }

  /**
   * Writes what became of a run: a result takes the place of an older one and of a failure, a failure only that of a failure.
   *
   * @throws when it cannot be written; what was there stays
   */
  save(run: FinalRun): void {
    this.write(run, this.sessions.temporary(this.name, run.id));
  }

  /**
   * Keeps a trainer whose run this process has claimed, as it is at this moment.
   *
   * @throws where the trainer cannot be saved, or the file not be written
   */
  keep(id: string, trainer: CLTrainer<object>, progress: RunProgress): void {
    this.unfinished.save(id, trainer, progress, this.sessions.temporary(this.name, id));
  }

  /**
   * Makes a fresh trainer go on from what was kept of its run, also by another process.
   *
   * @returns how far it was; undefined where nothing was kept
   * @throws when that is damaged; make model and trainer anew, the run begins anew then
   */
  goOn(id: string, trainer: CLTrainer<object>): RunProgress | undefined {
    return this.unfinished.restore(id, trainer);
  }

  /** Takes off what was kept of the trainer of a run. */
  forget(id: string): void {
    this.unfinished.remove(id);
  }

  /** Gives everything back and leaves. */
  end(): void {
    clearInterval(this.timer);
    for (const id of [...this.held]) this.release(id);
    this.sessions.remove(this.name);
  }

  /** Takes off what processes that ended had claimed or half written. */
  private cleanUp(): void {
    const dead = this.sessions.names().filter((name) => name !== this.name && this.sessions.isDead(name));
    if (dead.length === 0) return;
    for (const id of this.leases.ids()) {
      const holder = this.leases.holder(id);
      const abandoned = holder !== undefined && dead.includes(holder);
      if (abandoned && this.leases.take(id, this.name)) this.leases.release(id, this.name); // outnumbered first: nobody else may have got it
    }
    for (const name of dead) this.sessions.remove(name);
  }
}
