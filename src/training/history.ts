import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { problem } from '../utils/errors';

/** What a trainer did, as plain JSON. */
export interface SavedHistory {
  /** For each task that was begun: the fingerprint of its data. */
  begun: Record<string, string>;
  /** Ids of the tasks trained, in the order of training; a task that was trained again is there again. */
  trained: number[];
  consolidated: number[];
}

/**
 * What a trainer did so far, tied to the data it did it with: a task is known by what it serves, not by its number, so that
 * another stream, another class order or another permutation is never taken for this one.
 */
export class History {
  private readonly begun = new Map<number, string>();
  private readonly order: number[] = [];
  private readonly consolidated = new Set<number>();

  /** @param subject the trainer's name, for error messages */
  constructor(private readonly subject: string) {}

  /** Ids of the tasks learnt, each once, in the order they were first trained. */
  get learnt(): number[] {
    return [...new Set(this.order)];
  }

  /** Whether the task was begun: the model has an output for it. */
  hasBegun({ id }: Task): boolean {
    return this.begun.has(id);
  }

  hasTrained({ id }: Task): boolean {
    return this.order.includes(id);
  }

  hasConsolidated({ id }: Task): boolean {
    return this.consolidated.has(id);
  }

  /** Ids of tasks that were trained and not consolidated. */
  get unconsolidated(): number[] {
    return this.learnt.filter((id) => !this.consolidated.has(id));
  }

  /**
   * Throws when the loader's task is not the one that was known under its number.
   *
   * @param what what the loader is for, e.g. `test data`
   */
  check({ task, taskFingerprint }: TaskLoader, what: string): void {
    const known = this.begun.get(task.id);
    if (known === undefined || known === taskFingerprint) return;
    throw problem(
      this.subject,
      `the ${what} of task ${task.id + 1} (${task.name}) is of another stream than the task that was trained under this number`,
      'give one trainer one stream; make a new model and trainer for another',
    );
  }

  begin({ task, taskFingerprint }: TaskLoader): void {
    this.begun.set(task.id, taskFingerprint);
  }

  /** Notes that the task is trained to the end. */
  trained({ id }: Task): void {
    this.order.push(id);
  }

  /** Throws unless the task is the one trained last, so that the weights are those after it. */
  checkConsolidation(task: Task, run: string): void {
    const { id } = task;
    if (!this.hasTrained(task)) throw problem(run, `task ${id} has not been trained`, 'call trainTask with it first');
    if (this.consolidated.has(id)) throw problem(run, `task ${id} was consolidated already`);
    const last = this.order[this.order.length - 1];
    if (last !== id) {
      throw problem(
        run,
        `task ${last} was trained since, so the weights are no longer those after task ${id}`,
        'consolidate each task right after its training',
      );
    }
  }

  noteConsolidated({ id }: Task): void {
    this.consolidated.add(id);
  }

  /**
   * The column of the accuracy matrix that a measurement belongs to now.
   *
   * @param inTask whether a task is being trained
   */
  column(inTask: boolean): number {
    const last = this.order[this.order.length - 1];
    if (last === undefined) throw problem('evaluateAll', 'no task has been trained, so there is no column to record');
    const why = inTask
      ? 'a task is being trained, so this is not a measurement after a task'
      : this.order.indexOf(last) < this.order.length - 1
        ? `task ${last} was trained again after others, so this is not a measurement after it`
        : undefined;
    if (why) throw problem('evaluateAll', why, 'pass afterTask, the column to record');
    return last;
  }

  state(): SavedHistory {
    return {
      begun: Object.fromEntries([...this.begun].map(([id, fingerprint]) => [String(id), fingerprint])),
      trained: [...this.order],
      consolidated: [...this.consolidated],
    };
  }

  restore({ begun, trained, consolidated }: SavedHistory): void {
    this.begun.clear();
    for (const [id, fingerprint] of Object.entries(begun)) this.begun.set(Number(id), fingerprint);
    this.order.splice(0, this.order.length, ...trained);
    this.consolidated.clear();
    for (const id of consolidated) this.consolidated.add(id);
  }
}
