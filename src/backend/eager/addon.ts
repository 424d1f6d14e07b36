import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { problem } from '../../utils/errors';
import { optionalPackage } from '../../utils/optionalPackage';
import type { HostNumbers } from '../value';

/** An attribute of an operation, as the addon takes it. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | number[] | string;
}

/** A tensor that the addon made: its key in the addon's table, its shape, and its type as a number of TensorFlow's. */
export interface AddonTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** TensorFlow's C library as tfjs-node's native addon shows it (not its public API; pinned to 4.22.0). Tensors are named by keys. */
export interface Addon {
  /** May use the array's memory as it is, without a copy: it must not change afterwards. */
  createTensor(shape: readonly number[], dtype: number, data: HostNumbers): number;
  deleteTensor(id: number): void;
  /** A copy. */
  tensorDataSync(id: number): HostNumbers;
  executeOp(op: string, attributes: readonly OpAttribute[], inputs: number[], outputs: number): AddonTensor[];
  loadSavedModel(folder: string, tags: string): number;
  /** Names of inputs and outputs are joined by commas. */
  runSavedModel(session: number, inputs: number[], inputNames: string, outputNames: string): AddonTensor[];
  deleteSavedModel(session: number): void;
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/**
 * Loads the native addon of tfjs-node and nothing else of it: its JavaScript, with all of TensorFlow.js, takes 24 MB of memory and more
 * than a third of the time, and nothing here needs it.
 *
 * @throws when the package or its addon is missing, or the addon does not load
 */
export function loadAddon(): Addon {
  const find = () => dirname(require.resolve('@tensorflow/tfjs-node/package.json'));
  const folder = join(optionalPackage('native backend', '@tensorflow/tfjs-node', find, "compute on 'wasm'"), 'lib');
  return require(join(folder, newestForm(folder), 'tfjs_binding.node')) as Addon;
}

/** The folder of the addon for this Node: the newest version of Node's addon interface that both of them know. */
function newestForm(folder: string): string {
  const versions = filesOf(folder).map((name) => Number(/^napi-v(\d+)$/.exec(name)?.[1] ?? NaN));
  const usable = versions.filter((version) => version <= Number(process.versions.napi));
  if (usable.length) return `napi-v${Math.max(...usable)}`;
  throw problem('native backend', 'the native addon of @tensorflow/tfjs-node is not there', 'npm rebuild @tensorflow/tfjs-node');
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // its install script did not run
  }
}
