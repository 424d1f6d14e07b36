import { getDevice, initBackend } from '../../../src/backend';
import { findMethod } from '../../../src/methods';
import type { GEM } from '../../../src/methods';
import { DomainMLP, ProgressiveNeuralNet } from '../../../src/models';
import { permutedScenario } from '../../../src/scenarios';
import type { Measured, StepRequest } from '../protocol';
import type { Dataset } from '../../../src/data';
import { argument, readData } from './data';
import { serve, startWatch, type Timer } from './serve';

const METHODS = ['naive', 'ewc', 'ewc-online', 'er', 'gem', 'pnn'];
/** Samples of each past task: enough for GEM's memories and a filled replay buffer. */
const PAST_SAMPLES = 1024;

/**
 * This library as a user calls it: `trainTask` on a loader, with its gathering of batches, its looks at the losses and its
 * progress. The backend and the execution come from CL_BACKEND and CL_EXECUTION.
 */
async function main(): Promise<void> {
  await initBackend();
  const datasets = [0, 1].map((label) => readData(argument('data'), label));
  await serve({ version: getDevice(), methods: METHODS }, (request) => prepare(datasets, request));
}

async function prepare(
  [zeros, ones]: Dataset[],
  { method, tasks, batch, width, lr, conflict, warm, steps }: StepRequest,
): Promise<Timer> {
  const progressive = method === 'pnn';
  const stream = (dataset: Dataset, limitPerTask: number) =>
    permutedScenario(dataset, {
      scenario: progressive ? 'task-incremental' : 'domain-incremental',
      nTasks: tasks + 1,
      batchSize: batch,
      limitPerTask,
    });
  const hidden = [width, width];
  const model = progressive ? new ProgressiveNeuralNet({ hidden }) : new DomainMLP({ hidden, nClasses: 2 });
  const [name, online] = method.split('-');
  const trainer = findMethod(name).create(model, { epochs: 1, lr, ...(online && { online: true }) });
  for (const loader of stream(zeros, PAST_SAMPLES).trainLoaders.slice(0, tasks)) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
  }
  const loader = stream(conflict ? ones : zeros, (warm + steps) * batch).trainLoaders[tasks];
  return async () => {
    const before = projections(trainer);
    let watch: ReturnType<typeof startWatch> | undefined;
    let measured: Measured | undefined;
    await trainer.trainTask(loader, {
      probes: { steps: [warm], measure: () => void (watch = startWatch()) },
      onProgress: ({ step }) => {
        if (step === warm + steps) measured ??= watch!(steps);
      },
    });
    return { ...measured!, ...(before && { extra: { projected: shareSince(before, projections(trainer)!) } }) };
  };
}

function projections(trainer: object): GEM['projections'] | undefined {
  const counts = (trainer as Partial<GEM>).projections;
  return counts && { ...counts };
}

function shareSince(before: GEM['projections'], now: GEM['projections']): number {
  return (now.projected - before.projected) / Math.max(1, now.steps - before.steps);
}

void main();
