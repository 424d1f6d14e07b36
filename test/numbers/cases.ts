import type { CLTrainer, EWC, GEM, Model, ScenarioName, TaskStream, TrainCall, TransferReport } from '../../src';

/** The library under measurement: this one, or the built tree of another commit. */
export type Library = typeof import('../../src');

/** Called with the losses of every chunk of steps; `firstStep` counts within the task, from 0. */
type OnLosses = (losses: Float32Array, firstStep: number) => void;

/** How the steps are executed; the numbers are kept for each. */
export const EXECUTIONS = ['recorded', 'op-by-op'] as const;
export type Execution = (typeof EXECUTIONS)[number];

/** Losses kept of a run: those of its first steps, which reach into the third task. */
export const KEPT_LOSSES = 200;

const SEED = 7;
const HIDDEN = [32, 32];
/** 34 batches an epoch, the last one smaller (540 = 33·16 + 12). */
const DATA = { nTasks: 3, limitPerTask: 540, testLimitPerTask: 300, batchSize: 16, seed: SEED };
const TRAINING = { lr: 0.01, momentum: 0.9, epochs: 2, seed: SEED };
/** Steps of a task. */
export const STEPS_PER_TASK = TRAINING.epochs * Math.ceil(DATA.limitPerTask / DATA.batchSize);
/** 102 steps a task, so that accuracies after 100 steps are there. */
const TRANSFER_EPOCHS = 3;

/** One method with its options in one scenario. */
export interface NumbersCase {
  readonly name: string;
  readonly method: string;
  readonly scenario: ScenarioName;
  readonly options: Record<string, unknown>;
}

const ALL: readonly ScenarioName[] = ['task-incremental', 'domain-incremental', 'class-incremental'];
const VARIANTS: readonly { label: string; method: string; scenarios: readonly ScenarioName[]; options?: object }[] = [
  { label: 'naive', method: 'naive', scenarios: ALL },
  { label: 'EWC', method: 'ewc', scenarios: ALL, options: { lambda: 50 } },
  { label: 'online EWC', method: 'ewc', scenarios: ALL, options: { lambda: 50, online: true, gamma: 0.9 } },
  { label: 'EWC with sampled labels', method: 'ewc', scenarios: [ALL[2]], options: { lambda: 50, fisher: 'sampled' } },
  { label: 'EWC with argmax labels', method: 'ewc', scenarios: [ALL[1]], options: { lambda: 50, fisher: 'argmax' } },
  { label: 'EWC with true labels', method: 'ewc', scenarios: [ALL[0]], options: { lambda: 50, fisher: 'true' } },
  { label: 'ER', method: 'er', scenarios: ALL, options: { capacity: 300, replayRatio: 0.5 } },
  { label: 'GEM', method: 'gem', scenarios: ALL, options: { memorySize: 64, margin: 0.5 } },
  { label: 'PNN', method: 'pnn', scenarios: [ALL[0]] },
];

/** Every method in every scenario it may learn, and EWC's other estimates of the Fisher information. */
export const CASES: readonly NumbersCase[] = VARIANTS.flatMap(({ label, method, scenarios, options }) =>
  scenarios.map((scenario) => ({ name: `${label}, ${scenario}`, method, scenario, options: { ...TRAINING, ...options } })),
);

/** Methods whose forward transfer is measured. */
export const TRANSFER_METHODS = ['naive', 'pnn'] as const;

/** What a run gives. */
export interface RunNumbers {
  /** Mean loss (nats) of each step, all tasks one after the other. */
  losses: number[];
  /** How the steps of each task were executed; says whether a fallback was taken. */
  executions: string[];
  /** `matrix[i][j]`: accuracy on task i after task j. */
  matrix: (number | null)[][];
  /** Parameters at the end: all and frozen. */
  parameters: { total: number; frozen: number };
  /** The shapes of all parameters, in the model's order, e.g. `784×32`. */
  shapes: string[];
  /** EWC: the penalty after the last task, and the sum of all importances. */
  ewc?: { penalty: number; importance: number };
  /** GEM: steps with past tasks to respect, and how many of them were projected. */
  projections?: { steps: number; projected: number };
}

/** Learns the stream of a case from start to end. */
export async function runCase(
  library: Library,
  one: NumbersCase,
  call: TrainCall & { onLosses: OnLosses },
): Promise<Omit<RunNumbers, 'losses'>> {
  const trainer = makeTrainer(library, one);
  const executions: string[] = [];
  try {
    const { matrix } = await trainer.runSequence(makeStream(library, one.scenario), {
      ...call,
      onTask: ({ execution }) => executions.push(execution),
    });
    const { total, frozen } = trainer.capacityReport();
    return {
      executions,
      matrix: matrix.map((row) => [...row]),
      parameters: { total, frozen },
      shapes: trainer.model.parameters().map(({ shape }) => shape.join('×')),
      ...(one.method === 'ewc' && { ewc: ewcNumbers(trainer as unknown as EWC) }),
      ...(one.method === 'gem' && { projections: { ...(trainer as unknown as GEM).projections } }),
    };
  } finally {
    trainer.dispose();
    trainer.model.dispose();
  }
}

/** Forward transfer of a method on the task-incremental stream. */
export async function runTransfer(library: Library, method: string, execution: Execution): Promise<TransferReport> {
  const options = { ...TRAINING, epochs: TRANSFER_EPOCHS };
  const trainer = makeTrainer(library, { name: method, method, scenario: 'task-incremental', options });
  const before = process.env.CL_EXECUTION;
  process.env.CL_EXECUTION = execution; // `measureTransfer` takes no execution
  try {
    return await library.measureTransfer(trainer, makeStream(library, 'task-incremental'));
  } finally {
    if (before === undefined) delete process.env.CL_EXECUTION;
    else process.env.CL_EXECUTION = before;
    trainer.dispose();
    trainer.model.dispose();
  }
}

function makeStream(library: Library, scenario: ScenarioName): TaskStream {
  if (scenario === 'domain-incremental') return library.getPermutedMnist({ ...DATA, scenario });
  return library.getSplitMnist({ ...DATA, scenario, classesPerTask: 2 });
}

function makeTrainer(library: Library, { method, scenario, options }: NumbersCase): CLTrainer<object> {
  return library.findMethod(method).create(makeModel(library, method, scenario), options);
}

function makeModel(library: Library, method: string, scenario: ScenarioName): Model {
  const options = { hidden: HIDDEN, seed: SEED };
  if (method === 'pnn') return new library.ProgressiveNeuralNet(options);
  if (scenario === 'task-incremental') return new library.MultiHeadMLP(options);
  if (scenario === 'class-incremental') return new library.SingleHeadMLP(options);
  return new library.DomainMLP({ ...options, nClasses: 10 });
}

function ewcNumbers(trainer: EWC): RunNumbers['ewc'] {
  let importance = 0;
  for (const parameter of trainer.model.parameters()) {
    for (const value of trainer.importance(parameter) ?? []) importance += value;
  }
  return { penalty: trainer.penalty(), importance };
}
