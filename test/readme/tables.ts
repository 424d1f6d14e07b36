import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { STUDIES } from '../../src/benchmark';
import { benchmarkCommand } from '../../src/benchmark/arguments';
import { readResults } from '../../src/experiments';
import type { BenchmarkResults, ExperimentResult } from '../../src/experiments';
import { methodCompatibility, METHODS } from '../../src/methods';
import { architectureCompatibility, architectureNames } from '../../src/models';
import { SCENARIOS } from '../../src/scenarios';
import type { Compatibility } from '../../src/scenarios';
import type { ScenarioName } from '../../src/data';
import { formatDuration, formatNumber } from '../../src/utils/format';
import type { BenchResult } from '../bench/bench';
import { parseOptions } from '../bench/options';
import { verdict } from '../bench/report';
import { readResults as readBench } from '../bench/results';

export const ROOT = join(__dirname, '..', '..', '..');
const MEASURED = join(ROOT, 'test', 'readme', 'measured.json');
const BENCH = join(ROOT, 'test', 'bench', 'measured.json');
const NAMES = Object.keys(SCENARIOS) as ScenarioName[];
const SIGN = { yes: '✓', possible: '(✓)', no: '✗' };

/** Markdown of a table: first row head. */
function markdown(rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(rows[0]), line(rows[0].map(() => '---')), ...rows.slice(1).map(line)].join('\n');
}

function cell({ fit, reason }: Compatibility): string {
  return `${SIGN[fit]} ${reason}`;
}

/** The tables of the documents by name; what stands between `<!-- table: name -->` and `<!-- end -->` has to be this. */
export const TABLES: Record<string, () => string> = {
  scenarios: () =>
    markdown([
      ['Scenario', 'Question at test time', 'Task id at test', 'Outputs that compete'],
      ...NAMES.map((name) => [
        name,
        SCENARIOS[name].question,
        SCENARIOS[name].taskIdAtTest ? 'known' : 'hidden',
        SCENARIOS[name].outputs,
      ]),
    ]),
  architectures: () =>
    markdown([
      ['Architecture', ...NAMES],
      ...architectureNames()
        .filter((name) => name !== 'MLP') // what the others are built on
        .map((name) => [`\`${name}\``, ...NAMES.map((scenario) => cell(architectureCompatibility(name, scenario)))]),
    ]),
  methods: () =>
    markdown([
      ['Method', 'Use when', 'Breaks when', 'Rule of thumb'],
      ...METHODS.map(({ label, name, useWhen, breaksWhen, ruleOfThumb }) => [
        `${label} (\`${name}\`)`,
        useWhen,
        breaksWhen,
        ruleOfThumb,
      ]),
    ]),
  'method-scenarios': () =>
    markdown([
      ['Method', ...NAMES],
      ...METHODS.map(({ label, name }) => [label, ...NAMES.map((scenario) => cell(methodCompatibility(name, scenario)))]),
    ]),
  ...Object.fromEntries(
    STUDIES.map(({ name }) => [`results ${name}`, () => (name === 'forward-transfer' ? transfer(of(name)) : study(of(name)))]),
  ),
  measured: () => {
    const { machine, versions, backend } = measured();
    return `Seed 42, hidden layers [256, 256], 5 tasks, 5 epochs, batches of 64, SGD with lr 0.01 and momentum 0.9. Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; Node ${versions.node}, ${backend}, one thread a run, two runs side by side.`;
  },
  'benchmark options': () => optionsIn(benchmarkCommand().helpInformation()),
  'bench options': () => {
    let help = '';
    assert.throws(() => parseOptions(['--help'], (text) => void (help += text)));
    return optionsIn(help);
  },
  speed: () => {
    const engines = ['native', 'native-op-by-op', 'wasm', 'stock-tfjs', 'pytorch', 'jax-scan'];
    const { steps } = bench();
    const one = (engine: string, method: string) =>
      steps.find((each) => each.engine === engine && each.method === method && each.threads === 1);
    return markdown([
      [
        'Method',
        'This library',
        'Op by op',
        'On WebAssembly',
        'tfjs-node as it comes',
        'PyTorch',
        'JAX, scan',
        'This library / PyTorch',
      ],
      ...Object.entries(STEP_LABELS)
        .filter(([method]) => one('native', method))
        .map(([method, label]) => [
          label,
          ...engines.map((engine) => one(engine, method)?.msPerStep.toFixed(2) ?? '–'),
          one('native', method)?.toPytorch?.toFixed(2) ?? '–',
        ]),
    ]);
  },
  'speed by machine': () => {
    const methods = Object.entries(STEP_LABELS).filter(([method]) =>
      benches().some((each) => stepRatio(each, method, 'PyTorch')),
    );
    const rows = (['PyTorch', 'JAX'] as const).flatMap((rival) =>
      benches().map((each) => [
        machineName(each),
        rival,
        ...methods.map(([method]) => stepRatio(each, method, rival)?.toFixed(2) ?? '–'),
      ]),
    );
    return markdown([['Machine', 'This library /', ...methods.map(([, label]) => label)], ...rows]);
  },
  targets: () =>
    markdown([
      ['Ratio', 'Target: at most', 'Measured', ''],
      ...bench().targets.map(({ what, limit, measured: ratio }) => [
        what,
        limit.toFixed(2),
        ratio?.toFixed(2) ?? '–',
        verdict(limit, ratio),
      ]),
    ]),
  'studies speed': () =>
    markdown([
      ['Engine', 'Processes', 'Wall time', 'Most memory of a process'],
      ...bench().studies.map(({ engine, workers, seconds, peakMb }) => [
        engine === 'native' ? 'this library' : 'PyTorch',
        String(workers),
        formatDuration(seconds),
        peakMb === undefined ? '–' : `${peakMb.toFixed(0)} MB`,
      ]),
    ]),
  growth: () => {
    const curves = new Map<string, string[]>();
    for (const { method, variable, engine, value, msPerStep } of bench().growth) {
      const name = `${STEP_LABELS[method] ?? 'EWC, online'} | ${GROWS_WITH[variable]} | ${engine === 'native' ? 'this library' : 'PyTorch'}`;
      curves.set(name, [...(curves.get(name) ?? []), `${value}: ${msPerStep.toFixed(2)}`]);
    }
    return markdown([
      ['Method', 'Grows with', 'Engine', 'Size: ms a step'],
      ...[...curves].map(([name, points]) => [name, points.join(', ')]),
    ]);
  },
  'bench machine': () => {
    const { machine, engines } = bench();
    const version = (name: string) => engines.find((engine) => engine.name === name)?.version ?? 'not measured';
    return `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node.replace('v', '')}, ${version('native')}, PyTorch ${version('pytorch')}, JAX ${version('jax-scan')}; ${machine.date.slice(0, 10)}.`;
  },
};

/** The options that the help of a command lists, however wide it is printed. */
function optionsIn(help: string): string {
  const lines = help.slice(help.indexOf('\nOptions:')).split('\n').slice(2);
  const rows = lines.reduce<string[][]>((found, line) => {
    const [, flags, text] = /^ {2}(-\S.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
    if (flags) return [...found, [`\`${flags}\``, text ?? '']];
    const [name, before] = found.pop()!;
    return [...found, [name, `${before} ${line.trim()}`.trim()]];
  }, []);
  const plain = rows.map((row) => row.map((cell) => cell.replaceAll(`${ROOT}${sep}`, '').replaceAll('|', '\\|')));
  return markdown([['Option', 'Meaning'], ...plain]);
}

/** The methods of the bench as the tables name them. */
const STEP_LABELS: Record<string, string> = {
  naive: 'Naive',
  ewc: 'EWC',
  er: 'ER',
  gem: 'GEM, every step projected',
  'gem-agree': 'GEM, no step projected',
  pnn: 'PNN',
  'conv-er-first': 'Convolutional, first task',
  'conv-er': 'Convolutional, ER',
};
const GROWS_WITH = { tasks: 'past tasks', batch: 'samples a batch', width: 'width of the hidden layers' };

/** Of the first machine, which most tables show. */
function bench(): BenchResult {
  return benches()[0];
}

function benches(): BenchResult[] {
  checkThere(BENCH, 'npm run bench -- --python PATH --out test/bench');
  return readBench(BENCH);
}

function machineName({ machine: { cpu, vectors, cores, date } }: BenchResult): string {
  return `${cpu}${vectors ? ` (${vectors})` : ''}, ${cores} cores, ${date}`;
}

/** This library's step to a rival's, one core each. Results from before the bench compared with JAX by rounds: the ratio of the medians. */
function stepRatio({ steps }: BenchResult, method: string, rival: 'PyTorch' | 'JAX'): number | undefined {
  const one = (engine: string) => steps.find((each) => each.engine === engine && each.method === method && each.threads === 1);
  const own = one('native');
  if (!own || rival === 'PyTorch') return own?.toPytorch;
  const jax = one('jax-scan');
  return own.toJax ?? (jax && own.msPerStep / jax.msPerStep);
}

function measured(): BenchmarkResults {
  checkThere(MEASURED, 'npm run benchmark -- --json test/readme/measured.json');
  return readResults(MEASURED);
}

function checkThere(file: string, command: string): void {
  if (!existsSync(file)) throw new Error(`${file} is missing; make it with: ${command}`);
}

function of(name: string): ExperimentResult[] {
  return measured().experiments.filter((result) => result.study === name);
}

function study(results: ExperimentResult[]): string {
  return markdown([
    ['Method', 'ACC', 'BWT', 'FM', 'Runtime'],
    ...results.map(({ label, metrics, seconds }) => [
      label,
      formatNumber(metrics.acc),
      formatNumber(metrics.bwt),
      formatNumber(metrics.fm),
      formatDuration(seconds),
    ]),
  ]);
}

function transfer(results: ExperimentResult[]): string {
  const steps = results[0].learningCurves!.afterSteps.map(([step]) => (step === 1 ? 'after 1 step' : `${step} steps`));
  const rows = results.flatMap(({ label, learningCurves: report }) => [
    [
      label,
      'after earlier tasks',
      formatNumber(report!.zeroShot),
      formatNumber(report!.lca),
      ...report!.afterSteps.map(([, value]) => formatNumber(value)),
    ],
    ['', 'from scratch', '–', formatNumber(report!.lcaScratch), ...report!.afterSteps.map(([, , value]) => formatNumber(value))],
  ]);
  return markdown([['Method', 'Start', 'Zero-shot', 'LCA@10', ...steps], ...rows]);
}
