import { localProcesses, planRun } from '../../../../src/experiments';
import type { Executor, PlannedRun } from '../../../../src/experiments';
import { QueueExecutor } from '../../../../src/experiments/executors/queue/asker';
import { TIMING } from '../../../../src/experiments/executors/queue/timing';
import { RUN_SCRIPT } from '../../../../src/experiments/executors/runProcess';
import { RedisServer } from './redis';
import { endWorkers, startWorker } from './workers';

const stream = { name: 'split-mnist', scenario: 'class-incremental', limitPerTask: 1000, testLimitPerTask: 1000 } as const;

/** Seconds that a plan takes. */
async function timed(executor: Executor, plan: readonly PlannedRun[]): Promise<number> {
  const started = performance.now();
  const outcomes = await executor.run(plan);
  const failed = outcomes.find(({ status }) => status !== 'finished');
  if (failed) throw new Error(JSON.stringify(failed));
  return (performance.now() - started) / 1000;
}

/** A sweep of so many runs: with a pool of three processes, and on a queue with three workers of this machine. */
async function compare(count: number): Promise<{ pool: number; queue: number }> {
  const methods = ['naive', 'er', 'ewc', 'gem'];
  const plan = Array.from({ length: count }, (_, i) =>
    planRun({ stream, method: { name: methods[i % methods.length] }, epochs: 1, seed: Math.floor(i / methods.length) }),
  );
  const pool = await timed(localProcesses({ workers: 3 }), plan);
  const server = await RedisServer.start();
  try {
    await Promise.all([1, 2, 3].map(() => startWorker(server.url, { script: RUN_SCRIPT })));
    const options = { force: false, note: (text: string) => console.error(text) };
    return { pool, queue: await timed(new QueueExecutor(server.address, options, TIMING), plan) };
  } finally {
    await endWorkers();
    await server.end();
  }
}

// node dist/test/experiments/executors/queue/sweep.js 40 3: so many runs, so often
async function main([count, times]: number[]): Promise<void> {
  for (let i = 0; i < times; i++) {
    const { pool, queue } = await compare(count);
    console.log(`${count} runs: pool ${pool.toFixed(1)} s, queue ${queue.toFixed(1)} s, ${(queue / pool).toFixed(3)}`);
  }
}

if (require.main === module) void main(process.argv.slice(2).map(Number));
