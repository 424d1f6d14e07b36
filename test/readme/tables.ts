import assert from 'node:assert/strict';
import { join, sep } from 'node:path';
import { STUDIES } from '../../src/benchmark';
import { benchmarkCommand } from '../../src/benchmark/arguments';
import { readResults } from '../../src/experiments';
import type { BenchmarkResults, ExperimentResult } from '../../src/experiments';
import { methodCompatibility, METHODS } from '../../src/methods';
import type { MethodEntry } from '../../src/methods';
import { architectureCompatibility, architectureNames } from '../../src/models';
import { SCENARIOS } from '../../src/scenarios';
import type { Compatibility } from '../../src/scenarios';
import type { ScenarioName } from '../../src/data';
import { TRAINER_DEFAULTS } from '../../src/training';
import { formatDuration, formatNumber } from '../../src/utils/format';
import { parseOptions } from '../bench/options';
import { smallModel } from '../methods/fixtures';
import { EVIDENCE_TABLES } from './evidenceTables';
import { checkThere, markdown, ROOT } from './markdown';
import { SPEED_TABLES } from './speedTables';

const MEASURED = join(ROOT, 'test', 'readme', 'measured.json');
const NAMES = Object.keys(SCENARIOS) as ScenarioName[];
const SIGN = { yes: '✓', possible: '(✓)', no: '✗' };

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
  'method options': () =>
    markdown([
      ['Method', 'Idea', 'Needs', 'Options (defaults)'],
      ...METHODS.map((entry) => [`${entry.label} (\`${entry.name}\`)`, entry.why, needsInWords(entry), ownOptions(entry)]),
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
  ...EVIDENCE_TABLES,
  ...SPEED_TABLES,
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

/** What a method cannot do without. */
function needsInWords({ needs }: MethodEntry): string {
  const { taskId, taskBoundaries, storedSamples, withoutSteps, architecture, notIn } = needs;
  const words = [
    ...(taskId === 'test' ? ['task id at test'] : []),
    ...(taskBoundaries ? ['task boundaries'] : []),
    ...(storedSamples ? ['stored samples'] : []),
    ...(withoutSteps ? ['no gradient steps'] : []),
    ...(architecture ? [architecture] : []),
    ...(notIn ? [`not ${Object.keys(notIn).join(', ')}`] : []),
  ];
  return words.join('; ') || '–';
}

/** The options of a fresh trainer that no other method has, with their values. */
function ownOptions({ create, needs }: MethodEntry): string {
  const model = smallModel(needs.architecture ?? (needs.taskId === 'test' ? 'MultiHeadMLP' : 'SingleHeadMLP'));
  const trainer = create(model);
  const common = new Set([...Object.keys(TRAINER_DEFAULTS), 'seed']);
  const own = Object.entries(trainer.options).filter(([name]) => !common.has(name));
  trainer.dispose();
  model.dispose();
  return own.map(([name, value]) => `${name} ${value === undefined ? 'none' : String(value)}`).join(', ') || '–';
}

function measured(): BenchmarkResults {
  checkThere(MEASURED, 'npm run benchmark -- --json test/readme/measured.json');
  return readResults(MEASURED);
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
