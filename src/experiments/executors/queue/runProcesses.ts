import type { ProgressEvent } from '../../../training';
import type { PlannedRun } from '../../plan';
import type { ExperimentResult } from '../../result';
import { RunProcess } from '../runProcess';
import type { RunProcessOptions } from '../runProcess';

/** Processes for as many runs as are executed at once; they are used again, as starting one takes a second. */
export class RunProcesses {
  private readonly idle: RunProcess[] = [];
  private readonly busy = new Map<string, RunProcess>();
  private readonly ended = new Set<string>();

  constructor(private readonly options: RunProcessOptions) {}

  /**
   * Executes a run.
   *
   * @param key names it for `end`
   * @throws see `RunProcess.execute`
   */
  async execute(key: string, run: PlannedRun, onProgress: (event: ProgressEvent) => void): Promise<ExperimentResult> {
    const place = this.idle.pop() ?? new RunProcess(this.options);
    this.ended.delete(key);
    this.busy.set(key, place);
    try {
      return await place.execute(run, onProgress);
    } finally {
      if (this.busy.get(key) === place) {
        this.busy.delete(key);
        this.idle.push(place);
      }
    }
  }

  /** Ends the process of a run. */
  async end(key: string): Promise<void> {
    const place = this.busy.get(key);
    if (!place) return;
    this.busy.delete(key);
    this.ended.add(key);
    await place.close(true);
  }

  /** Whether `end` ended the run. */
  wasEnded(key: string): boolean {
    return this.ended.has(key);
  }

  /** Ends all processes. */
  async endAll(): Promise<void> {
    await Promise.all([
      ...[...this.busy.keys()].map((key) => this.end(key)),
      ...this.idle.splice(0).map((place) => place.close(true)),
    ]);
  }
}
