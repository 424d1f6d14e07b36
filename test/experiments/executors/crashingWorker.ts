import { existsSync, writeFileSync } from 'node:fs';
import { worker } from 'workerpool';
import type { PlannedRun } from '../../../src/experiments';

/** Stands for the library's worker: dies the first time, always, throws, tells its threads, or answers, as the run's label says. */
worker({
  run: (run: PlannedRun, modules: readonly string[]) => {
    const [what, marker] = run.label.split('|');
    if (what === 'always' || (what === 'once' && !existsSync(marker))) {
      if (marker) writeFileSync(marker, '');
      process.kill(process.pid, 'SIGKILL');
    }
    if (what === 'throws') throw new Error('the loss exploded');
    if (what === 'threads') return { ...run, device: process.env.TF_NUM_INTEROP_THREADS };
    return { ...run, seconds: process.pid, device: modules.join() };
  },
});
