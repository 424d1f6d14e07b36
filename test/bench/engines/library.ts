import { join } from 'node:path';
import type { GEM, Model, TaskStream } from '../../../src';
import type * as Library from '../../../src';
import type { Measured, StepRequest } from '../protocol';
import { argument, RandomImages } from './data';
import { serve, startWatch, type Timer } from './serve';

const METHODS = ['naive', 'ewc', 'ewc-online', 'er', 'gem', 'pnn', 'conv-er'];
/** Samples of each past task: enough for GEM's memories and a filled replay buffer. */
const PAST_SAMPLES = 1024;
/** Steps after those that are timed: what a task does at its end is not in the figures. */
const END = 2;

/** A build of the library: that in the checkout of `--library FOLDER`, default this one. */
const library = require(join(argument('library') ?? join(__dirname, '..', '..', '..', '..'), 'dist', 'src')) as typeof Library;

/**
 * This library as a user calls it: `trainTask` on a loader, with its gathering of batches, its looks at the losses and its
 * progress. The backend and the execution come from CL_BACKEND and CL_EXECUTION.
 */
async function main(): Promise<void> {
  await library.initBackend();
  const images = new RandomImages(library);
  await serve({ version: library.getDevice(), methods: METHODS }, (request) => prepare(images, request));
}

async function prepare(images: RandomImages, request: StepRequest): Promise<Timer> {
  const { method, tasks, batch, lr, conflict, warm, steps } = request;
  const [name, online] = method.replace('conv-', '').split('-');
  const trainer = library.findMethod(name).create(modelOf(request), { epochs: 1, lr, ...(online && { online: true }) });
  const past = streamOf(request, images, 0, PAST_SAMPLES);
  for (const loader of past.trainLoaders.slice(0, tasks)) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
  }
  const loader = streamOf(request, images, Number(conflict), (warm + steps + END) * batch).trainLoaders[tasks];
  return async () => {
    const before = projections(trainer);
    let watch: ReturnType<typeof startWatch> | undefined;
    let measured: Measured | undefined;
    await trainer.trainTask(loader, {
      probes: {
        steps: [warm, warm + steps],
        measure: () => {
          if (watch) measured = watch(steps);
          else watch = startWatch();
        },
      },
      onProgress: () => undefined,
    });
    return { ...measured!, ...(before && { extra: { projected: shareSince(before, projections(trainer)!) } }) };
  };
}

/** A stream with so many samples a task; two classes, in `conv-er` two a task. */
function streamOf({ method, tasks, batch }: StepRequest, images: RandomImages, label: number, limitPerTask: number): TaskStream {
  const common = { nTasks: tasks + 1, batchSize: batch, limitPerTask };
  if (method === 'conv-er') {
    const dataset = images.inClasses(2 * (tasks + 1));
    return library.splitScenario(dataset, { ...common, scenario: 'class-incremental', classesPerTask: 2 });
  }
  const scenario = method === 'pnn' ? 'task-incremental' : 'domain-incremental';
  return library.permutedScenario(images.ofOneLabel(label), { ...common, scenario });
}

function modelOf({ method, width }: StepRequest): Model {
  if (method === 'conv-er') {
    const conv = [{ filters: 16 }, { filters: 32 }];
    return new library.SingleHeadMLP({ inputShape: [28, 28, 1], conv, hidden: [width] });
  }
  const hidden = [width, width];
  return method === 'pnn' ? new library.ProgressiveNeuralNet({ hidden }) : new library.DomainMLP({ hidden, nClasses: 2 });
}

function projections(trainer: object): GEM['projections'] | undefined {
  const counts = (trainer as Partial<GEM>).projections;
  return counts && { ...counts };
}

function shareSince(before: GEM['projections'], now: GEM['projections']): number {
  return (now.projected - before.projected) / Math.max(1, now.steps - before.steps);
}

void main();
