import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { datasetFromTable, readCsv } from '../../src/data';
import { readResults, type ExperimentResult, type FinalRun } from '../../src/experiments';
import { failedRun } from '../../src/experiments/failedRun';
import { collectResults } from '../../src/experiments/results';
import { DamagedFile, readRunFile, runFileText } from '../../src/experiments/store/runFile';
import { runRowsOf } from '../../src/experiments/store/runRow';
import { csvOf } from '../../src/benchmark/results/csv';
import { reportPage } from '../../src/benchmark/results/page';
import { tablesOf } from '../../src/benchmark/rows';
import { runsTable } from '../../src/benchmark/tables';
import { ExperienceReplay } from '../../src/methods';
import { Model, type SingleHeadMLP } from '../../src/models';
import type { TrainerState } from '../../src/training';
import { problem } from '../../src/utils/errors';
import type { RandomStream } from '../../src/utils/random';
import { planned, result } from '../experiments/fixtures';
import { content, experiment } from '../experiments/version1';
import { easyStream, smallModel } from '../methods/fixtures';
import { damaged } from './damage';
import { damagedValues } from './damagedValues';

/** A kind of file: how a corrupted one is made, and how it is read. */
export interface Reader {
  corrupt(random: RandomStream): string | Uint8Array;
  /** Reads a file and uses all of it; throws what the reader throws, and where what was read is not right. */
  read(file: string): unknown;
}

/** Half of the faults in its bytes, half of them in its values. */
const corruptText = (content: unknown) => (random: RandomStream) =>
  random.uniform() < 0.5 ? damaged(Buffer.from(JSON.stringify(content)), random) : JSON.stringify(damagedValues(content, random));

/** JSON that a user reads: a syntax error is told by `JSON.parse`. */
function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw problem(file, 'it is no JSON');
  }
}

const finished = (changes: Partial<ExperimentResult> = {}) =>
  result(
    { losses: [{ task: 0, firstStep: 0, steps: 2, every: 1, losses: [0.7, 0.6] }], ...changes },
    planned({ seed: changes.seed ?? 1 }),
  );

/** A store's file with a right checksum, whatever it holds. */
function sealed(run: unknown): string {
  const text = JSON.stringify(run) ?? '{}';
  const checksum = createHash('sha256').update(text).digest('hex');
  return `{"format":"continual-learning run","formatVersion":1,"checksum":"${checksum}","run":${text}}\n`;
}

/** Everything that is made of runs. */
function useRuns(runs: readonly FinalRun[]): void {
  for (const { runs: own } of tablesOf(runs)) runsTable(own);
  csvOf(runRowsOf(runs));
  reportPage(runs, { store: 'store', date: '2026-01-01' });
}

function readAndUseResults(file: string): void {
  const { experiments, failed = [] } = readResults(file);
  if (experiments.length + failed.length > 0) useRuns([...experiments, ...failed]);
}

const OPTIONS = { capacity: 20, epochs: 2, seed: 1 };

/** A trainer in the middle of its second task. */
async function trained(): Promise<ExperienceReplay> {
  const trainer = new ExperienceReplay(smallModel('SingleHeadMLP') as SingleHeadMLP, OPTIONS);
  const stop = { get aborted() { return trainer.tracker!.matrix[0][0] !== null; } }; // prettier-ignore
  await assert.rejects(trainer.runSequence(easyStream('class-incremental'), { signal: stop }), { name: 'TrainingInterrupted' });
  return trainer;
}

/** The kinds of files. */
export const READERS: Readonly<Record<string, () => Reader | Promise<Reader>>> = {
  CSV: () => {
    const text = `a,b,kind,label\n${Array.from({ length: 20 }, (_, i) => `${i},${i * 0.5},"k, ${i % 2}",${i % 3 ? 'yes' : 'no'}`).join('\n')}\n`;
    return {
      corrupt: (random) => damaged(Buffer.from(text), random),
      read: (file) => datasetFromTable(readCsv(file), { label: 'label', categorical: ['kind'] }),
    };
  },
  'results files, used': () => {
    const runs = [finished({ seed: 1 }), finished({ seed: 2 }), failedRun(planned({ seed: 3 }), 'out of memory')];
    return { corrupt: corruptText(collectResults(runs)), read: readAndUseResults };
  },
  'results files of version 1, used': () => ({ corrupt: corruptText(content(experiment, experiment)), read: readAndUseResults }),
  'store files, used': () => {
    const text = runFileText(finished());
    const { run } = JSON.parse(text) as { run: object };
    return {
      corrupt: (random) => (random.uniform() < 0.5 ? damaged(Buffer.from(text), random) : sealed(damagedValues(run, random))),
      read: (file) => {
        try {
          useRuns([readRunFile(file, readFileSync(file, 'utf8'))]);
        } catch (error) {
          throw error instanceof DamagedFile ? problem(file, error.message) : error;
        }
      },
    };
  },
  'models as JSON': async () => ({
    corrupt: corruptText((await trained()).model.state()),
    read: (file) => Model.from(parsed(file) as never).dispose(),
  }),
  'trainers as JSON': async () => {
    const state = (await trained()).state();
    return {
      corrupt: corruptText(state),
      read: (file) => {
        const trainer = new ExperienceReplay(smallModel('SingleHeadMLP') as SingleHeadMLP, OPTIONS);
        try {
          trainer.restore(parsed(file) as TrainerState);
        } finally {
          trainer.dispose();
          trainer.model.dispose();
        }
      },
    };
  },
};
