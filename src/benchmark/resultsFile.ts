import { existsSync, rmSync, statSync } from 'node:fs';
import { parse, join } from 'node:path';
import { isFinished } from '../experiments/failedRun';
import type { FinalRun } from '../experiments/failedRun';
import { hashOf } from '../experiments/identity';
import { collectResults, readResults, writeResults } from '../experiments/results';
import type { BenchmarkResults } from '../experiments/results';
import type { PlannedRun } from '../experiments/plan';
import { problem } from '../utils/errors';
import { claimFile } from '../utils/fileLock';
import { checkWritable } from '../utils/files';

/** How a benchmark writes its file. */
export interface ResultsFileOptions {
  /** Whether whatever is there may be replaced. */
  overwrite: boolean;
  /** The command, for the file. */
  command: string;
  /** Whether a run is kept elsewhere, so that the file may lose it; default none is. */
  isKept?: (id: string) => boolean;
}

/**
 * Where the results of a benchmark go while it runs. A smaller benchmark never takes the place of a larger one: as long as
 * fewer samples are trained than the old file tells of, what is finished goes into a file of its own beside it. Nor does one
 * take the place of other runs, unless these are kept elsewhere.
 */
export class ResultsFile {
  /** The file that was written last; undefined before the first. */
  place: string | undefined;
  private readonly partial: string;
  private readonly old: BenchmarkResults | undefined;
  private readonly release: () => void;

  /**
   * @param file where the results go
   * @param plan what is going to be run
   * @throws before anything runs: the file cannot be written, another process writes it, it holds a larger benchmark or runs
   *   that are neither planned nor kept elsewhere, or it is no results file; the last three not with `overwrite`
   */
  constructor(
    private readonly file: string,
    private readonly plan: readonly PlannedRun[],
    private readonly options: ResultsFileOptions,
  ) {
    checkWritable(file);
    const { dir, name, ext } = parse(file);
    this.partial = join(dir, `${name}.partial${ext}`);
    this.old = options.overwrite ? undefined : oldResults(file);
    if (this.old && samplesOf(this.old.experiments) > samplesOf(plan)) throw larger(file, this.old);
    if (this.old) this.refuseLoss(this.old);
    this.release = claimFile(file);
    rmSync(this.through, { force: true });
  }

  /** The file while it is written; one name, so that what a benchmark that was killed left half written is found by the next. */
  private get through(): string {
    const { dir, base } = parse(this.file);
    return join(dir, `.${hashOf(base)}.new`); // short: the name itself may be as long as names can be
  }

  /** What is to be known before the start; undefined where nothing is. */
  get note(): string | undefined {
    return this.old && existsSync(this.partial)
      ? `${this.partial}, left by a benchmark that did not end, will be replaced`
      : undefined;
  }

  /** Writes what is finished or has failed so far. Throws when that cannot be done; earlier results stay. */
  write(runs: readonly FinalRun[]): void {
    const fits = !this.old || samplesOf(runs.filter(isFinished)) >= samplesOf(this.old.experiments);
    const place = fits ? this.file : this.partial;
    writeResults(place, collectResults(runs, { command: this.options.command, planned: this.plan.length }), this.through);
    if (fits && this.place === this.partial) rmSync(this.partial, { force: true });
    this.place = place;
  }

  /** Where the results are, in words; undefined where none were written. */
  get whereabouts(): string | undefined {
    if (this.place !== this.partial) return this.place;
    return `${this.partial} (${this.file} keeps the larger benchmark it held)`;
  }

  /** Lets others write the file. */
  close(): void {
    this.release();
  }

  private refuseLoss({ experiments }: BenchmarkResults): void {
    const planned = new Set(this.plan.map(({ id }) => id));
    const { isKept = () => false } = this.options;
    const lost = experiments.filter(({ id }) => !planned.has(id) && !isKept(id));
    if (lost.length === 0) return;
    const which = `${lost.length} of its ${experiments.length} results`;
    const reason = `${this.file} holds other runs: ${which} are neither part of this benchmark nor in the store`;
    throw problem('--json', reason, 'name another file, or add --overwrite');
  }
}

function oldResults(file: string): BenchmarkResults | undefined {
  if (!existsSync(file) || statSync(file).size === 0) return undefined;
  try {
    return readResults(file);
  } catch (error) {
    throw problem(
      '--json',
      `the file is there and cannot be taken for old results (${(error as Error).message})`,
      'name another file, or add --overwrite',
    );
  }
}

function larger(file: string, { experiments, date }: BenchmarkResults): Error {
  const runs = experiments.length === 1 ? '1 run' : `${experiments.length} runs`;
  const from = date === undefined ? '' : ` of ${date.slice(0, 10)}`;
  return problem(
    '--json',
    `${file} holds a larger benchmark (${runs}${from}) than this one`,
    'name another file, or add --overwrite',
  );
}

function samplesOf(runs: readonly { id: string; samples: number }[]): number {
  return [...new Map(runs.map(({ id, samples }) => [id, samples])).values()].reduce((sum, samples) => sum + samples, 0);
}
