import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CLTrainer, TrainerState } from '../../training';
import { isPlainObject } from '../../utils/errors';
import { writeWhole } from '../../utils/files';
import type { TaskLosses } from '../lossLog';

/** A training in progress. */
export interface RunProgress {
  /** Seconds it took so far. */
  seconds: number;
  /** Losses of the tasks that are trained to the end. */
  losses: TaskLosses[];
}

/** Where trainers are kept that have not come to their end, or that are wanted again after it. */
export class Unfinished {
  /** @param store folder of the store */
  constructor(private readonly store: string) {}

  /**
   * Keeps a trainer as it is at this moment.
   *
   * @param through path of the file while it is written, see `writeWhole`
   * @throws where the trainer cannot be saved or the file not be written
   */
  save(id: string, trainer: CLTrainer<object>, progress: RunProgress, through: string): void {
    const text = JSON.stringify({ ...progress, state: trainer.state() });
    mkdirSync(join(this.store, 'unfinished'), { recursive: true });
    writeWhole(this.pathOf(id), text, through);
  }

  /**
   * Makes a fresh trainer go on from what was kept of its run.
   *
   * @returns how far it was; undefined where nothing was kept
   * @throws when the file is damaged; it is taken off then
   */
  restore(id: string, trainer: CLTrainer<object>): RunProgress | undefined {
    let text: string;
    try {
      text = readFileSync(this.pathOf(id), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      const { seconds, losses, state } = JSON.parse(text) as RunProgress & { state: TrainerState };
      if (!Number.isFinite(seconds) || !Array.isArray(losses) || !losses.every(isPlainObject))
        throw new Error('it is no training');
      trainer.restore(state);
      return { seconds, losses };
    } catch (error) {
      this.remove(id);
      throw error;
    }
  }

  /** Takes off what was kept of a run. */
  remove(id: string): void {
    rmSync(this.pathOf(id), { force: true });
  }

  private pathOf(id: string): string {
    return join(this.store, 'unfinished', `${id}.json`);
  }
}
