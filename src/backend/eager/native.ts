import type * as tfjs from '@tensorflow/tfjs';
import type { Backend } from '../backend';
import type { Attributes } from '../graph/writer';
import type { HostNumbers, Value } from '../value';
import { optionalPackage } from '../../utils/optionalPackage';
import { onAnotherBackend, onHost, tfjsBackend } from './portable';
import type { GraphHost } from '../graph/recording';
import { TensorFlowKernels } from '../tensorflow';
import type { Result } from '../tensorflow';
import { FLOAT, VARIABLE } from '../tensorflowAttributes';
import type { Storage, Variable } from '../variable';

type Tensor = tfjs.Tensor;
type OpAttribute = { name: string; type: number; value: boolean | number | number[] | string };

/** The part of tfjs-node's backend object that is used here (not its public API; pinned to 4.22.0). */
interface NodeBackend {
  executeSingleOutput(op: string, attributes: OpAttribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(op: string, attributes: OpAttribute[], inputs: Tensor[], outputs: number): Tensor[];
  loadSavedModelMetaGraph(folder: string, tags: string): number;
  runSavedModel(session: number, inputs: Tensor[], names: { name: string }[], outputs: readonly string[]): Tensor[];
  deleteSavedModel(session: number): void;
  readonly binding: Record<string, number> & { TF_Version: string };
}

/**
 * Opens TensorFlow's native library. One thread within an operation unless the environment says otherwise: at these sizes
 * a second one makes elementwise work slower (70 µs against 30 µs on 784×256). One thread between the operations of a graph:
 * a second one gains nothing in a loop (0.70 against 0.67 ms a step) and costs a third more processor time. Processes run
 * side by side instead.
 *
 * @throws when the native addon does not load
 */
export function openNative(): Backend {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_NUM_INTRAOP_THREADS ??= '1';
  process.env.TF_NUM_INTEROP_THREADS ??= '1';
  process.env.TF_ONEDNN_USE_SYSTEM_ALLOCATOR ??= '1'; // TensorFlow's own pool never returns memory, and a second task's images do not fit its gaps
  restoreIsNullOrUndefined();
  const load = () => require('@tensorflow/tfjs-node') as typeof tfjs;
  const tf = quietly(() => optionalPackage('native backend', '@tensorflow/tfjs-node', load, "compute on 'wasm'"));
  void tf.setBackend('tensorflow'); // runs at once: this backend opens synchronously
  const node = tf.backend() as unknown as NodeBackend;
  const description = `TensorFlow ${node.binding.TF_Version} (native, CPU)`;
  const kernels = new NativeKernels(tf, node);
  const opened = tfjsBackend(tf, 'native', description, kernels);
  return {
    ...opened,
    upload: (rows, columns, fill) => kernels.upload(rows, columns, fill),
    graphs: graphHost(opened, kernels, node),
  };
}

/** Graphs run in sessions of their own through the same library; tensors go in and out without being copied. */
function graphHost({ scope, toHost }: Backend, kernels: NativeKernels, node: NodeBackend): GraphHost {
  return {
    load: (folder) => node.loadSavedModelMetaGraph(folder, 'serve'),
    run: (session, feeds, tensors, fetches) =>
      node.runSavedModel(
        session,
        tensors as Tensor[],
        feeds.map((name) => ({ name: `${name}:0` })),
        fetches,
      ),
    close: (session) => node.deleteSavedModel(session),
    lend: (variable, whenNeeded) => kernels.lend(variable, whenNeeded),
    endLoan: (variable, content) => kernels.endLoan(variable, content),
    tensor: (data, shape) => kernels.tensor(data, shape),
    scope,
    toHost,
  };
}

/** tfjs-node 4.22.0 calls util.isNullOrUndefined, which Node 23 removed. */
function restoreIsNullOrUndefined(): void {
  const real = require('node:util') as { isNullOrUndefined?: (x: unknown) => boolean };
  real.isNullOrUndefined ??= (x) => x === null || x === undefined;
}

/** Runs `load` without the advertisement that tfjs prints when both packages are present. */
function quietly<T>(load: () => T): T {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return load();
  } finally {
    console.warn = warn;
  }
}

const EMPTY: Attributes = { dtype: 'float32', init: false };
/**
 * Least size of a part of `upload`. From 32 MB on, glibc takes memory straight from the system and gives it back; smaller parts come
 * from the heap, where each may leave a gap that the next does not fit into, until all of them together lie in memory.
 */
const UPLOAD_BYTES = 33 * 2 ** 20;
const DESTROY: Attributes = { ignore_lookup_error: true };

/** A resource variable; `content` is the last `ReadVariableOp`, dropped before an update so that the update is in place. */
interface ResourceStorage extends Storage {
  handle: Tensor;
  content: Tensor | undefined;
  /** Set while a graph works on the content: brings it back. */
  lent: (() => void) | undefined;
}

/**
 * The kernels as single TensorFlow operations, called through tfjs-node's backend: 6–15 µs a call less than the public
 * tfjs operations, fused loss and gradient, and weights updated in place (60 µs instead of three 784×256 operations).
 */
class NativeKernels extends TensorFlowKernels {
  private readonly constants = new Map<string, Tensor>();
  private readonly converted = new Map<Attributes, OpAttribute[]>();
  private variables = 0;

  constructor(
    private readonly tf: typeof tfjs,
    private readonly node: NodeBackend,
  ) {
    super();
  }

  override tensor(data: Float32Array | Int32Array, shape: number[]): Value {
    return this.tf.tensor(data, shape, data instanceof Int32Array ? 'int32' : 'float32');
  }

  override slice(x: Value, axis: 0 | 1, start: number, count: number): Value {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    return this.tf.slice(
      x as Tensor,
      begin,
      x.shape.map((n, i) => (i === axis ? count : n)),
    );
  }

  /** A view in tfjs, no operation. */
  override reshape(x: Value, shape: number[]): Value {
    return this.tf.reshape(x as Tensor, shape);
  }

  override read(variable: Variable): Value {
    return this.contentOf(this.resource(variable), this.dtypeOf(variable));
  }

  override hostCall(inputs: Value[], shape: number[], compute: (...inputs: HostNumbers[]) => Float32Array): Value {
    return this.tensor(compute(...onHost(inputs)), shape);
  }

  override hostIf(
    inputs: Value[],
    test: (...inputs: HostNumbers[]) => boolean,
    then: () => Value[],
    otherwise: () => Value[],
  ): Value[] {
    return test(...onHost(inputs)) ? then() : otherwise();
  }

  /** See `GraphHost`. The graph shares the content's memory until it changes it. */
  lend(variable: Variable, whenNeeded: () => void): Value {
    const storage = this.resource(variable);
    const content = this.node.executeSingleOutput('ReadVariableOp', this.dtypeOf(variable), [storage.handle]);
    dropContent(storage);
    storage.lent = whenNeeded;
    return content;
  }

  /** See `GraphHost`. */
  endLoan(variable: Variable, content: Value | undefined): void {
    if (variable.storage) (variable.storage as ResourceStorage).lent = undefined;
    if (content) this.assign(variable, content);
  }

  /** See `Backend`. `InplaceUpdate` writes into the matrix it is given and returns it under another name; on the CPU nothing is copied. */
  upload(rows: number, columns: number, fill: (part: Float32Array, start: number, count: number) => void): Value {
    const { tf, node } = this;
    const most = Math.ceil(rows / Math.max(1, Math.floor((4 * rows * columns) / UPLOAD_BYTES)));
    const part = new Float32Array(most * columns);
    if (most >= rows) {
      fill(part, 0, rows);
      return tf.tensor2d(part, [rows, columns]);
    }
    let matrix = tf.tidy(() =>
      node.executeSingleOutput('Empty', this.attributes(EMPTY), [tf.tensor1d([rows, columns], 'int32')]),
    );
    for (let start = 0; start < rows; start += most) {
      const count = Math.min(most, rows - start);
      const numbers = part.subarray(0, count * columns);
      fill(numbers, start, count);
      const before = matrix;
      matrix = tf.tidy(() => {
        const inputs = [before, tf.range(start, start + count, 1, 'int32'), tf.tensor2d(numbers, [count, columns])];
        return node.executeSingleOutput('InplaceUpdate', this.attributes(FLOAT), inputs);
      });
      before.dispose();
    }
    return matrix;
  }

  protected override run(op: string, attributes: Attributes, inputs: Value[], ...results: Result[]): Value[] {
    if (results.length === 1) return [this.node.executeSingleOutput(op, this.attributes(attributes), inputs as Tensor[])];
    return this.node.executeMultipleOutputs(op, this.attributes(attributes), inputs as Tensor[], results.length);
  }

  protected override update(op: string, attributes: Attributes, variables: Variable[], inputs: Value[]): void {
    const storages = variables.map((variable) => this.resource(variable));
    const contents = storages.map((storage) => storage.content);
    const values = inputs.map((input) =>
      contents.includes(input as Tensor) ? this.tf.clone(input as Tensor) : (input as Tensor),
    );
    storages.forEach(dropContent);
    this.node.executeMultipleOutputs(op, this.attributes(attributes), [...storages.map(({ handle }) => handle), ...values], 0);
  }

  protected override constant(data: number | readonly number[], dtype: 'float32' | 'int32'): Tensor {
    const key = `${dtype} ${typeof data === 'number' ? data : JSON.stringify(data)}`;
    let tensor = this.constants.get(key);
    if (!tensor) {
      tensor = this.tf.keep(this.tf.tensor(data as number, undefined, dtype));
      this.constants.set(key, tensor);
    }
    return tensor;
  }

  /** Attributes as the binding takes them, converted once for each set (the sets are constants of `TensorFlowKernels`). */
  private attributes(attributes: Attributes): OpAttribute[] {
    let list = this.converted.get(attributes);
    if (!list)
      this.converted.set(attributes, (list = Object.entries(attributes).map(([name, value]) => this.attribute(name, value))));
    return list;
  }

  private attribute(name: string, value: Attributes[string]): OpAttribute {
    const { binding: b } = this.node;
    if (typeof value === 'boolean') return { name, type: b.TF_ATTR_BOOL, value };
    if (typeof value === 'number') return { name, type: b.TF_ATTR_INT, value };
    if (typeof value === 'object' && 'text' in value) return { name, type: b.TF_ATTR_STRING, value: value.text };
    if (typeof value === 'object' && 'ints' in value) return { name, type: b.TF_ATTR_INT, value: [...value.ints] };
    const types: Record<string, number> = { float32: b.TF_FLOAT, int32: b.TF_INT32, bool: b.TF_BOOL };
    return { name, type: b.TF_ATTR_TYPE, value: types[value as string] };
  }

  private dtypeOf(variable: Variable): OpAttribute[] {
    return this.attributes(VARIABLE[variable.dtype]);
  }

  private resource(variable: Variable): ResourceStorage {
    if (!variable.storage) return variable.place((content) => this.makeResource(variable, content)) as ResourceStorage;
    if (!('handle' in variable.storage)) throw onAnotherBackend(variable);
    const storage = variable.storage as ResourceStorage;
    endLoanOf(storage);
    return storage;
  }

  private contentOf(storage: ResourceStorage, dtype: OpAttribute[]): Tensor {
    storage.content ??= this.tf.keep(this.node.executeSingleOutput('ReadVariableOp', dtype, [storage.handle]));
    return storage.content;
  }

  private makeResource(variable: Variable, content: Float32Array | Int32Array): ResourceStorage {
    const { binding: b } = this.node;
    const dtype = this.dtypeOf(variable);
    const attributes = [
      ...dtype,
      { name: 'shape', type: b.TF_ATTR_SHAPE, value: variable.shape },
      { name: 'shared_name', type: b.TF_ATTR_STRING, value: `variable${this.variables++}` },
      { name: 'container', type: b.TF_ATTR_STRING, value: '' },
    ];
    const handle = this.tf.keep(this.node.executeSingleOutput('VarHandleOp', attributes, []));
    this.tf.tidy(() => {
      const first = this.tensor(content, variable.shape) as Tensor;
      this.node.executeMultipleOutputs('AssignVariableOp', this.dtypeOf(variable), [handle, first], 0);
    });
    return this.storageOf(handle, dtype);
  }

  /** In a function of its own: what it holds must not hold the variable, which is freed with its last user. */
  private storageOf(handle: Tensor, dtype: OpAttribute[]): ResourceStorage {
    const storage: ResourceStorage = {
      handle,
      content: undefined,
      lent: undefined,
      fetch: () => {
        endLoanOf(storage);
        return this.contentOf(storage, dtype).dataSync().slice() as HostNumbers;
      },
      dispose: () => {
        endLoanOf(storage);
        dropContent(storage);
        this.node.executeMultipleOutputs('DestroyResourceOp', this.attributes(DESTROY), [handle], 0);
        handle.dispose();
      },
    };
    return storage;
  }
}

function dropContent(storage: ResourceStorage): void {
  storage.content?.dispose();
  storage.content = undefined;
}

/** Ends a loan to a graph, with all it holds. */
function endLoanOf(storage: ResourceStorage): void {
  const { lent } = storage;
  storage.lent = undefined;
  lent?.();
}
