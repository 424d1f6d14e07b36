/**
 * Passes on at most one value per interval: the first at once, then the newest. There is no timer; a value that is held
 * back goes out with a later `push` or with `flush`.
 */
export class Throttle<T> {
  private waiting: { value: T } | undefined;
  private last = -Infinity;

  /**
   * @param intervalMs least time between two values, in milliseconds
   * @param pass receives the values
   * @param now a clock in milliseconds, for tests
   */
  constructor(
    private readonly intervalMs: number,
    private readonly pass: (value: T) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  push(value: T): void {
    this.waiting = { value };
    if (this.now() - this.last >= this.intervalMs) this.flush();
  }

  /** Passes on what is held back, if anything. */
  flush(): void {
    if (!this.waiting) return;
    const { value } = this.waiting;
    this.waiting = undefined;
    this.last = this.now();
    this.pass(value);
  }
}
