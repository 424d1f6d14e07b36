import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { backend } from '../../src/backend';
import { findMethod, methodCompatibility, METHODS } from '../../src/methods';
import { architectureFor } from '../../src/models';
import { formatBytes, formatDuration } from '../../src/utils/format';
import { collectGarbage, easyStream, smallModel } from '../methods/fixtures';
import type { Finding } from './finding';
import type { SoakOptions } from './options';

export type Execution = 'recorded' | 'op-by-op';

/** What was measured at ten moments of a long training, the first after a tenth of it. */
export interface StepsMeasured {
  /** Tensors on the device. */
  tensors: number[];
  /** Resident memory of the process, in bytes. */
  memory: number[];
  /** Steps that were measured, and what they took. */
  steps: number;
  seconds: number;
}

/** Memory that may come and go, in bytes: half a kilobyte lost at each step would be 9 MB. */
const MEMORY_LIMIT = 8e6;
const STEPS_PER_EPOCH = 5;

/** Trains a method for `steps` steps on a task, and as many on a second one, and measures in the second. */
export async function trainLong(method: string, execution: Execution, steps: number): Promise<StepsMeasured> {
  const { create, needs } = findMethod(method);
  const scenario = (['class-incremental', 'task-incremental', 'domain-incremental'] as const).find(
    (name) => methodCompatibility(method, name).fit !== 'no',
  )!;
  const { trainLoaders } = easyStream(scenario);
  const epochs = Math.ceil(steps / STEPS_PER_EPOCH);
  const trainer = create(smallModel(needs.architecture ?? architectureFor(scenario)), { epochs, lr: 0.01, seed: 1 });
  await trainer.trainTask(trainLoaders[0], { execution });
  await trainer.consolidate(trainLoaders[0]);
  const [tensors, memory]: number[][] = [[], []];
  const all = epochs * STEPS_PER_EPOCH;
  const probes = {
    steps: Array.from({ length: 10 }, (_, tenth) => Math.floor(((tenth + 1) * all) / 10) - 1),
    async measure() {
      await collectGarbage();
      tensors.push(backend().tensorCount());
      memory.push(process.memoryUsage().rss);
    },
  };
  const began = performance.now();
  const { loss, steps: done } = await trainer.trainTask(trainLoaders[1], { execution, probes });
  const seconds = (performance.now() - began) / 1000;
  if (done > 0 && !Number.isFinite(loss)) throw new Error(`${method} diverged`);
  trainer.dispose();
  trainer.model.dispose();
  return { tensors, memory, steps: done, seconds };
}

/** What there is to say about a long training. */
export function judgeSteps(method: string, execution: Execution, { tensors, memory, steps, seconds }: StepsMeasured): Finding {
  const what = `${method}, ${execution}`;
  if (steps === 0) return { what, did: 'no training step', found: 'it learns without any', ok: tensors.length === 0 };
  const flat = tensors.length === 10 && new Set(tensors).size === 1;
  const growth = steadyGrowth(memory);
  const count = flat ? `${tensors[0]} tensors throughout` : `tensors ${tensors.join(' ')}`;
  const more = `${growth < 0 ? '−' : '+'}${formatBytes(Math.abs(growth))}`;
  return {
    what,
    did: `${steps} steps in ${formatDuration(seconds)}`,
    found: `${count}; memory ${formatBytes(memory[0])}, then ${more} (limit ${formatBytes(MEMORY_LIMIT)})`,
    ok: flat && growth < MEMORY_LIMIT,
  };
}

/**
 * What memory grew by: from the first moments to the last ones, or what the usual growth between two of them adds up to, if that is
 * less. So neither a single jump counts (V8 doubles its young space once) nor what comes and goes.
 */
function steadyGrowth(memory: readonly number[]): number {
  const differences = memory.slice(1).map((bytes, i) => bytes - memory[i]);
  const usual = differences.sort((a, b) => a - b)[Math.floor(differences.length / 2)];
  return Math.min(Math.max(...memory.slice(-3)) - Math.max(...memory.slice(0, 3)), differences.length * usual);
}

/** Every method in both executions, each in a process of its own, so that one's memory does not hide another's. */
export async function soakSteps({ steps, opByOpSteps }: SoakOptions, tell: (finding: Finding) => void): Promise<void> {
  for (const { name } of METHODS) {
    for (const [execution, count] of [
      ['recorded', steps],
      ['op-by-op', opByOpSteps],
    ] as const) {
      tell(await inProcessOfItsOwn(name, execution, count));
    }
  }
}

async function inProcessOfItsOwn(method: string, execution: Execution, steps: number): Promise<Finding> {
  const args = [join(__dirname, 'stepsProcess.js'), method, execution, String(steps)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data: Buffer) => (text += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return judgeSteps(method, execution, JSON.parse(text) as StepsMeasured);
  return { what: `${method}, ${execution}`, did: `${steps} steps`, found: `the process ended with status ${code}`, ok: false };
}
