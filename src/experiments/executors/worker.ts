import { worker, workerEmit } from 'workerpool';
import { runExperiment } from '../run';
import type { Experiment } from '../run';

worker({
  run: (experiment: Experiment) => runExperiment(experiment, (event) => workerEmit(event)),
});
