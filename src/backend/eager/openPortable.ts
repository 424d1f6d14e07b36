import type * as tfjs from '@tensorflow/tfjs';
import { dirname, join } from 'node:path';
import type { Backend, BackendName } from '../backend';
import { PortableKernels, tfjsBackend } from './portable';
import { WasmKernels } from './wasm';

/** Opens tfjs on wasm or on plain JavaScript. The packages are loaded here and not at the top: importing does nothing. */
export async function openPortable(name: Exclude<BackendName, 'native'>): Promise<Backend> {
  const tf = require('@tensorflow/tfjs') as typeof tfjs;
  if (name === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
    wasm.setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
  }
  await tf.setBackend(name);
  await tf.ready();
  const description = `tfjs ${tf.version.tfjs} (${name === 'wasm' ? 'WebAssembly' : 'plain JavaScript'}, CPU)`;
  return tfjsBackend(tf, name, description, name === 'wasm' ? new WasmKernels(tf) : new PortableKernels(tf));
}
