#!/usr/bin/env node
import type { Executor } from '../experiments/executors/executor';
import { localProcesses } from '../experiments/executors/localProcesses';
import { withoutPassword } from '../experiments/executors/queue/address';
import { viaQueue } from '../experiments/executors/viaQueue';
import { failedRun, isFailed, isFinished } from '../experiments/failedRun';
import type { FinalRun } from '../experiments/failedRun';
import { runName } from '../experiments/plan';
import type { PlannedRun } from '../experiments/plan';
import { shardPlan } from '../experiments/shard';
import { openStore, withStore } from '../experiments/store';
import type { RunStore, StoringExecutor } from '../experiments/store';
import { benchmarkCommand, readArguments } from './arguments';
import type { Arguments } from './arguments';
import { EXIT_CODES, onInterrupt } from './interrupt';
import { madeElsewhere } from './madeElsewhere';
import { planExperiments } from './plan';
import { STUDIES } from './presets';
import { ResultsFile } from './resultsFile';
import { learningCurvesTable, studyTable, zeroShotTable } from './tables';
import { progressDisplay } from './terminal';
import { hideArguments } from './title';
import { readPresets } from './tune/presetsFile';
import { notesOnPresets } from './tunedRows';
import { Writer } from './writer';
import { visibleLine } from '../utils/visible';

/** What was asked for, as results files tell it. */
const COMMAND = withoutPassword(['benchmark', ...process.argv.slice(2)].join(' '));

const command = benchmarkCommand();

async function main(): Promise<number> {
  const given = readArguments(command, process.argv);
  const presets = given.presets === undefined ? [] : readPresets(given.presets === true ? undefined : given.presets);
  const all = planExperiments({ ...given.request, presets });
  const plan = given.shard ? shardPlan(all, given.shard.index, given.shard.count) : all;
  const store = given.store === false ? undefined : openStore(given.store, { warn: note });
  const file = given.json === undefined ? undefined : openFile(given.json, plan, given.overwrite, store);
  given.notes.forEach(note);
  if (given.presets !== undefined) notesOnPresets(all, presets).forEach(note);
  if (file?.note !== undefined) note(file.note);
  if (given.shard) note(`part ${given.shard.index} of ${given.shard.count}: ${plan.length} of ${all.length} runs`);
  try {
    return await runAll(plan, store, file, given);
  } finally {
    file?.close();
  }
}

function openFile(json: string, plan: readonly PlannedRun[], overwrite: boolean, store: RunStore | undefined): ResultsFile {
  const isKept = (id: string) => store?.finished(id) !== undefined;
  return new ResultsFile(json, plan, { overwrite, command: COMMAND, isKept });
}

function note(text: string): void {
  console.error(`note: ${text}`);
}

/** The processes of this machine, or a queue for others. */
function executorFor({ workers, queue, force }: Arguments, plan: readonly PlannedRun[], tell: (text: string) => void): Executor {
  if (queue === undefined) return localProcesses({ workers: Math.max(1, Math.min(workers, plan.length)) });
  return viaQueue({ ...(queue !== true && { url: queue }), force, note: tell });
}

/** Runs everything, prints the tables and writes the file; what is finished is never lost. Returns the exit code. */
async function runAll(
  plan: PlannedRun[],
  store: RunStore | undefined,
  file: ResultsFile | undefined,
  given: Arguments,
): Promise<number> {
  const final = new Map<string, FinalRun>();
  const runs = () => plan.flatMap(({ id, label, study }) => (final.has(id) ? [{ ...final.get(id)!, label, study }] : []));
  const display = progressDisplay(plan);
  const tell = (text: string) => display.note(`note: ${text}`);
  const place = executorFor(given, plan, tell);
  const executor = store ? withStore(place, store, { force: given.force, note: tell }) : place;
  const interrupted = onInterrupt(() => void executor.stop());
  const writer = new Writer(() => file?.write(runs()));
  await executor.run(plan, {
    ...display,
    finished(id, result) {
      final.set(id, result);
      writer.write();
      display.finished(id, result);
    },
    failed(id, reason) {
      final.set(
        id,
        failedRun(
          plan.find((run) => run.id === id)!,
          reason,
        ),
      );
      writer.write();
      display.failed(id, reason);
    },
  });
  writer.writeLast();
  display.close();
  const ended = runs();
  report(ended, store, file);
  const failures = ended.filter(isFailed);
  const finished = ended.length - failures.length;
  if (interrupted.by) console.error(`\nInterrupted: ${finished} of ${plan.length} experiments are finished.`);
  for (const run of failures) console.error(`\nFailed: ${runName(run)}: ${visibleLine(run.failed)}`);
  const notStored = store && (executor as StoringExecutor).notStored;
  if (notStored !== undefined) console.error(`\nNot stored: ${notStored}`);
  if (writer.problem) console.error(`\nNot written: ${writer.problem.message}`);
  return interrupted.by ? EXIT_CODES[interrupted.by] : failures.length > 0 || notStored || writer.problem ? 1 : 0;
}

function report(runs: FinalRun[], store: RunStore | undefined, file: ResultsFile | undefined): void {
  for (const { name } of STUDIES) {
    const own = runs.filter(({ study }) => study === name);
    if (own.length === 0) continue;
    console.log(`\n${studyTable(name, own)}`);
    if (own.some((run) => isFinished(run) && run.learningCurves))
      console.log(`\n${zeroShotTable(own)}\n\n${learningCurvesTable(own)}`);
  }
  const others = madeElsewhere(runs);
  if (others) note(others);
  if (file?.whereabouts !== undefined) console.log(`\nResults: ${file.whereabouts}`);
  if (store) console.log(`${file?.whereabouts === undefined ? '\n' : ''}Store: ${store.folder}`);
}

hideArguments('continual-learning benchmark');
// A program that reads the output and ends early (`| head`) does not take the results along.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

process.once('disconnect', () => process.exit(1)); // whoever started it over a channel is gone
main().then(
  (code) => process.exit(code),
  (error: Error) => command.error(`error: ${error.message}`),
);
