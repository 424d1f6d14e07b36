#!/usr/bin/env node
import { localProcesses } from '../../experiments/executors/localProcesses';
import { failedRun, isFailed } from '../../experiments/failedRun';
import type { FinalRun } from '../../experiments/failedRun';
import { runName } from '../../experiments/plan';
import type { PlannedRun } from '../../experiments/plan';
import { openStore, withStore } from '../../experiments/store';
import { claimFile } from '../../utils/fileLock';
import { checkWritable } from '../../utils/files';
import { visibleLine } from '../../utils/visible';
import { EXIT_CODES, onInterrupt } from '../interrupt';
import { progressDisplay } from '../terminal';
import { commandText, readTuneArguments, tuneCommand } from './arguments';
import type { TuneArguments } from './arguments';
import { chooseOptions, diverges } from './choose';
import { planTuning } from './plan';
import type { Tuning } from './plan';
import { presetOf } from './presetOf';
import { presetsThere, writePresets } from './presetsFile';
import { tuningTable } from './table';

/** What was asked for, as presets tell it. */
const COMMAND = commandText(process.argv.slice(2));

const command = tuneCommand();

async function main(): Promise<number> {
  const given = readTuneArguments(command, process.argv);
  const { tunings, notes } = planTuning(given.request);
  notes.forEach(note);
  if (tunings.length === 0) return 1;
  checkWritable(given.presets);
  presetsThere(given.presets); // what cannot be read is not replaced, and said before anything runs
  const release = claimFile(given.presets);
  try {
    return await search(tunings, given);
  } finally {
    release();
  }
}

function note(text: string): void {
  console.error(`note: ${visibleLine(text)}`);
}

/** Runs what is not in the store, prints the tables and writes the presets. Returns the exit code. */
async function search(tunings: readonly Tuning[], given: TuneArguments): Promise<number> {
  const plan = tunings.flatMap(({ points }) => points.flatMap(({ runs }) => runs));
  const store = openStore(given.store, { warn: note });
  const display = progressDisplay(plan);
  const tell = (text: string) => display.note(`note: ${text}`);
  const workers = Math.max(1, Math.min(given.workers, plan.length));
  const executor = withStore(localProcesses({ workers }), store, { force: given.force, note: tell });
  const interrupted = onInterrupt(() => void executor.stop());
  const final = new Map<string, FinalRun>();
  await executor.run(plan, {
    ...display,
    finished(id, result) {
      final.set(id, result);
      display.finished(id, result);
    },
    failed(id, reason) {
      final.set(id, failedRun(runOf(plan, id), reason));
      display.failed(id, reason);
    },
  });
  display.close();
  const all = report(tunings, [...final.values()], given);
  console.log(`Store: ${store.folder}`);
  const broken = [...final.values()].filter(isFailed).filter((run) => !diverges(run));
  for (const run of broken) console.error(`\nFailed: ${runName(run)}: ${visibleLine(run.failed)}`);
  if (executor.notStored !== undefined) console.error(`\nNot stored: ${executor.notStored}`);
  if (interrupted.by) console.error(`\nInterrupted: ${final.size} of ${plan.length} runs are finished; the next call goes on.`);
  return interrupted.by ? EXIT_CODES[interrupted.by] : all && broken.length === 0 && !executor.notStored ? 0 : 1;
}

function runOf(plan: readonly PlannedRun[], id: string): PlannedRun {
  return plan.find((run) => run.id === id)!;
}

/** Prints the tables and writes the presets. Returns whether options were chosen in every search. */
function report(tunings: readonly Tuning[], runs: readonly FinalRun[], { presets: file, alsoFor }: TuneArguments): boolean {
  const outcomes = tunings.map((tuning) => chooseOptions(tuning, runs));
  for (const outcome of outcomes) console.log(`\n${tuningTable(outcome)}`);
  const presets = outcomes.flatMap((outcome) => presetOf(outcome, COMMAND, alsoFor) ?? []);
  if (presets.length > 0) writePresets(file, presets);
  console.log(`\nPresets: ${presets.length === 0 ? 'none' : `${presets.length} in ${file}`}`);
  return presets.length === tunings.length;
}

// A program that reads the output and ends early (`| head`) does not take the presets along.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

process.once('disconnect', () => process.exit(1)); // whoever started it over a channel is gone
main().then(
  (code) => process.exit(code),
  (error: Error) => command.error(`error: ${error.message}`),
);
