import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { localProcesses, openStore, shardPlan, withStore } from '../../../../src/experiments';
import type { Executor, PlannedRun } from '../../../../src/experiments';
import { QueueExecutor } from '../../../../src/experiments/executors/queue/asker';
import { TIMING } from '../../../../src/experiments/executors/queue/timing';
import { planned } from '../../fixtures';
import { RedisServer } from './redis';
import { endWorkers, startWorker } from './workers';

/** What it costs to have a number of runs executed that themselves take no time; two processes execute them. */
export interface ExecutorCost {
  runs: number;
  /** Milliseconds a run: processes of this machine, results in a store. */
  pool: number;
  /** Milliseconds a run: the same on a queue, with a worker that executes two at a time. */
  queue: number;
  /** Milliseconds a run: found which part of eight it belongs to. */
  shard: number;
  /** Most memory of Redis, in MB. */
  redisMb: number;
  /** Size of its append-only file in the end, in MB. */
  redisFileMb: number;
  /** Keys of runs left in Redis in the end. */
  left: number;
  /** Resident memory of the process that asked, in MB: at its highest. */
  askerMb: number;
}

const NO_RUNS = join(__dirname, 'noRuns.js');

/** Measures it. */
export async function measureExecutors(count: number): Promise<ExecutorCost> {
  const base = planned();
  const plan = Array.from({ length: count }, (_, i) => ({ ...base, id: i.toString(16).padStart(16, '0') }));
  const server = await RedisServer.start();
  try {
    const worker = await startWorker(server.url, { concurrency: 2, script: NO_RUNS });
    const options = { force: false, note: (text: string) => console.error(text) };
    const onQueue = new QueueExecutor(server.address, options, TIMING);
    const queue = await timed(onQueue, plan, join(server.folder, 'queue-store'));
    const askerMb = process.resourceUsage().maxRSS / 1000;
    const pool = await timed(localProcesses({ workers: 2, script: NO_RUNS }), plan, join(server.folder, 'pool-store'));
    const started = performance.now();
    shardPlan(plan, 3, 8);
    const shard = (performance.now() - started) / count;
    worker.child.kill('SIGKILL');
    return { runs: count, pool, queue, shard, askerMb, ...(await costOf(server)) };
  } finally {
    await endWorkers();
    await server.end();
  }
}

async function timed(executor: Executor, plan: readonly PlannedRun[], folder: string): Promise<number> {
  const started = performance.now();
  const outcomes = await withStore(executor, openStore(folder)).run(plan);
  const done = outcomes.filter(({ status }) => status === 'finished').length;
  if (done !== plan.length) throw new Error(`${done} of ${plan.length} finished`);
  return (performance.now() - started) / plan.length;
}

async function costOf(server: RedisServer): Promise<Pick<ExecutorCost, 'redisMb' | 'redisFileMb' | 'left'>> {
  const client = server.client();
  const memory = await client.info('memory');
  client.disconnect();
  const files = readdirSync(server.folder, { recursive: true, withFileTypes: true }).filter(({ parentPath }) =>
    /appendonlydir/.test(parentPath),
  );
  const { keys } = await server.content();
  return {
    redisMb: Number(/used_memory_peak:(\d+)/.exec(memory)![1]) / 1e6,
    redisFileMb: files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0) / 1e6,
    left: keys.filter((key) => /run-/.test(key)).length,
  };
}

// node dist/test/experiments/executors/queue/scale.js 100 1000 10000
async function main(): Promise<void> {
  for (const count of process.argv.slice(2).map(Number)) {
    const { runs, pool, queue, shard, redisMb, redisFileMb, left, askerMb } = await measureExecutors(count);
    const times = `pool ${pool.toFixed(2)} ms, queue ${queue.toFixed(2)} ms, shard ${(1000 * shard).toFixed(1)} µs a run`;
    const memory = `Redis ${redisMb.toFixed(1)} MB at most, its file ${redisFileMb.toFixed(1)} MB, asker ${askerMb.toFixed(0)} MB`;
    console.log(`${runs} runs: ${times}; ${memory}; ${left} left on the queue`);
  }
}

if (require.main === module) void main();
