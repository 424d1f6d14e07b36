import { TrainingInterrupted } from '../../training';
import { checkRuns } from '../plan';
import type { PlannedRun } from '../plan';
import { runExperiment } from '../run';
import { guarded, inPlanOrder, uniqueRuns } from './executor';
import type { Executor, Outcome, RunListener } from './executor';

/**
 * Executes runs one after the other in this process: for few and small ones, and for streams and methods that only this
 * process knows. `peakMb` of a result then counts all that the process did.
 */
export function inProcess(): Executor {
  const signal = { aborted: false };

  const outcomeOf = async (run: PlannedRun, listener: Required<RunListener>): Promise<Outcome> => {
    const { id } = run;
    try {
      listener.started(id);
      const result = await runExperiment(run, { signal, onProgress: (event) => listener.progress(id, event) });
      listener.finished(id, result);
      return { id, status: 'finished', result };
    } catch (error) {
      if (error instanceof TrainingInterrupted) return { id, status: 'stopped' };
      const reason = (error as Error).message;
      listener.failed(id, reason);
      return { id, status: 'failed', reason };
    }
  };

  return {
    asksBefore: true,
    async run(runs, listener, claim = () => true) {
      checkRuns('inProcess', runs);
      const heard = guarded(listener);
      const outcomes = new Map<string, Outcome>();
      for (const run of uniqueRuns(runs)) if (!signal.aborted && claim(run)) outcomes.set(run.id, await outcomeOf(run, heard));
      return inPlanOrder(runs, outcomes);
    },
    async stop() {
      signal.aborted = true;
    },
  };
}
