import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { NaiveTrainer } from '../methods';
import { learningCurveArea } from '../metrics';
import type { Model } from '../models';
import { SCENARIOS } from '../scenarios';
import { TRAINER_DEFAULTS, TrainingInterrupted } from '../training';
import type { CLTrainer, TaskLoaders, TrainCall } from '../training';
import { problem, withDefaults } from '../utils/errors';
import { checkLoaders, checkTrainer } from './checkParts';

/** β: learning-curve area is the mean accuracy over the first β+1 evaluations, after 0 … β steps (Chaudhry et al. 2019). */
export const LCA_STEPS = 10;
/** Steps after which accuracies are compared. */
const AFTER_STEPS = [1, 10, 50, 100];
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
export interface TaskCurves {
  /** Id of the task. */
  task: number;
  /** For people. */
  taskName: string;
  /** Zero-shot accuracy: before the first step; an untrained head or column is at chance by construction. */
  zeroShot: number;
  /** With what the earlier tasks left. */
  transfer: AccuracyCurve;
  /** From scratch: the same initial weights (own layers, without laterals), the same batches, no earlier task. */
  scratch: AccuracyCurve;
  /** Area under the first β+1 points of `transfer`; null where the task has fewer than β steps. */
  lca: number | null;
  /** Area under the first β+1 points of `scratch`; null where the task has fewer than β steps. */
  lcaScratch: number | null;
}

/** The learning curves of a stream and what they say of the help that earlier tasks give. */
export interface LearningCurvesReport {
  /** One entry for every task but the first. */
  tasks: TaskCurves[];
  /** Mean zero-shot accuracy over those tasks. */
  zeroShot: number;
  /** Mean learning-curve area (LCA@10) with what earlier tasks left; null where a task has fewer than 10 steps. */
  lca: number | null;
  /** Mean learning-curve area (LCA@10) from scratch; null where a task has fewer than 10 steps. */
  lcaScratch: number | null;
  /** Mean accuracy after k steps, for those k that every task reaches: `[k, transfer, scratch]`. */
  afterSteps: [number, number, number][];
}

/** What a caller may hear and say while curves are measured; see `TrainCall`. */
export type CurvesCall = Pick<TrainCall, 'onProgress' | 'onLosses' | 'onTask' | 'signal'>;

/**
 * Learns a task- or domain-incremental stream as `runSequence` does and measures on the way how each task is learnt: its accuracy
 * after 0, 1, … 10, 20, 50 and 100 steps, against a network of the same size that starts from the same initial weights,
 * sees the same batches, and has learnt nothing before. A curve that starts higher or rises earlier shows that earlier tasks
 * helped. Forward transfer as the mean over a matrix's cells is another number: see `forwardTransfer`.
 *
 * @param trainer a fresh trainer; its tracker holds the accuracy matrix afterwards
 * @param loaders a stream of at least two tasks
 * @param call `onProgress`, `onLosses`, `onTask` and `signal`, see `TrainCall`
 * @throws when the trainer has learnt before, the stream has one task or is class-incremental, or `TrainingInterrupted` when
 *   `signal` stopped it; begin again with a fresh trainer then
 */
export async function measureLearningCurves(
  trainer: CLTrainer<object>,
  loaders: TaskLoaders,
  call: CurvesCall = {},
): Promise<LearningCurvesReport> {
  const subject = 'measureLearningCurves';
  const none = { onProgress: undefined, onLosses: undefined, onTask: undefined, signal: undefined };
  const heard = withDefaults<CurvesCall>(subject, call, none);
  checkTrainer(subject, trainer);
  checkLoaders(subject, loaders, ['trainLoaders', 'testLoaders']);
  const { trainLoaders, testLoaders } = loaders;
  if (trainLoaders.length < 2)
    throw problem(subject, 'there is no task that earlier ones could help', 'use a stream of two tasks or more');
  if (trainer.tracker || trainer.model.learnt.length > 0)
    throw problem(subject, 'the trainer has learnt before', 'make a fresh trainer on a fresh model');
  checkComparable(subject, trainLoaders[0].task);
  const networks: Model[] = [];
  const curves = trainLoaders.map((): AccuracyCurve => ({ steps: [], accuracy: [] }));
  const measure = async (step: number, loader: TaskLoader) => {
    const position = trainLoaders.indexOf(loader);
    if (step === 0 && position > 0) networks.push(trainer.model.fromScratch(loader.task));
    await note(curves[position], step, trainer, testLoaders[position]);
  };
  try {
    await trainer.runSequence(loaders, { ...heard, probes: { steps: PROBES, measure } });
    const tasks: TaskCurves[] = [];
    for (const [i, network] of networks.entries()) {
      const loader = trainLoaders[i + 1];
      tasks.push(
        compare(loader.task, curves[i + 1], await scratchCurve(network, trainer, loader, testLoaders[i + 1], heard.signal)),
      );
    }
    return summarise(tasks);
  } finally {
    networks.forEach((network) => network.dispose());
  }
}

/** Where all classes seen so far compete, a network for one task alone has an easier question. */
function checkComparable(subject: string, { scenario }: Task): void {
  const { taskIdAtTest, classes } = SCENARIOS[scenario];
  if (taskIdAtTest || classes === 'stay') return;
  throw problem(
    subject,
    `in the ${scenario} scenario a network that learns one task from scratch is not asked the same question`,
    'use task-incremental or domain-incremental',
  );
}

async function note(curve: AccuracyCurve, step: number, trainer: CLTrainer<object>, testLoader: TaskLoader): Promise<void> {
  curve.steps.push(step);
  curve.accuracy.push(await trainer.evaluate(testLoader));
}

/** The first steps of a network that has learnt nothing before, with the optimiser of the trainer it is compared with. */
async function scratchCurve(
  network: Model,
  { options }: CLTrainer<object>,
  loader: TaskLoader,
  testLoader: TaskLoader,
  signal: TrainCall['signal'],
): Promise<AccuracyCurve> {
  const shared = ['seed', ...Object.keys(TRAINER_DEFAULTS)];
  const trainer = new NaiveTrainer(
    network,
    Object.fromEntries(Object.entries(options).filter(([name]) => shared.includes(name))),
  );
  const curve: AccuracyCurve = { steps: [], accuracy: [] };
  const done = () => curve.steps.includes(PROBES[PROBES.length - 1]);
  const stop = {
    get aborted() {
      return done() || (signal?.aborted ?? false);
    },
  };
  const measure = (step: number) => note(curve, step, trainer, testLoader);
  try {
    await trainer.trainTask(loader, { signal: stop, probes: { steps: PROBES, measure } });
  } catch (error) {
    if (!(error instanceof TrainingInterrupted && done())) throw error;
  } finally {
    trainer.dispose();
  }
  return curve;
}

function compare({ id, name }: Task, transfer: AccuracyCurve, scratch: AccuracyCurve): TaskCurves {
  const area = ({ accuracy }: AccuracyCurve) =>
    accuracy.length > LCA_STEPS ? learningCurveArea(accuracy.slice(0, LCA_STEPS + 1)) : null;
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

function summarise(tasks: TaskCurves[]): LearningCurvesReport {
  const mean = (value: (task: TaskCurves) => number) => tasks.reduce((sum, task) => sum + value(task), 0) / tasks.length;
  const meanArea = (area: (task: TaskCurves) => number | null) =>
    tasks.some((task) => area(task) === null) ? null : mean((task) => area(task)!);
  const after = (curve: AccuracyCurve, step: number) => curve.accuracy[curve.steps.indexOf(step)];
  const reached = AFTER_STEPS.filter((step) =>
    tasks.every(({ transfer, scratch }) => transfer.steps.includes(step) && scratch.steps.includes(step)),
  );
  return {
    tasks,
    zeroShot: mean((task) => task.zeroShot),
    lca: meanArea((task) => task.lca),
    lcaScratch: meanArea((task) => task.lcaScratch),
    afterSteps: reached.map((step) => [
      step,
      mean((task) => after(task.transfer, step)),
      mean((task) => after(task.scratch, step)),
    ]),
  };
}

/** @deprecated since 0.2: the old name of `measureLearningCurves`. */
export const measureTransfer = measureLearningCurves;
/** @deprecated since 0.2: the old name of `LearningCurvesReport`. */
export type TransferReport = LearningCurvesReport;
