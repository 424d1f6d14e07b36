import { join } from 'node:path';
import { formatDuration } from '../../src/utils/format';
import type { BenchResult } from '../bench/bench';
import { verdict } from '../bench/report';
import { readResults } from '../bench/results';
import { checkThere, markdown, ROOT } from './markdown';

const BENCH = join(ROOT, 'test', 'bench', 'measured.json');

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
const RIVALS = ['PyTorch', 'JAX'] as const;
const GROWS_WITH = { tasks: 'past tasks', batch: 'samples a batch', width: 'width of the hidden layers' };

/** Of the machine that was measured last, which most tables show. */
function bench(): BenchResult {
  return benches()[0];
}

function benches(): BenchResult[] {
  checkThere(BENCH, 'npm run bench -- --python PATH --out test/bench');
  return readResults(BENCH);
}

/** The same step on several machines, in relation to PyTorch and to JAX. */
export function byMachine(results: readonly BenchResult[]): string {
  const methods = Object.entries(STEP_LABELS).filter(([method]) => results.some((each) => stepRatio(each, method, 'PyTorch')));
  const rows = RIVALS.flatMap((rival) =>
    results.map((each) => [
      machineName(each),
      rival,
      ...methods.map(([method]) => stepRatio(each, method, rival)?.toFixed(2) ?? '–'),
    ]),
  );
  return markdown([['Machine', 'This library /', ...methods.map(([, label]) => label)], ...rows]);
}

/** The least and the largest ratio over methods and machines, in a sentence. */
export function rangeOver(results: readonly BenchResult[]): string {
  const ranges = RIVALS.map((rival) => {
    const ratios = results.flatMap((each) => Object.keys(STEP_LABELS).flatMap((method) => stepRatio(each, method, rival) ?? []));
    return `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} times as long as in ${rival}`;
  });
  const machines = results.length === 1 ? 'on one machine' : `on ${results.length} machines`;
  return `On one core a training step takes ${ranges.join(', and ')}, depending on the method (measured ${machines}).`;
}

function machineName({ machine: { cpu, vectors, cores, date } }: BenchResult): string {
  return `${cpu}${vectors ? ` (${vectors})` : ''}, ${cores} cores, ${date}`;
}

/** This library's step to a rival's, one core each. Results from before the bench compared with JAX by rounds: the ratio of the medians. */
function stepRatio({ steps }: BenchResult, method: string, rival: (typeof RIVALS)[number]): number | undefined {
  const one = (engine: string) => steps.find((each) => each.engine === engine && each.method === method && each.threads === 1);
  const own = one('native');
  if (!own || rival === 'PyTorch') return own?.toPytorch;
  const jax = one('jax-scan');
  return own.toJax ?? (jax && own.msPerStep / jax.msPerStep);
}

/** The tables of SPEED.md by name; see `TABLES`. */
export const SPEED_TABLES: Record<string, () => string> = {
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
  'speed with all cores': () => {
    const { steps, machine } = bench();
    const find = (engine: string, method: string, threads: number) =>
      steps.find((each) => each.engine === engine && each.method === method && each.threads === threads);
    const rows = Object.entries(STEP_LABELS).flatMap(([method, label]) => {
      const [alone, all] = [1, machine.cores].map((threads) => find('native', method, threads));
      if (!alone || !all) return [];
      const jax = ['jax-jit', 'jax-scan'].flatMap((engine) => find(engine, method, machine.cores)?.msPerStep ?? []);
      const times = [alone.msPerStep, all.msPerStep, Math.min(...jax)].map((ms) => (Number.isFinite(ms) ? ms.toFixed(2) : '–'));
      return [[label, ...times, all.toJax?.toFixed(2) ?? '–']];
    });
    return markdown([
      ['Method', 'This library, one core', 'This library, all cores', 'JAX, all cores', 'This library / JAX, all cores'],
      ...rows,
    ]);
  },
  'speed by machine': () => byMachine(benches()),
  'speed range': () => rangeOver(benches()),
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
