import { problem, shown } from '../utils/errors';
import type { Backend, BackendName } from './backend';
import type { Kernels } from './kernels';
import { openNative } from './eager/native';
import { openPortable } from './eager/openPortable';
import { Recording } from './graph/recording';
import { threadsForEach } from './threads';

const NAMES: readonly string[] = ['auto', 'native', 'wasm', 'cpu'];

let current: Backend | undefined;
let whyNotNative = '';

/**
 * Chooses where to compute and waits until it is ready. Calling it is only needed to choose: trainers do it by themselves.
 *
 * @param name `'auto'` (default; also taken from the environment variable CL_BACKEND) keeps the one in use; where there is none yet
 *   it picks native, or wasm where the native addon does not load
 * @returns the description of the backend, e.g. `TensorFlow 2.21.0 (native, CPU)`
 * @throws when the named backend cannot be had, with the reason
 */
export async function initBackend(name: BackendName | 'auto' = wanted()): Promise<string> {
  if (!NAMES.includes(name)) throw problem('initBackend', `unknown backend ${shown(name)}`, `use ${NAMES.join(', ')}`);
  if (current && (name === 'auto' || current.name === name) && !current.switchedTo()) return current.description;
  if (name === 'auto' && current) name = current.name; // back to it after somebody switched
  if (name === 'auto') current = tryNative() ?? (await openPortable('wasm'));
  else current = name === 'native' ? openNative(threadsForEach(1)) : await openPortable(name);
  return current.description;
}

/**
 * The backend in use. The native one is opened on first use; others must be opened with `initBackend` before.
 *
 * @throws when no backend is open and native cannot be opened here
 */
export function backend(): Backend {
  const name = wanted();
  if (!current && (name === 'auto' || name === 'native')) current = tryNative();
  if (!current) {
    throw problem('backend', `none is ready${whyNotNative && ` (native: ${whyNotNative})`}`, 'first run: await initBackend()');
  }
  const other = current.switchedTo();
  if (other !== undefined) {
    throw problem(
      'backend',
      `TensorFlow.js was switched to '${other}' by tf.setBackend, this library computes on ${current.name}`,
      `call initBackend('${current.name}') to go on, or initBackend with another name before making models`,
    );
  }
  return current;
}

/**
 * A recording of training steps as a graph; see `Recording`. Close it when done.
 *
 * @param looped whether a call runs several steps; then the host cannot take part in the middle of a step
 * @returns undefined where the backend in use cannot run graphs
 */
export function newRecording(looped: boolean): Recording | undefined {
  const { graphs } = backend();
  return graphs && new Recording(graphs, computeWith, looped);
}

/** While `fn` runs, `backend().kernels` are these: they record, so there are no numbers to read and nothing to free. */
function computeWith<T>(kernels: Kernels, fn: () => T): T {
  const real = backend();
  const noNumbers = () => {
    throw problem('recording', 'a step wants to read numbers', 'use hostCall or hostIf of the kernels');
  };
  current = { ...real, kernels, scope: (inner) => inner(), keep: (value) => value, dispose: () => undefined, toHost: noNumbers };
  try {
    return fn();
  } finally {
    current = real;
  }
}

/** Where the computation runs, in words, e.g. `TensorFlow 2.21.0 (native, CPU)`. */
export function getDevice(): string {
  return backend().description;
}

function tryNative(): Backend | undefined {
  const threads = threadsForEach(1);
  try {
    return openNative(threads);
  } catch (error) {
    whyNotNative = (error as Error).message.split('\n')[0];
    return undefined;
  }
}

function wanted(): BackendName | 'auto' {
  const name = process.env.CL_BACKEND || 'auto';
  if (NAMES.includes(name)) return name as BackendName | 'auto';
  throw problem('CL_BACKEND', `unknown backend '${name}'`, 'use auto, native, wasm or cpu');
}
