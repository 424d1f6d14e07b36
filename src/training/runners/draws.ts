/** What the host draws for a step, by name. */
export type DrawnNumbers = Record<string, Int32Array>;

/**
 * The host's draws in the order of the steps. Recording has to know how long they are before the first step, so they can be
 * drawn ahead; an interrupted task keeps those it has not used yet, so that going on gives the same numbers.
 */
export class Draws {
  /**
   * @param draw draws for one step
   * @param ahead what was drawn already, for the next steps
   */
  constructor(
    private readonly draw: (batchSize: number) => DrawnNumbers,
    readonly ahead: DrawnNumbers[] = [],
  ) {}

  /** For the next step. */
  next(batchSize: number): DrawnNumbers {
    return this.ahead.shift() ?? this.draw(batchSize);
  }

  /** For the step after `sizes.length − 1` others, given the batch sizes up to and including its own; it is not used up. */
  peek(sizes: readonly number[]): DrawnNumbers {
    while (this.ahead.length < sizes.length) this.ahead.push(this.draw(sizes[this.ahead.length]));
    return this.ahead[sizes.length - 1];
  }
}
