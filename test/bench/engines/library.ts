import { getDevice, initBackend } from '../../../src/backend';
import { findMethod } from '../../../src/methods';
import type { GEM } from '../../../src/methods';
import { DomainMLP, ProgressiveNeuralNet, SingleHeadMLP } from '../../../src/models';
import type { Model } from '../../../src/models';
import { permutedScenario, splitScenario } from '../../../src/scenarios';
import type { TaskStream } from '../../../src/scenarios';
import type { Measured, StepRequest } from '../protocol';
import type { Dataset } from '../../../src/data';
import { argument, readClasses, readData } from './data';
import { serve, startWatch, type Timer } from './serve';

const METHODS = ['naive', 'ewc', 'ewc-online', 'er', 'gem', 'pnn', 'conv-er'];
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

async function prepare(datasets: Dataset[], request: StepRequest): Promise<Timer> {
  const { method, tasks, batch, lr, conflict, warm, steps } = request;
  const [zeros, ones] = datasets;
  const stream = streamOf(request);
  const [name, online] = method.replace('conv-', '').split('-');
  const trainer = findMethod(name).create(modelOf(request), { epochs: 1, lr, ...(online && { online: true }) });
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

/** Makes a stream with so many samples a task. */
function streamOf({ method, tasks, batch }: StepRequest): (dataset: Dataset, limitPerTask: number) => TaskStream {
  const common = { nTasks: tasks + 1, batchSize: batch };
  if (method === 'conv-er') {
    const options = { ...common, scenario: 'class-incremental', classesPerTask: 2 } as const;
    const dataset = readClasses(argument('data'), 2 * (tasks + 1));
    return (_, limitPerTask) => splitScenario(dataset, { ...options, limitPerTask });
  }
  const scenario = method === 'pnn' ? 'task-incremental' : 'domain-incremental';
  return (dataset, limitPerTask) => permutedScenario(dataset, { ...common, scenario, limitPerTask });
}

function modelOf({ method, width }: StepRequest): Model {
  if (method === 'conv-er') {
    return new SingleHeadMLP({ inputShape: [28, 28, 1], conv: [{ filters: 16 }, { filters: 32 }], hidden: [width] });
  }
  const hidden = [width, width];
  return method === 'pnn' ? new ProgressiveNeuralNet({ hidden }) : new DomainMLP({ hidden, nClasses: 2 });
}

function projections(trainer: object): GEM['projections'] | undefined {
  const counts = (trainer as Partial<GEM>).projections;
  return counts && { ...counts };
}

function shareSince(before: GEM['projections'], now: GEM['projections']): number {
  return (now.projected - before.projected) / Math.max(1, now.steps - before.steps);
}

void main();
