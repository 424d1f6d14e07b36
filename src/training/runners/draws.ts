import { problem } from '../../utils/errors';

/** What the host draws for a step, by name. */
export type DrawnNumbers = Record<string, Int32Array>;

/**
 * The host's draws in the order of the steps. Recording has to know how long they are before the first step, so they can be
 * drawn ahead; an interrupted task keeps those it has not used yet, so that going on gives the same numbers.
 */
export class Draws {
  /** Whether what was drawn already was found right. */
  private checked: boolean;

  /**
   * @param draw draws for one step, given the labels of its batch
   * @param ahead what was drawn already, for the next steps, as a saved trainer says
   */
  constructor(
    private readonly draw: (labels: Int32Array) => DrawnNumbers,
    readonly ahead: DrawnNumbers[] = [],
  ) {
    this.checked = ahead.length === 0;
  }

  /**
   * Looks at what a saved trainer says was drawn ahead, before the first step that would use it.
   *
   * @param subject the trainer's name
   * @param stepsLeft steps to come in this phase
   * @param rehearse what the method draws for the next so many steps; nothing of it counts
   * @throws when the names or the lengths are others
   */
  check(subject: string, stepsLeft: number, rehearse: (steps: number) => DrawnNumbers[]): void {
    if (this.checked) return;
    const { ahead } = this;
    const shapeOf = (drawn: DrawnNumbers[]) => JSON.stringify(drawn.map((one) => Object.entries(one).map(([name, { length }]) => [name, length]))); // prettier-ignore
    if (ahead.length > stepsLeft || shapeOf(ahead) !== shapeOf(rehearse(ahead.length))) {
      throw problem(
        subject,
        'what it has drawn for steps to come is not what the method draws',
        'the saved state is damaged; begin anew',
      );
    }
    this.checked = true;
  }

  /** For the next step, given the labels of its batch. */
  next(labels: Int32Array): DrawnNumbers {
    return this.ahead.shift() ?? this.draw(labels);
  }

  /** For the step after `batches.length − 1` others, given the labels of the batches up to and including its own; it is not used up. */
  peek(batches: readonly Int32Array[]): DrawnNumbers {
    while (this.ahead.length < batches.length) this.ahead.push(this.draw(batches[this.ahead.length]));
    return this.ahead[batches.length - 1];
  }
}
