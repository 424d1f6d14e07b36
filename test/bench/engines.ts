import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { problem } from '../../src/utils/errors';

/** An engine: what to start, and what is measured on it. */
export interface EngineSpec {
  /** Name in tables and results, e.g. `native`. */
  name: string;
  /** Cores it may use; 1 binds the process to one core. */
  threads: number;
  /** Program and arguments. */
  command: string[];
  /** Environment variables beyond those of the bench. */
  environment: Record<string, string>;
  /** Methods measured on it, as far as it can do them; default all. */
  methods?: string[];
  /** One line for `--help` and the table. */
  about: string;
  /** Steps per measurement in parts of the usual number; slow engines do fewer. Default 1. */
  share?: number;
}

/** The project's folder. */
export const ROOT = join(__dirname, '..', '..', '..');
/** Where the Python scripts are: in the sources, they are not compiled. */
export const RIVALS = join(ROOT, 'test', 'bench', 'rivals');

/** By default a task is recorded after its first steps when it is long enough to gain by it; the short runs here are not. */
const RECORDED = 'recorded';
/** TensorFlow on one thread. */
const ONE_THREAD = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };

/**
 * The engines that can be measured here.
 *
 * @param python a Python that has torch, jax or both; undefined: no rivals
 */
export function availableEngines(python: string | undefined): EngineSpec[] {
  const cores = availableParallelism();
  const single: EngineSpec[] = [
    ...libraryEngines(),
    {
      name: 'stock-tfjs',
      about: 'tfjs-node, tf.* operations and optimizer.minimize',
      threads: 1,
      command: script('stock'),
      environment: ONE_THREAD,
      share: 0.25,
    },
    {
      name: 'gemm-floor',
      about: 'the eight matrix products of a step alone',
      threads: 1,
      command: script('floor'),
      environment: ONE_THREAD,
    },
    ...rivals(python, 1),
  ];
  if (cores === 1) return single;
  const both = [
    {
      ...single[0],
      about: 'the same, free to use all cores, threads as it chooses',
      environment: { CL_BACKEND: 'native', CL_EXECUTION: RECORDED },
    },
    ...rivals(python, cores)
      .filter(({ name }) => name !== 'pytorch-channels-last')
      .flatMap(withPassiveWaiting),
  ];
  const methods = ({ name }: EngineSpec) => (isPytorch(name) ? ['naive'] : undefined); // with JAX every method is compared
  return [...single, ...both.map((spec) => ({ ...spec, threads: cores, methods: methods(spec) }))];
}

/**
 * This library in its three forms, one core each.
 *
 * @param checkout a built checkout of the project, default this one
 */
export function libraryEngines(checkout = ROOT): EngineSpec[] {
  const library = (name: string, about: string, environment: Record<string, string>): EngineSpec => ({
    name,
    about,
    threads: 1,
    command: [...script('library'), ...(checkout === ROOT ? [] : ['--library', checkout])],
    environment,
  });
  return [
    library('native', 'this library, native, recorded graphs', { ...ONE_THREAD, CL_BACKEND: 'native', CL_EXECUTION: RECORDED }),
    library('native-op-by-op', 'this library, native, one TensorFlow call an operation', {
      ...ONE_THREAD,
      CL_BACKEND: 'native',
      CL_EXECUTION: 'op-by-op',
    }),
    { ...library('wasm', 'this library, WebAssembly', { CL_BACKEND: 'wasm', CL_EXECUTION: 'auto' }), share: 0.25 },
  ];
}

/** The command that runs an engine's compiled script. */
export function script(file: string): string[] {
  return [process.execPath, '--enable-source-maps', join(ROOT, 'dist', 'test', 'bench', 'engines', `${file}.js`)];
}

function rivals(python: string | undefined, threads: number): EngineSpec[] {
  if (!python) return [];
  // No bytecode beside the sources; XLA and OpenMP take their number of threads from the cores they are bound to.
  const environment = { PYTHONDONTWRITEBYTECODE: '1', JAX_PLATFORMS: 'cpu' };
  const rival = (file: string, ...args: string[]) => [python, join(RIVALS, file), '--threads', String(threads), ...args];
  const engines: EngineSpec[] = [];
  if (has(python, 'torch')) {
    engines.push({
      name: 'pytorch',
      about: 'PyTorch, eager, batches cut beforehand',
      threads,
      command: rival('torch_steps.py'),
      environment,
    });
    engines.push({
      name: 'pytorch-channels-last',
      about: 'the same, images with channels last',
      threads,
      command: rival('torch_steps.py', '--format', 'channels_last'),
      environment,
      methods: ['conv-er'],
    });
  }
  if (has(python, 'jax')) {
    engines.push({
      name: 'jax-jit',
      about: 'JAX, one compiled step a call',
      threads,
      command: rival('jax_steps.py', '--mode', 'jit'),
      environment,
    });
    engines.push({
      name: 'jax-scan',
      about: 'JAX, all steps in one compiled scan',
      threads,
      command: rival('jax_steps.py', '--mode', 'scan'),
      environment,
    });
  }
  return engines;
}

/** Whether an engine is PyTorch in one of its forms. */
export function isPytorch(engine: string): boolean {
  return engine.startsWith('pytorch');
}

/** Whether an engine is JAX in one of its forms. */
export function isJax(engine: string): boolean {
  return engine.startsWith('jax');
}

/** Name of PyTorch with several threads that sleep while they wait for each other. */
export const PASSIVE = 'pytorch-passive';
/** OpenMP's waiting threads sleep. */
export const PASSIVE_WAITING = { OMP_WAIT_POLICY: 'PASSIVE' };

/**
 * PyTorch with several threads in two forms: as it comes, its OpenMP threads spin while they wait for each other, which is
 * fastest on a quiet machine and up to fifty times slower when something else needs a core. Its best counts.
 */
function withPassiveWaiting(spec: EngineSpec): EngineSpec[] {
  if (spec.name !== 'pytorch') return [spec];
  return [
    spec,
    {
      ...spec,
      name: PASSIVE,
      about: 'the same, waiting threads sleep',
      environment: { ...spec.environment, ...PASSIVE_WAITING },
    },
  ];
}

/**
 * Checks the Python that was asked for, before anything is measured.
 *
 * @returns what of torch and jax it does not have
 * @throws when it cannot be started, or has neither of them
 */
export function missingModules(python: string): string[] {
  const { error, status } = spawnSync(python, ['--version']);
  if (error || status !== 0) {
    const reason = error ? (error as NodeJS.ErrnoException).code : `it ends with ${status}`;
    throw problem('--python', `'${python}' cannot be started (${reason})`, 'name a Python program, e.g. /usr/bin/python3');
  }
  const missing = ['torch', 'jax'].filter((module) => !has(python, module));
  if (missing.length < 2) return missing;
  throw problem('--python', `'${python}' has neither torch nor jax`, 'install one of them there, or leave --python out');
}

/** Whether this Python can import a module. */
export function has(python: string, module: string): boolean {
  return (
    spawnSync(python, ['-c', `import importlib.util, sys; sys.exit(importlib.util.find_spec('${module}') is None)`]).status === 0
  );
}

let pins: boolean | undefined;

/** Whether processes can be bound to one core here (Linux with `taskset`). */
export function canPin(): boolean {
  return (pins ??= spawnSync('taskset', ['-c', '0', 'true']).status === 0);
}
