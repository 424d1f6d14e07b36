import { worker, workerEmit } from 'workerpool';
import type { PlannedRun } from '../plan';
import { runExperiment } from '../run';

worker({
  run(run: PlannedRun, modules: readonly string[]) {
    for (const module of modules) require(module); // they register streams and methods of their own; loaded once
    return runExperiment(run, { onProgress: (event) => workerEmit(event) });
  },
});
