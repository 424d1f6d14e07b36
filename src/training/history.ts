import type { TaskLoader } from '../data/loader';
import type { ScenarioName, Task } from '../data/task';
import { problem } from '../utils/errors';

/** What a trainer did, as plain JSON. */
export interface SavedHistory {
  /** The stream's scenario; null before its first task. */
  scenario: ScenarioName | null;
  /** For each task of the stream that is known: the fingerprint of its data. */
  known: Record<string, string>;
  /** Ids of the tasks that were begun. */
  begun: number[];
  /** Ids of the tasks trained to the end, in the order of training; a task that was trained again is there again. */
  trained: number[];
  consolidated: number[];
  /** Id of the task whose training has begun and not ended; null for none. */
  unfinished: number | null;
}

/**
 * What a trainer did so far, tied to the data it did it with: a task is known by what it serves, not by its number, so that
 * another stream, another class order or another permutation is never taken for this one.
 */
export class History {
  /** The stream's scenario, from its first task on. */
  scenario: ScenarioName | undefined;
  private readonly fingerprints = new Map<number, string>();
  private readonly begunTasks = new Set<number>();
  private readonly order: number[] = [];
  private readonly consolidated = new Set<number>();
  private open: number | undefined;

  /** @param subject the trainer's name, for error messages */
  constructor(private readonly subject: string) {}

  /** Ids of the tasks begun, in order. */
  get begun(): number[] {
    return [...this.begunTasks];
  }

  /** Ids of the tasks learnt, each once, in the order they were first trained. */
  get learnt(): number[] {
    return [...new Set(this.order)];
  }

  /** Ids of tasks that were trained and not consolidated. */
  get unconsolidated(): number[] {
    return this.learnt.filter((id) => !this.consolidated.has(id));
  }

  /** Id of the task whose training has begun and not ended. */
  get unfinished(): number | undefined {
    return this.open;
  }

  /** The task that the weights are those after: undefined before the first, in the middle of one, and after one trained again. */
  get weightsAfter(): number | undefined {
    return this.whyNoColumn() === undefined ? this.order.at(-1) : undefined;
  }

  /** Whether the task was begun: the model has an output for it. */
  hasBegun({ id }: Task): boolean {
    return this.begunTasks.has(id);
  }

  hasTrained({ id }: Task): boolean {
    return this.order.includes(id);
  }

  hasConsolidated({ id }: Task): boolean {
    return this.consolidated.has(id);
  }

  /**
   * Throws when the loader's task is not the one that is known under its number.
   *
   * @param what what the loader is for, e.g. `test data`
   */
  check({ task, taskFingerprint }: TaskLoader, what: string): void {
    const known = this.fingerprints.get(task.id);
    const sameScenario = this.scenario === undefined || this.scenario === task.scenario;
    if (sameScenario && (known === undefined || known === taskFingerprint)) return;
    const whole = `the ${what} of task ${task.id + 1} (${task.name}) is of another stream than`;
    throw problem(
      this.subject,
      sameScenario
        ? `${whole} the task that is known under this number`
        : `${whole} the tasks before: it is ${task.scenario}, they are ${this.scenario}`,
      'give one trainer one stream; make a new model and trainer for another',
    );
  }

  /** From now on this is the task of its number. */
  know({ task, taskFingerprint }: TaskLoader): void {
    this.scenario = task.scenario;
    this.fingerprints.set(task.id, taskFingerprint);
  }

  /** Notes that the model has an output for the task. */
  begin(loader: TaskLoader): void {
    this.know(loader);
    this.begunTasks.add(loader.task.id);
  }

  /** Notes that the weights are about to change. */
  start({ id }: Task): void {
    this.open = id;
  }

  /** Notes that the task is trained to the end. */
  trained({ id }: Task): void {
    this.order.push(id);
    this.open = undefined;
  }

  /** Throws unless the task is the one trained last, so that the weights are those after it. */
  checkConsolidation(task: Task, run: string): void {
    const { id } = task;
    if (!this.hasTrained(task)) throw problem(run, `task ${id + 1} has not been trained`, 'call trainTask with it first');
    if (this.consolidated.has(id)) throw problem(run, `task ${id + 1} was consolidated already`, 'go on with the next task');
    const last = this.order.at(-1);
    if (last === id && this.open === undefined) return;
    throw problem(
      run,
      `task ${(this.open ?? last)! + 1} was trained since, so the weights are no longer those after task ${id + 1}`,
      'consolidate each task right after its training',
    );
  }

  noteConsolidated({ id }: Task): void {
    this.consolidated.add(id);
  }

  /** The column of the accuracy matrix that a measurement belongs to now. Throws when there is none. */
  column(): number {
    const why = this.whyNoColumn();
    if (why) throw problem('evaluateAll', why, this.order.length ? 'pass afterTask, the column to record (from 0)' : undefined);
    return this.order.at(-1)!;
  }

  private whyNoColumn(): string | undefined {
    const last = this.order.at(-1);
    if (last === undefined) return 'no task has been trained, so there is no column to record';
    if (this.open !== undefined) return 'a task is being trained, so this is not a measurement after a task';
    const since = this.order.slice(this.order.indexOf(last));
    if (since.every((id) => id === last)) return undefined;
    return `task ${last + 1} was trained again after others, so this is not a measurement after it`;
  }

  state(): SavedHistory {
    return {
      scenario: this.scenario ?? null,
      known: Object.fromEntries([...this.fingerprints].map(([id, fingerprint]) => [String(id), fingerprint])),
      begun: this.begun,
      trained: [...this.order],
      consolidated: [...this.consolidated],
      unfinished: this.open ?? null,
    };
  }

  restore({ scenario, known, begun, trained, consolidated, unfinished }: SavedHistory): void {
    this.scenario = scenario ?? undefined;
    this.fingerprints.clear();
    for (const [id, fingerprint] of Object.entries(known)) this.fingerprints.set(Number(id), fingerprint);
    this.begunTasks.clear();
    for (const id of begun) this.begunTasks.add(id);
    this.order.splice(0, this.order.length, ...trained);
    this.consolidated.clear();
    for (const id of consolidated) this.consolidated.add(id);
    this.open = unfinished ?? undefined;
  }
}
