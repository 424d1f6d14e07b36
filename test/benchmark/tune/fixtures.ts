import { planTuning } from '../../../src/benchmark';
import type { Tuning, TuningRequest } from '../../../src/benchmark';
import type { ExperimentResult, FinalRun, PlannedRun } from '../../../src/experiments';
import { failedRun } from '../../../src/experiments/failedRun';
import { result } from '../../experiments/fixtures';

/** A search that needs no real data: naive with the four learning rates of its grid, two seeds. */
export function smallTuning(request: Partial<TuningRequest> = {}): Tuning {
  const asked = { methods: ['naive'], scenarios: ['class-incremental'], data: 'synthetic', ...request } as const;
  return planTuning(asked).tunings[0];
}

/** A result of a run with this accuracy at the end. */
function withAcc(run: PlannedRun, acc: number): ExperimentResult {
  return result({ metrics: { ...result().metrics, acc } }, run);
}

/** Results of all runs of a search: `accs[point][seed]`; text is the reason of a failure. */
export function ended(tuning: Tuning, accs: readonly (readonly (number | string)[])[]): FinalRun[] {
  return tuning.points.flatMap(({ runs }, i) =>
    runs.map((run, k) => {
      const acc = accs[i][k];
      return typeof acc === 'string' ? failedRun(run, acc) : withAcc(run, acc);
    }),
  );
}
