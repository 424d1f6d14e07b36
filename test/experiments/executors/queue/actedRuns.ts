import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { worker, workerEmit } from 'workerpool';
import type { PlannedRun } from '../../../../src/experiments';
import { result } from '../../fixtures';

/**
 * Stands for the library's script: acts a run as its label says, `WHAT|LOG`. WHAT is `quick`, `slow SECONDS`, `slow once SECONDS`, `crashes`,
 * `crashes once` or `throws`. It writes a line into LOG when a run begins, and one when it ends.
 */
worker({
  async run(run: PlannedRun) {
    const [what, log] = run.label.split('|');
    const note = (event: string) => log && appendFileSync(log, `${event} ${run.id} ${process.pid}\n`);
    if (process.env.CL_QUEUE_URL || process.env.CL_QUEUE_PASSWORD) throw new Error('a run knows the queue');
    note('begin');
    workerEmit({
      task: 0,
      nTasks: 2,
      taskName: 'first',
      epoch: 1,
      epochs: 1,
      step: 1,
      steps: 2,
      loss: 0.5,
      stepsPerSecond: 10,
      secondsLeft: 1,
    });
    const again = existsSync(`${log}.${run.id}`);
    if (log) writeFileSync(`${log}.${run.id}`, '');
    if (what === 'crashes' || (what === 'crashes once' && !again)) process.kill(process.pid, 'SIGKILL');
    if (what === 'throws') throw new Error('the loss exploded');
    const [, once, number = '0'] = /^slow (once )?(.*)/.exec(what) ?? [];
    const seconds = once && again ? 0 : Number(number);
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    note('end');
    return result({ seconds, device: `process ${process.pid}` }, run);
  },
});
