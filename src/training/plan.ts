import type { Value } from '../backend';
import type { Task } from '../data/task';
import { checkList, checkNumber, problem } from '../utils/errors';
import type { TrainingBatch } from './batch';
import type { TaskCursor } from './cursor';
import type { TrainingData } from './data';
import type { Probes, TrainCall } from './progress';
import type { DrawnNumbers } from './runners/draws';
import { checkLength, LearningRates, learningRates } from './schedule';
import type { Schedule } from './schedule';

/** Passes over a task's data with one kind of step; see `CLTrainer.phases`. */
export interface Phase {
  /** Passes over the data. */
  readonly epochs: number;
  /** Training steps instead of passes: the data is gone through as often as they need, the last time in part. */
  readonly steps?: number;
  /** Called once, before the first step of the phase. */
  readonly begin?: () => void | Promise<void>;
  /** For people, e.g. `retrain`; shown where training was interrupted or failed. */
  readonly name?: string;
}

/** What the training loop needs of the trainer. */
export interface TaskTraining {
  /** The trainer's name, for error messages. */
  readonly trainer: string;
  readonly task: Task;
  readonly data: TrainingData;
  readonly phases: readonly Phase[];
  /** Tasks in the stream, for the time that is left. */
  readonly nTasks: number;
  /** The id of the task where the scenario reveals it. */
  readonly taskId: number | undefined;
  readonly notRecordable: string | undefined;
  /** The trainer's learning rate and how it changes. */
  readonly learning: { readonly lr: number; readonly schedule: Schedule | undefined };
  /** Calls the phase's `begin`. */
  beginPhase(phase: Phase): Promise<void>;
  step(batch: TrainingBatch): Value;
  /** What the method would draw for batches with these labels; nothing of it counts. */
  rehearse(batches: readonly Int32Array[]): DrawnNumbers[];
  likelyCause(): string;
  /** Mean accuracy over the tasks evaluated last and the matrix so far, for progress. */
  standing(): { accuracy?: number; matrix?: (number | null)[][] };
}

/** Something that is done between two steps of a task: a probe, a checkpoint. */
export interface Stop {
  /** The first number of steps of the task beyond `steps` at which it is due; Infinity for never. */
  next(steps: number): number;
  /** Whether it is due after the last step of the task too; default false. */
  readonly atEnd?: boolean;
  /** Does it; training waits. */
  run(steps: number): void | Promise<void>;
}

/** The first number of steps beyond `steps` at which a probe measures; Infinity for never. */
export function nextProbe({ steps: listed, every }: Pick<Probes, 'steps' | 'every'>, steps: number): number {
  if (every !== undefined) return (Math.floor(steps / every) + 1) * every;
  return Math.min(...(listed ?? []).filter((step) => step > steps), Infinity);
}

/** A training call, with its stops. */
export type LoopCall = Omit<TrainCall, 'probes'> & { readonly stops: readonly Stop[] };

/** Training steps of a phase. */
export function stepsOf({ epochs, steps }: Phase, { batchesPerEpoch }: TrainingData): number {
  return steps ?? epochs * batchesPerEpoch;
}

/** Passes over the data that a phase begins. */
export function epochsOf(phase: Phase, data: TrainingData): number {
  return Math.ceil(stepsOf(phase, data) / data.batchesPerEpoch);
}

/** Batches of one epoch of a phase: all, but for the last epoch of a phase that counts in steps. */
export function batchesIn(phase: Phase, data: TrainingData, epoch: number): number {
  return Math.min(data.batchesPerEpoch, stepsOf(phase, data) - epoch * data.batchesPerEpoch);
}

/** The learning rates of a phase; undefined where they do not change. */
export function ratesOf({ trainer, learning: { lr, schedule }, data }: TaskTraining, phase: Phase): LearningRates | undefined {
  if (!schedule) return undefined;
  const stepsEach = schedule.every === 'step' ? 1 : data.batchesPerEpoch;
  return new LearningRates(learningRates(trainer, schedule, lr, scheduledIn(schedule, phase, data)), stepsEach);
}

/** Epochs or steps of a phase, whichever a schedule counts. */
function scheduledIn({ every }: Schedule, phase: Phase, data: TrainingData): number {
  return every === 'step' ? stepsOf(phase, data) : epochsOf(phase, data);
}

/** Throws unless a method's phases can be trained, and the place where training goes on is one of them. */
export function checkPhases(
  { phases, data, trainer, learning: { schedule } }: TaskTraining,
  { phase, epoch, batch }: TaskCursor,
): void {
  checkList(`${trainer}.phases`, 'what it gives', phases, 0);
  for (const { epochs, steps = 1 } of phases) {
    checkNumber(`${trainer}.phases`, 'epochs', epochs, { min: 1, integer: true });
    checkNumber(`${trainer}.phases`, 'steps', steps, { min: 1, integer: true });
  }
  if (schedule) for (const one of phases) checkLength(trainer, schedule, scheduledIn(schedule, one, data));
  if (phases.length === 0 && phase + epoch + batch === 0) return;
  if (phase < phases.length && epoch <= epochsOf(phases[phase], data) && batch <= data.batchesPerEpoch) return;
  throw problem(
    trainer,
    `its training stands at phase ${phase}, epoch ${epoch}, batch ${batch}, which does not exist`,
    'the saved state is damaged; begin anew',
  );
}
