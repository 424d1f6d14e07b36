/** Of the time that passes, writing again and again takes at most this share. */
const SHARE = 0.05;

/**
 * Writes a file that grows with every run, again and again while runs are executed: at once where that is cheap, more seldom the
 * longer it takes, so that thousands of runs do not spend their time on it. An error ends nothing; the next time tries again.
 */
export class Writer {
  /** Why the last attempt failed; undefined where it did not. */
  problem: Error | undefined;
  private next = 0;
  private pending = false;

  /** @param work writes everything there is */
  constructor(private readonly work: () => void) {}

  /** Writes now, or leaves it to a later call. */
  write(): void {
    this.pending = true;
    const started = performance.now();
    if (started < this.next) return;
    this.attempt();
    const ended = performance.now();
    this.next = ended + (ended - started) / SHARE;
  }

  /** Writes what was left to a later call, or could not be written before. */
  writeLast(): void {
    if (this.pending || this.problem) this.attempt();
  }

  private attempt(): void {
    this.pending = false;
    try {
      this.work();
      this.problem = undefined;
    } catch (error) {
      this.problem = error as Error;
    }
  }
}
