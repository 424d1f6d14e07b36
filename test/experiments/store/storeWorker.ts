import { appendFileSync } from 'node:fs';
import { inProcess, openStore, withStore } from '../../../src/experiments';
import type { Executor } from '../../../src/experiments';
import { checkRuns } from '../../../src/experiments/plan';
import { planned, result } from '../fixtures';

/**
 * A process of its own on a store: `storeWorker.js STORE LOG NUMBER_OF_RUNS SECONDS LEASE_SECONDS`. Its runs take SECONDS each and
 * note in LOG when they begin and end.
 */
const [folder, log, count, seconds, leaseSeconds] = process.argv.slice(2);
const note = (what: string, id: string) => appendFileSync(log, `${JSON.stringify({ what, id, pid: process.pid })}\n`);

/** Executes nothing, but takes its time. */
const slow: Executor = {
  ...inProcess(),
  async run(runs, listener, claim = () => true) {
    checkRuns('slow', runs);
    const outcomes = [];
    for (const run of runs) {
      const { id } = run;
      if (!claim(run)) {
        outcomes.push({ id, status: 'stopped' as const });
        continue;
      }
      note('begin', id);
      await new Promise((resolve) => setTimeout(resolve, 1000 * Number(seconds)));
      note('end', id);
      const made = result({}, run);
      listener?.finished?.(id, made);
      outcomes.push({ id, status: 'finished' as const, result: made });
    }
    return outcomes;
  },
};

const base = planned();
const plan = Array.from({ length: Number(count) }, (_, i) => ({ ...base, id: i.toString(16).padStart(16, '0') }));
const store = openStore(folder, { leaseSeconds: Number(leaseSeconds) });
void withStore(slow, store, { note: (text) => console.log(text) })
  .run(plan)
  .then((outcomes) => console.log(`done ${outcomes.filter(({ status }) => status === 'finished').length}`));
