import { saysDiverged, TrainingInterrupted } from '../training';
import type { CLTrainer, TaskLoaders, TrainCall } from '../training';
import { failedRun } from './failedRun';
import type { FinalRun } from './failedRun';
import { canonicalJson } from './identity';
import { LossLog } from './lossLog';
import { outcomeOf } from './outcome';
import { runName } from './plan';
import type { PlannedRun } from './plan';
import type { ExperimentResult } from './result';
import type { RunStore, StoreSession } from './store';

/** How often it is looked whether another process has finished a run, in milliseconds. */
const LOOK_MS = 500;

/** What a caller may hear and say; see `TrainCall`. */
type Call = Pick<TrainCall, 'onProgress' | 'signal'>;

/**
 * A trainer that a program made itself learns a stream, and its run is kept in a store: also in the middle, after each task and when
 * it is interrupted, so that another process goes on from there.
 */
export class OwnTraining {
  /** Seconds of training so far. */
  seconds = 0;
  private log = new LossLog();
  private begun = false;
  private saves = true;

  /**
   * @param run what `ownRun` says of the trainer
   * @param store where it is kept; undefined: nowhere
   * @param keepsTrainer whether the trainer is kept when the run is finished, so that a fresh one need not learn again
   */
  constructor(
    readonly run: PlannedRun,
    readonly trainer: CLTrainer<object>,
    private readonly stream: TaskLoaders,
    private readonly store: RunStore | undefined,
    private readonly keepsTrainer: boolean,
  ) {}

  /**
   * Trains until the stream is learnt; after an interruption call it again. Where another process executes the same run, it waits
   * for its result.
   *
   * @throws what training throws; where it diverged, the store keeps that
   */
  async train(call: Call): Promise<ExperimentResult> {
    const session = this.enter();
    try {
      const known = session && (await this.claim(session, call));
      return known ?? (await this.learn(call, session));
    } finally {
      session?.end();
    }
  }

  /** Where the store cannot be written, the run is executed all the same. */
  private enter(): StoreSession | undefined {
    try {
      return this.store?.enter();
    } catch (error) {
      console.warn((error as Error).message);
      return undefined;
    }
  }

  /** Waits until the run is this process's own; its result where another process finished it meanwhile. */
  private async claim(session: StoreSession, { signal }: Call): Promise<ExperimentResult | undefined> {
    const { id } = this.run;
    for (let told = false; !session.claim(id); told = true) {
      if (!told) console.warn(`${session.holder(id) ?? 'another process'} trains the same run: waiting for its result`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (signal?.aborted) throw new TrainingInterrupted('stopped while waiting for another process');
    }
    return this.keepsTrainer ? undefined : this.store!.finished(id); // who wants the trainer must have it learn
  }

  private async learn({ onProgress, signal }: Call, session: StoreSession | undefined): Promise<ExperimentResult> {
    if (session) this.goOn(session);
    const { onLosses, onTask } = this.log.call;
    const started = performance.now();
    const before = this.seconds;
    const count = () => (this.seconds = before + (performance.now() - started) / 1000);
    try {
      await this.trainer.runSequence(this.stream, {
        onProgress,
        signal,
        onLosses,
        onTask: (report) => {
          onTask(report);
          count();
          this.keep(session);
        },
      });
    } catch (error) {
      count();
      if (error instanceof TrainingInterrupted) this.keep(session);
      else if (saysDiverged((error as Error).message)) this.save(session, failedRun(this.run, (error as Error).message));
      throw error;
    }
    count();
    return this.finish(session);
  }

  private finish(session: StoreSession | undefined): ExperimentResult {
    const { run, trainer, stream, seconds, log } = this;
    const outcome = outcomeOf(trainer, stream, run.spec.method.name, run.spec.seed);
    const result = { ...run, ...outcome, seconds, losses: log.tasks };
    if (!session) return result;
    if (this.keepsTrainer) this.keep(session);
    const known = this.store!.finished(run.id);
    if (known && canonicalJson(known.matrix) === canonicalJson(result.matrix)) return known; // it was learnt before
    this.save(session, result);
    if (!this.keepsTrainer) session.forget(run.id);
    return result;
  }

  private save(session: StoreSession | undefined, run: FinalRun): void {
    try {
      session?.save(run);
    } catch (error) {
      console.warn(`${runName(run)} is not in the store: ${(error as Error).message}`);
    }
  }

  /** Takes over what an earlier process left of the run. */
  private goOn(session: StoreSession): void {
    if (this.begun) return;
    this.begun = true;
    const progress = session.goOn(this.run.id, this.trainer);
    if (!progress) return;
    this.seconds = progress.seconds;
    this.log = new LossLog(progress.losses);
  }

  /** A method that does not say how to save what it keeps trains all the same; only a new process has to begin anew. */
  private keep(session: StoreSession | undefined): void {
    if (!session || !this.saves) return;
    try {
      session.keep(this.run.id, this.trainer, { seconds: this.seconds, losses: this.log.tasks });
    } catch (error) {
      this.saves = false;
      console.warn(`${(error as Error).message}. After a restart this run begins anew.`);
    }
  }
}
