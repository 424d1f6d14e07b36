import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { resultsFolder } from '../../data/files/cacheFolder';
import { checkFunction, checkNumber, checkText, problem, withDefaults } from '../../utils/errors';
import { writeWhole } from '../../utils/files';
import { isFailed } from '../failedRun';
import type { FinalRun } from '../failedRun';
import type { ExperimentResult } from '../result';
import { fits } from './filter';
import type { RunFilter } from './filter';
import { Leases } from './leases';
import { DamagedFile, readRunFile, runFileText } from './runFile';
import { Sessions } from './sessions';
import { StoreSession } from './storeSession';
import { Unfinished } from './unfinished';

/** Options of `openStore`. */
export interface StoreOptions {
  /** After how many seconds without a sign of life a process of another machine counts as ended; default 60. */
  leaseSeconds?: number;
  /** Hears what is worth knowing, e.g. that a damaged file was set aside; default `console.warn`. */
  warn?: (message: string) => void;
}

const RUN_FILE = /^([0-9a-f]{16})(\.failed)?\.json$/;

/**
 * Opens the store of runs in a folder, which is made when the first run is written.
 *
 * @param folder default `.cache/runs` in the project (the user's cache where this package is installed in another project)
 * @param options `leaseSeconds` and `warn`
 * @throws when there is something else, or no place to write
 * @example const store = openStore('runs'); const outcomes = await withStore(localProcesses(), store).run(plan);
 */
export function openStore(folder?: string, options: StoreOptions = {}): RunStore {
  const settings = withDefaults<Required<StoreOptions>>('openStore', options, {
    leaseSeconds: 60,
    warn: (message) => console.warn(message),
  });
  checkNumber('openStore', 'leaseSeconds', settings.leaseSeconds, { min: 0.1 });
  checkFunction('openStore', 'warn', settings.warn, '(message) => console.warn(message)');
  if (folder !== undefined) checkText('openStore', 'folder', folder);
  const place = folder ?? resultsFolder('runs');
  if (place === undefined) throw problem('openStore', 'no folder for results can be written', 'name one');
  checkFolder(place);
  return new RunStore(resolve(place), settings);
}

/**
 * Runs in a folder: one file each, named by the run's id, `ID.json` where it is finished and `ID.failed.json` where it failed.
 * A file is written whole or not at all and carries a checksum; any number of processes, on any number of machines, may use the
 * folder at once. See `openStore`.
 */
export class RunStore {
  private readonly sessions: Sessions;
  private readonly leases: Leases;

  /**
   * @param folder absolute path
   * @param options see `StoreOptions`
   */
  constructor(
    /** Its absolute path. */
    readonly folder: string,
    private readonly options: Required<StoreOptions>,
  ) {
    this.sessions = new Sessions(join(folder, 'sessions'), options.leaseSeconds);
    this.leases = new Leases(join(folder, 'leases'), this.sessions);
  }

  /** Ids of all runs, finished or failed. */
  ids(): string[] {
    const found = this.list().flatMap((name) => RUN_FILE.exec(name)?.[1] ?? []);
    return [...new Set(found)].sort();
  }

  /**
   * What became of a run; undefined where nothing is known of it. A file that is not whole is told to `warn` and moved to the
   * folder `damaged`.
   *
   * @throws when a later version of the library wrote the file
   */
  get(id: string): FinalRun | undefined {
    return this.finished(id) ?? this.read(id, true);
  }

  /** The result of a run; undefined where it is not finished. Otherwise as `get`. */
  finished(id: string): ExperimentResult | undefined {
    return this.read(id, false) as ExperimentResult | undefined;
  }

  /** All runs, in the order of their ids, read one by one. */
  *runs(): Generator<FinalRun, void, undefined> {
    for (const id of this.ids()) {
      const run = this.get(id);
      if (run) yield run;
    }
  }

  /**
   * The runs that fit, in the order of their ids; figures of runs take them as they are (one stream at a time).
   *
   * @param filter default all
   * @throws when the filter has an unknown field or a value that cannot be meant
   * @example show(metricBarsFigure(openStore('runs').select({ studies: ['class-incremental'] })))
   */
  select(filter?: RunFilter): FinalRun[] {
    return [...this.runs()].filter(fits('select', filter));
  }

  /**
   * Announces this process, so that it can claim runs and write. End it with `end()`.
   *
   * @throws when the folder cannot be written
   */
  enter(): StoreSession {
    try {
      mkdirSync(join(this.folder, 'leases'), { recursive: true });
      return new StoreSession(this.sessions, this.leases, this.options, new Unfinished(this.folder), (run, through) =>
        this.write(run, through),
      );
    } catch (error) {
      throw problem(this.folder, `it cannot be written: ${(error as Error).message}`, 'free some space, or name another folder');
    }
  }

  /** One line for notebooks and the console. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `RunStore (${this.folder}: ${this.ids().length} runs)`;
  }

  private write(run: FinalRun, through: string): void {
    writeWhole(this.pathOf(run.id, isFailed(run)), runFileText(run), through);
    if (!isFailed(run)) rmSync(this.pathOf(run.id, true), { force: true });
  }

  private read(id: string, failed: boolean): FinalRun | undefined {
    const path = this.pathOf(id, failed);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw problem(path, `it cannot be read: ${(error as Error).message}`);
    }
    try {
      const run = readRunFile(path, text);
      if (run.id !== id || isFailed(run) !== failed) throw new DamagedFile(`it holds run ${run.id}`);
      return run;
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error;
      this.setAside(path, error.message);
      return undefined;
    }
  }

  private setAside(path: string, reason: string): void {
    const name = path.slice(this.folder.length + 1);
    const place = join('damaged', `${name}-${randomBytes(3).toString('hex')}`);
    try {
      mkdirSync(join(this.folder, 'damaged'), { recursive: true });
      renameSync(path, join(this.folder, place));
      this.options.warn(`${path}: ${reason}; it was moved to ${place}, and its run counts as not made`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // another process was faster
      this.options.warn(`${path}: ${reason}; its run counts as not made (${(error as Error).message})`);
    }
  }

  private pathOf(id: string, failed: boolean): string {
    return join(this.folder, `${id}${failed ? '.failed' : ''}.json`);
  }

  private list(): string[] {
    try {
      return readdirSync(this.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw problem(this.folder, `it cannot be read: ${(error as Error).message}`);
    }
  }
}

/** Throws where a folder of other things would become a store. */
function checkFolder(folder: string): void {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) throw problem(folder, 'it is a file', 'name a folder for the store');
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  if (names.length === 0 || names.includes('leases') || names.some((name) => RUN_FILE.test(name))) return;
  throw problem(folder, `it holds other things (${names.slice(0, 3).join(', ')})`, 'name an empty folder, a new one or a store');
}
