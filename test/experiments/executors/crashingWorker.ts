import { existsSync, writeFileSync } from 'node:fs';
import { worker } from 'workerpool';
import type { Experiment } from '../../../src/experiments';

/** Stands for the benchmark's worker: dies the first time, always, throws, or answers, as the experiment's label says. */
worker({
  run: (experiment: Experiment) => {
    const [what, marker] = experiment.label.split('|');
    if (what === 'always' || (what === 'once' && !existsSync(marker))) {
      if (marker) writeFileSync(marker, '');
      process.kill(process.pid, 'SIGKILL');
    }
    if (what === 'throws') throw new Error('the loss exploded');
    return { ...experiment, seconds: process.pid };
  },
});
