import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { NaiveTrainer } from '../methods';
import type { CLTrainer, TaskLoaders, TrainCall } from '../training';
import { CLMetricsTracker, learningCurveArea } from '../metrics';
import type { Model } from '../models';

/** β: learning-curve area is the mean accuracy over the first β+1 evaluations, after 0 … β steps (Chaudhry et al. 2019). */
export const LCA_STEPS = 10;
/** Steps after which accuracies are compared. */
export const AFTER_STEPS = [1, 10, 50, 100];
const PROBES = [...new Set([...Array.from({ length: LCA_STEPS + 1 }, (_, step) => step), 20, ...AFTER_STEPS])].sort(
  (a, b) => a - b,
);

/** Test accuracies on a task while it is learnt. */
export interface AccuracyCurve {
  /** Numbers of training steps. */
  steps: number[];
  /** Accuracy after as many steps, in [0, 1]. */
  accuracy: number[];
}

/** How one task was learnt after the earlier ones, next to a network that learns it from scratch. */
export interface TaskTransfer {
  /** Id of the task. */
  task: number;
  /** For people. */
  taskName: string;
  /** Accuracy before the first step; an untrained head or column is at chance by construction. */
  zeroShot: number;
  /** With what the earlier tasks left. */
  transfer: AccuracyCurve;
  /** From scratch: the same initial weights (own layers, without laterals), the same batches, no earlier task. */
  scratch: AccuracyCurve;
  /** Area under the first β+1 points of `transfer`. */
  lca: number;
  /** Area under the first β+1 points of `scratch`. */
  lcaScratch: number;
}

/** Forward transfer over a stream. */
export interface TransferReport {
  /** One entry for every task but the first. */
  tasks: TaskTransfer[];
  /** Mean accuracy before the first step over those tasks: zero-shot transfer. */
  zeroShot: number;
  /** Mean learning-curve area with what earlier tasks left. */
  lca: number;
  /** Mean learning-curve area from scratch. */
  lcaScratch: number;
  /** Mean accuracy after k steps: `[k, transfer, scratch]`. */
  afterSteps: [number, number, number][];
}

/**
 * Learns a task-incremental stream and measures how much earlier tasks help: zero-shot accuracy, learning-curve area, and
 * accuracy after 1, 10, 50 and 100 steps, each against a network of the same size that starts from the same initial weights,
 * sees the same batches, and has learnt nothing before. Fills `trainer.tracker` as `runSequence` does.
 *
 * @param trainer a fresh trainer on a MultiHeadMLP or a ProgressiveNeuralNet
 * @param call `hidden`, the layers of `trainer.model` (default [256, 256]); `onProgress` and `signal`, see `TrainCall`
 * @throws `TrainingInterrupted` when `signal` stopped it; begin again with a fresh trainer then
 */
export async function measureTransfer(
  trainer: CLTrainer<object>,
  { trainLoaders, testLoaders }: TaskLoaders,
  { onProgress, signal }: { hidden?: number[] } & Pick<TrainCall, 'onProgress' | 'signal'> = {},
): Promise<TransferReport> {
  const tracker = (trainer.tracker = new CLMetricsTracker(
    trainLoaders.length,
    trainLoaders.map(({ task }) => task.name),
  ));
  const tasks: TaskTransfer[] = [];
  for (const [i, loader] of trainLoaders.entries()) {
    let scratch: Model | undefined;
    const transfer = await learningCurve(trainer, loader, testLoaders[i], {
      nTasks: trainLoaders.length,
      onProgress,
      signal,
      before: () => (scratch = i > 0 ? trainer.model.fromScratch(loader.task) : undefined),
    });
    if (scratch) {
      tracker.record(loader.task.id, trainLoaders[i - 1].task.id, transfer.accuracy[0]);
      tasks.push(compare(loader.task, transfer, await scratchCurve(scratch, trainer, loader, testLoaders[i], signal)));
    }
    await trainer.consolidate(loader);
    await trainer.evaluateAll(testLoaders, tracker, loader.task.id);
  }
  return summarise(tasks);
}

/** The first steps of a network that has learnt nothing before; frees it. */
async function scratchCurve(
  network: Model,
  { options }: CLTrainer<object>,
  loader: TaskLoader,
  testLoader: TaskLoader,
  signal: TrainCall['signal'],
): Promise<AccuracyCurve> {
  const { lr, momentum, seed, epochs } = options;
  const trainer = new NaiveTrainer(network, { lr, momentum, seed, epochs });
  const curve = await learningCurve(trainer, loader, testLoader, { signal, stopAfter: PROBES[PROBES.length - 1] });
  trainer.dispose();
  network.dispose();
  return curve;
}

interface CurveCall extends Pick<TrainCall, 'onProgress' | 'signal'> {
  nTasks?: number;
  /** Called when the model is ready for the task, before the first step. */
  before?: () => void;
  /** Training stops after this many steps. */
  stopAfter?: number;
}

/** Trains a task and evaluates it after each of the probe steps that the task is long enough for. */
async function learningCurve(
  trainer: CLTrainer<object>,
  loader: TaskLoader,
  testLoader: TaskLoader,
  call: CurveCall,
): Promise<AccuracyCurve> {
  const curve: AccuracyCurve = { steps: [], accuracy: [] };
  let finished = false;
  const stop = {
    get aborted() {
      return finished || (call.signal?.aborted ?? false);
    },
  };
  const measure = async (step: number) => {
    if (step === 0) call.before?.();
    curve.steps.push(step);
    curve.accuracy.push(await trainer.evaluate(testLoader));
    finished ||= step === call.stopAfter;
  };
  try {
    await trainer.trainTask(loader, {
      nTasks: call.nTasks,
      onProgress: call.onProgress,
      signal: stop,
      probes: { steps: PROBES, measure },
    });
  } catch (error) {
    if (!finished) throw error;
  }
  return curve;
}

function compare({ id, name }: Task, transfer: AccuracyCurve, scratch: AccuracyCurve): TaskTransfer {
  const area = ({ accuracy }: AccuracyCurve) => learningCurveArea(accuracy.slice(0, LCA_STEPS + 1)) ?? 0;
  return {
    task: id,
    taskName: name,
    zeroShot: transfer.accuracy[0],
    transfer,
    scratch,
    lca: area(transfer),
    lcaScratch: area(scratch),
  };
}

function summarise(tasks: TaskTransfer[]): TransferReport {
  const mean = (value: (task: TaskTransfer) => number) => tasks.reduce((sum, task) => sum + value(task), 0) / tasks.length;
  const after = (curve: AccuracyCurve, step: number) => curve.accuracy[curve.steps.indexOf(step)];
  const reached = AFTER_STEPS.filter((step) =>
    tasks.every(({ transfer, scratch }) => transfer.steps.includes(step) && scratch.steps.includes(step)),
  );
  return {
    tasks,
    zeroShot: mean((task) => task.zeroShot),
    lca: mean((task) => task.lca),
    lcaScratch: mean((task) => task.lcaScratch),
    afterSteps: reached.map((step) => [
      step,
      mean((task) => after(task.transfer, step)),
      mean((task) => after(task.scratch, step)),
    ]),
  };
}
