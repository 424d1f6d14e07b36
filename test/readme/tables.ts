import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STUDIES } from '../../src/benchmark';
import type { BenchmarkResults, ExperimentResult } from '../../src/benchmark';
import { methodCompatibility, METHODS } from '../../src/methods';
import { ARCHITECTURE_COMPATIBILITY, SCENARIOS } from '../../src/scenarios';
import type { Compatibility } from '../../src/scenarios';
import type { ScenarioName } from '../../src/data';
import { formatDuration, formatNumber } from '../../src/utils/format';

export const ROOT = join(__dirname, '..', '..', '..');
const MEASURED = join(ROOT, 'test', 'readme', 'measured.json');
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

/** The tables of the README by name; what stands between `<!-- table: name -->` and `<!-- end -->` has to be this. */
export const TABLES: Record<string, () => string> = {
  scenarios: () =>
    markdown([
      ['Scenario', 'Question at test time', 'Task id at test', 'Outputs that compete'],
      ...NAMES.map((name) => [name, SCENARIOS[name].question, SCENARIOS[name].taskIdAtTest ? 'known' : 'hidden', SCENARIOS[name].outputs]),
    ]),
  architectures: () =>
    markdown([
      ['Architecture', ...NAMES],
      ...Object.entries(ARCHITECTURE_COMPATIBILITY)
        .filter(([name]) => name !== 'MLP')
        .map(([name, cells]) => [`\`${name}\``, ...NAMES.map((scenario) => cell(cells[scenario]))]),
    ]),
  methods: () =>
    markdown([
      ['Method', 'Use when', 'Breaks when', 'Rule of thumb'],
      ...METHODS.map(({ label, name, useWhen, breaksWhen, ruleOfThumb }) => [`${label} (\`${name}\`)`, useWhen, breaksWhen, ruleOfThumb]),
    ]),
  'method-scenarios': () =>
    markdown([['Method', ...NAMES], ...METHODS.map(({ label, name }) => [label, ...NAMES.map((scenario) => cell(methodCompatibility(name, scenario)))])]),
  ...Object.fromEntries(STUDIES.map(({ name }) => [`results ${name}`, () => (name === 'forward-transfer' ? transfer(of(name)) : study(of(name)))])),
  measured: () => {
    const { machine, versions, backend } = measured();
    return `Seed 42, hidden layers [256, 256], 5 tasks, 5 epochs, batches of 64, SGD with lr 0.01 and momentum 0.9. Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; Node ${versions.node}, ${backend}, one thread per experiment, two experiments side by side, on a machine that had other work as well: runtimes are upper bounds.`;
  },
};

function measured(): BenchmarkResults {
  if (!existsSync(MEASURED)) throw new Error(`${MEASURED} is missing; make it with: npm run benchmark -- --json test/readme/measured.json`);
  return JSON.parse(readFileSync(MEASURED, 'utf8')) as BenchmarkResults;
}

function of(name: string): ExperimentResult[] {
  return measured().experiments.filter((result) => result.study === name);
}

function study(results: ExperimentResult[]): string {
  return markdown([
    ['Method', 'ACC', 'BWT', 'FM', 'Runtime'],
    ...results.map(({ label, metrics, seconds }) => [label, formatNumber(metrics.acc), formatNumber(metrics.bwt), formatNumber(metrics.fm), formatDuration(seconds)]),
  ]);
}

function transfer(results: ExperimentResult[]): string {
  const steps = results[0].transferReport!.afterSteps.map(([step]) => (step === 1 ? 'after 1 step' : `${step} steps`));
  const rows = results.flatMap(({ label, transferReport: report }) => [
    [label, 'after earlier tasks', formatNumber(report!.zeroShot), formatNumber(report!.lca), ...report!.afterSteps.map(([, value]) => formatNumber(value))],
    ['', 'from scratch', '–', formatNumber(report!.lcaScratch), ...report!.afterSteps.map(([, , value]) => formatNumber(value))],
  ]);
  return markdown([['Method', 'Start', 'Zero-shot', 'LCA (10 steps)', ...steps], ...rows]);
}
