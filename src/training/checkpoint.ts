import { isThere, readSaved, savedFile, writeSaved } from '../backend';
import { checkNumber, checkText, problem, withDefaults } from '../utils/errors';
import type { TaskLoaders } from './data';
import { History } from './history';
import type { Stop } from './plan';
import type { CheckpointOptions } from './progress';
import { checkSaved } from './state';
import type { TrainerParts } from './state';
import type { TrainerState } from './stateFormat';

/** Throws when the options of a checkpoint do not exist or cannot be meant. */
export function checkCheckpoint(subject: string, given: CheckpointOptions): void {
  const known = { folder: undefined, everySteps: undefined };
  const { folder, everySteps } = withDefaults<Partial<CheckpointOptions>>(subject, given, known);
  checkText(subject, 'folder', folder);
  if (everySteps !== undefined) checkNumber(subject, 'everySteps', everySteps, { min: 1, integer: true });
}

/** What a checkpoint holds beyond the trainer. */
interface Kept extends TrainerState {
  /** For each task of the stream, what its loaders serve. Absent where `CLTrainer.save` wrote the file. */
  served?: readonly string[];
}

/** The file that keeps a trainer while it learns a stream. */
export class Checkpoint {
  readonly file: string;
  /** When it is written in the middle of a task. */
  readonly stops: readonly Stop[];
  private readonly served: readonly string[];

  /** @param state what is to be saved, at the moment of the call */
  constructor(
    subject: string,
    { folder, everySteps }: CheckpointOptions,
    private readonly stream: TaskLoaders,
    private readonly state: () => TrainerState,
  ) {
    this.file = savedFile(subject, folder, 'trainer');
    const next = (steps: number) => (Math.floor(Math.max(0, steps) / everySteps!) + 1) * everySteps!;
    this.stops = everySteps === undefined ? [] : [{ next, run: () => this.save() }];
    const { trainLoaders, testLoaders } = stream;
    this.served = trainLoaders.map((train, i) => [train.fingerprint, train.batchSize, testLoaders[i].fingerprint].join());
  }

  save(): void {
    const kept: Kept = { ...this.state(), served: this.served };
    writeSaved(this.file, 'trainer', kept);
  }

  /**
   * What is there when a training of the stream begins.
   *
   * @param parts of the trainer that is to learn it
   * @returns undefined where there is no file yet
   * @throws when it is damaged, or of another method, other options, another model or other data
   */
  find(parts: TrainerParts): TrainerState | undefined {
    const { file } = this;
    if (!isThere(file)) return undefined;
    const { state } = readSaved(file, ['trainer']);
    checkSaved(file, parts, state);
    this.checkData(state);
    return state;
  }

  private checkData({ history, served }: Kept): void {
    const { file } = this;
    const { trainLoaders, testLoaders } = this.stream;
    const past = new History(file);
    past.restore(history);
    for (const loader of [...trainLoaders, ...testLoaders]) past.check(loader, `${loader.split} data`);
    if (served === undefined) return;
    const other = this.served.findIndex((own, i) => Array.isArray(served) && i < served.length && served[i] !== own);
    if (other < 0 && Array.isArray(served)) return;
    const what = other < 0 ? 'tasks' : `task ${other + 1} (${trainLoaders[other].task.name})`;
    const reason = `it is of a run that was given ${what} with other samples, in another order or in batches of another size`;
    throw problem(file, reason, 'run the same again, or name another folder');
  }
}

/** What a saved trainer has learnt, in words. */
export function progressOf({ history, cursor }: TrainerState): string {
  const { size } = new Set(history.trained);
  return `${size} ${size === 1 ? 'task' : 'tasks'} learnt${cursor ? `, task ${cursor.task + 1} begun` : ''}`;
}
