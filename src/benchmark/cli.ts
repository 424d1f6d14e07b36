#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { METHODS } from '../methods';
import { problem } from '../utils/errors';
import type { DatasetName, Experiment, ExperimentResult } from '../experiments/run';
import { processPool } from '../experiments/executors/localProcesses';
import { planExperiments, QUICK, STUDIES } from './presets';
import { collectResults, writeResults } from '../experiments/results';
import { studyTable, transferTable, zeroShotTable } from './tables';
import { progressDisplay } from './terminal';

const DATASETS: DatasetName[] = ['split-mnist', 'permuted-mnist', 'split-fashion-mnist', 'rotated-mnist'];

interface CliOptions {
  scenario?: string[];
  dataset?: DatasetName;
  method?: string[];
  seeds: number[];
  epochs?: number;
  limit?: number;
  data: 'real' | 'synthetic';
  workers: number;
  json: string;
  quick?: boolean;
}

const program = new Command('benchmark')
  .description('Runs the four studies (task-, domain-, class-incremental, forward transfer) and prints their tables.')
  .addOption(new Option('--scenario <name...>', 'studies to run').choices(STUDIES.map(({ name }) => name)))
  .addOption(new Option('--dataset <name>', "data set in place of the studies' own").choices(DATASETS))
  .addOption(new Option('--method <name...>', 'methods to run').choices(METHODS.map(({ name }) => name)))
  .option('--seeds <list>', 'seeds, separated by commas', listOfWholeNumbers, [42])
  .option('--epochs <n>', 'epochs a task (default: 5)', positive)
  .option('--limit <n>', 'training images a task (default: all)', positive)
  .addOption(
    new Option('--data <kind>', 'real images, or random pixels as in the original tables')
      .choices(['real', 'synthetic'])
      .default('real'),
  )
  .option('--workers <n>', 'processes side by side', positive, availableParallelism())
  .option('--json <file>', 'where the results go', 'results.json')
  .option(
    '--quick',
    `under a minute: ${QUICK.epochs} epoch, ${QUICK.limitPerTask} training and ${QUICK.testLimitPerTask} test images a task`,
  )
  .showHelpAfterError('(--help shows all options)');

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}

function listOfWholeNumbers(text: string): number[] {
  const values = text.split(',').map((part) => Number(part.trim() || NaN));
  if (values.every(Number.isInteger)) return values;
  throw new InvalidArgumentError('They must be whole numbers separated by commas, e.g. 42,43,44.');
}

/** An impossible results file is an error before the first experiment, not after it. */
function checkWritable(file: string): void {
  const folder = dirname(resolve(file));
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw problem('--json', `cannot write into ${folder}`, 'name a file in an existing folder');
  }
  if (existsSync(file) && statSync(file).isDirectory()) throw problem('--json', `${file} is a folder`, 'name a file');
}

async function main(): Promise<number> {
  const options = program.parse().opts<CliOptions>();
  const { scenario, method, dataset, workers, json, ...request } = options;
  const experiments = planExperiments({ ...request, studies: scenario, methods: method, dataset });
  checkWritable(json);
  return runAll(experiments, Math.min(workers, experiments.length), json);
}

/** Runs everything, prints the tables and writes the file; what is finished is never lost. Returns the exit code. */
async function runAll(experiments: Experiment[], workers: number, file: string): Promise<number> {
  const results = new Map<Experiment, ExperimentResult>();
  const failures: string[] = [];
  const display = progressDisplay(experiments);
  const executor = processPool(workers);
  let interrupted = false;
  onInterrupt(() => {
    interrupted = true;
    void executor.stop();
  });
  const inOrder = () => experiments.flatMap((experiment) => results.get(experiment) ?? []);
  await executor.run(experiments, {
    ...display,
    finished(experiment, result) {
      results.set(experiment, result);
      writeResults(file, collectResults(inOrder()));
      display.finished(experiment, result);
    },
    failed(experiment, reason) {
      failures.push(`${experiment.study} ${experiment.label}: ${reason}`);
      display.failed(experiment, reason);
    },
  });
  display.close();
  report(inOrder(), file);
  if (interrupted) console.error(`\nInterrupted: ${results.size} of ${experiments.length} experiments are finished.`);
  for (const failure of failures) console.error(`\nFailed: ${failure}`);
  return interrupted ? 130 : failures.length ? 1 : 0;
}

/** One Ctrl-C may arrive several times, through the terminal, npm and a shell; pressed again after a second, it ends at once. */
function onInterrupt(stop: () => void): void {
  let first = 0;
  process.on('SIGINT', () => {
    if (first === 0) {
      first = Date.now();
      stop();
    } else if (Date.now() - first > 1000) process.exit(130);
  });
}

function report(results: ExperimentResult[], file: string): void {
  for (const { name } of STUDIES) {
    if (!results.some(({ study }) => study === name)) continue;
    console.log(`\n${studyTable(name, results)}`);
    if (results.some(({ study, transferReport }) => study === name && transferReport)) {
      const own = results.filter(({ study }) => study === name);
      console.log(`\n${zeroShotTable(own)}\n\n${transferTable(own)}`);
    }
  }
  if (results.length) console.log(`\nResults: ${file}`);
}

main().then(
  (code) => process.exit(code),
  (error: Error) => program.error(`error: ${error.message}`),
);
