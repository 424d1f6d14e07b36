#!/usr/bin/env node
import { localProcesses } from '../experiments/executors/localProcesses';
import { runName } from '../experiments/plan';
import type { PlannedRun } from '../experiments/plan';
import type { ExperimentResult } from '../experiments/run';
import { benchmarkCommand, readArguments } from './arguments';
import { planExperiments } from './plan';
import { STUDIES } from './presets';
import { ResultsFile } from './resultsFile';
import { learningCurvesTable, studyTable, zeroShotTable } from './tables';
import { progressDisplay } from './terminal';

/** A signal that comes within this time of the first is the same one, sent once to the group and once to each process. */
const SAME_SIGNAL_MS = 1000;

const command = benchmarkCommand();

async function main(): Promise<number> {
  const { request, workers, json, overwrite, notes } = readArguments(command, process.argv);
  const plan = planExperiments(request);
  const file = new ResultsFile(json, plan, { overwrite, command: ['benchmark', ...process.argv.slice(2)].join(' ') });
  for (const note of [...notes, file.note]) if (note !== undefined) console.error(`note: ${note}`);
  try {
    return await runAll(plan, Math.min(workers, plan.length), file);
  } finally {
    file.close();
  }
}

/** Runs everything, prints the tables and writes the file; what is finished is never lost. Returns the exit code. */
async function runAll(plan: PlannedRun[], workers: number, file: ResultsFile): Promise<number> {
  const finished = new Map<string, ExperimentResult>();
  const results = () =>
    plan.flatMap(({ id, label, study }) => (finished.has(id) ? [{ ...finished.get(id)!, label, study }] : []));
  const display = progressDisplay(plan);
  const executor = localProcesses({ workers });
  const interrupted = onInterrupt(() => void executor.stop());
  let notWritten: Error | undefined;
  const write = () => {
    try {
      file.write(results());
      notWritten = undefined;
    } catch (error) {
      notWritten = error as Error; // the other runs go on, and the next one tries again
    }
  };
  const outcomes = await executor.run(plan, {
    ...display,
    finished(id, result) {
      finished.set(id, result);
      write();
      display.finished(id, result);
    },
  });
  if (notWritten) write();
  display.close();
  report(results(), file);
  const failures = plan.flatMap((run, i) => {
    const outcome = outcomes[i];
    return outcome.status === 'failed' ? [`${runName(run)}: ${outcome.reason}`] : [];
  });
  if (interrupted.by) console.error(`\nInterrupted: ${results().length} of ${plan.length} experiments are finished.`);
  for (const failure of failures) console.error(`\nFailed: ${failure}`);
  if (notWritten) console.error(`\nNot written: ${(notWritten as Error).message}`);
  return interrupted.by ? EXIT_CODES[interrupted.by] : failures.length > 0 || notWritten ? 1 : 0;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };

/** Hears Ctrl-C and the request to end; a later second one ends at once. */
function onInterrupt(stop: () => void): { by?: keyof typeof EXIT_CODES } {
  const state: { by?: keyof typeof EXIT_CODES } = {};
  let first = 0;
  for (const signal of Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[]) {
    process.on(signal, () => {
      if (state.by && performance.now() - first > SAME_SIGNAL_MS) process.exit(EXIT_CODES[signal]);
      if (state.by) return;
      state.by = signal;
      first = performance.now();
      stop();
    });
  }
  return state;
}

function report(results: ExperimentResult[], file: ResultsFile): void {
  for (const { name } of STUDIES) {
    const own = results.filter(({ study }) => study === name);
    if (own.length === 0) continue;
    console.log(`\n${studyTable(name, own)}`);
    if (own.some(({ learningCurves }) => learningCurves)) console.log(`\n${zeroShotTable(own)}\n\n${learningCurvesTable(own)}`);
  }
  if (file.whereabouts !== undefined) console.log(`\nResults: ${file.whereabouts}`);
}

// A program that reads the output and ends early (`| head`) does not take the results along.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

process.once('disconnect', () => process.exit(1)); // whoever started it over a channel is gone
main().then(
  (code) => process.exit(code),
  (error: Error) => command.error(`error: ${error.message}`),
);
