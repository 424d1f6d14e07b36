import { worker, workerEmit } from 'workerpool';
import { runExperiment } from '../run';
import type { Experiment } from '../run';

// Ctrl-C reaches all processes of the terminal; the parent decides what happens to its workers.
process.on('SIGINT', () => undefined);

worker({
  run: (experiment: Experiment) => runExperiment(experiment, (event) => workerEmit(event)),
});
