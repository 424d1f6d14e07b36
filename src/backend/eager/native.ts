import type { Backend } from '../backend';
import type { Attributes } from '../graph/writer';
import type { HostNumbers, Value } from '../value';
import type { GraphHost } from '../graph/recording';
import { TensorFlowKernels } from '../tensorflow';
import type { Result } from '../tensorflow';
import { FLOAT, SLICE, VARIABLE } from '../tensorflowAttributes';
import type { Storage, Variable } from '../variable';
import { loadAddon } from './addon';
import type { Addon, OpAttribute } from './addon';
import { DeviceTensor, DeviceTensors } from './deviceTensors';
import { onAnotherBackend } from './portable';

/**
 * Opens TensorFlow's native library. One thread within an operation unless the environment says otherwise: at these sizes
 * a second one makes elementwise work slower (70 µs against 30 µs on 784×256). Two threads between the operations of a graph where
 * there are two cores: recorded steps are arranged for them (see `arranged`). Where several runs are executed side by side, each gets
 * its share of the cores.
 *
 * @param threads threads between operations
 * @throws when the native addon does not load
 */
export function openNative(threads: number): Backend {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_NUM_INTRAOP_THREADS ??= '1';
  process.env.TF_NUM_INTEROP_THREADS = String(threads);
  process.env.TF_ONEDNN_USE_SYSTEM_ALLOCATOR ??= '1'; // TensorFlow's own pool never returns memory, and a second task's images do not fit its gaps
  const addon = loadAddon();
  const tensors = new DeviceTensors(addon);
  const kernels = new NativeKernels(addon, tensors);
  const opened: Backend = {
    name: 'native',
    switchedTo: () => undefined,
    description: `TensorFlow ${addon.TF_Version} (native, CPU)`,
    kernels,
    scope: (fn) => tensors.scope(fn),
    keep: (value) => {
      if (value instanceof DeviceTensor) value.kept = true; // a tf.Tensor is kept by TensorFlow.js
      return value;
    },
    dispose: (...values) => values.forEach((value) => (value as DeviceTensor).dispose()),
    upload: (rows, columns, fill) => kernels.upload(rows, columns, fill),
    toHost: (value) => (value as DeviceTensor).dataSync(),
    tensorCount: () => tensors.count - kernels.constantCount,
  };
  return { ...opened, graphs: { ...graphHost(opened, kernels, addon, tensors), threads } };
}

/** Graphs run in sessions of their own through the same library; tensors go in and out without being copied. */
function graphHost(
  { scope, toHost }: Backend,
  kernels: NativeKernels,
  addon: Addon,
  tensors: DeviceTensors,
): Omit<GraphHost, 'threads'> {
  return {
    load: (folder) => addon.loadSavedModel(folder, 'serve'),
    run: (session, feeds, values, fetches) => {
      const names = feeds.map((name) => `${name}:0`).join(',');
      return addon.runSavedModel(session, tensors.ids(values), names, fetches.join(',')).map((made) => tensors.wrap(made));
    },
    close: (session) => addon.deleteSavedModel(session),
    lend: (variable, whenNeeded) => kernels.lend(variable, whenNeeded),
    endLoan: (variable, content) => kernels.endLoan(variable, content),
    tensor: (data, shape) => kernels.tensor(data, shape),
    scope,
    toHost,
  };
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
  handle: DeviceTensor;
  content: DeviceTensor | undefined;
  /** Set while a graph works on the content: brings it back. */
  lent: (() => void) | undefined;
}

/**
 * The kernels as single TensorFlow operations, called through tfjs-node's addon: about 10 µs a call less than the operations of
 * TensorFlow.js, fused loss and gradient, and weights updated in place (60 µs instead of three 784×256 operations).
 */
class NativeKernels extends TensorFlowKernels {
  private readonly constants = new Map<string, DeviceTensor>();
  private readonly converted = new Map<Attributes, OpAttribute[]>();
  private variables = 0;

  constructor(
    private readonly addon: Addon,
    private readonly tensors: DeviceTensors,
  ) {
    super();
  }

  override tensor(data: Float32Array | Int32Array, shape: number[]): DeviceTensor {
    return this.tensors.upload(data, shape);
  }

  /** The bounds are given anew each time: constants of all positions would add up. */
  override slice(x: Value, axis: 0 | 1, start: number, count: number): Value {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    const size = x.shape.map((n, i) => (i === axis ? count : n));
    const bounds = [begin, size].map((numbers) => this.tensor(Int32Array.from(numbers), [numbers.length]));
    const part = this.execute('Slice', this.attributes(SLICE[x.dtype as keyof typeof SLICE]), [x, ...bounds]);
    bounds.forEach((bound) => bound.dispose());
    return part;
  }

  override read(variable: Variable): Value {
    return this.contentOf(this.resource(variable), this.dtypeOf(variable));
  }

  override hostCall(inputs: Value[], shape: number[], compute: (...inputs: HostNumbers[]) => Float32Array): Value {
    return this.tensor(compute(...this.onHost(inputs)), shape);
  }

  override hostIf(
    inputs: Value[],
    test: (...inputs: HostNumbers[]) => boolean,
    then: () => Value[],
    otherwise: () => Value[],
  ): Value[] {
    return test(...this.onHost(inputs)) ? then() : otherwise();
  }

  /** See `GraphHost`. The graph shares the content's memory until it changes it. */
  lend(variable: Variable, whenNeeded: () => void): Value {
    const storage = this.resource(variable);
    const content = this.execute('ReadVariableOp', this.dtypeOf(variable), [storage.handle]);
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
    const most = Math.ceil(rows / Math.max(1, Math.floor((4 * rows * columns) / UPLOAD_BYTES)));
    const part = new Float32Array(most * columns);
    if (most >= rows) {
      fill(part, 0, rows);
      return this.tensor(part, [rows, columns]);
    }
    const { tensors } = this;
    let matrix = tensors.scope(() => {
      const shape = this.tensor(Int32Array.of(rows, columns), [2]);
      return this.execute('Empty', this.attributes(EMPTY), [shape]);
    });
    for (let start = 0; start < rows; start += most) {
      const count = Math.min(most, rows - start);
      const numbers = part.subarray(0, count * columns);
      fill(numbers, start, count);
      const before = matrix;
      matrix = tensors.scope(() => {
        const positions = this.tensor(
          Int32Array.from({ length: count }, (_, i) => start + i),
          [count],
        );
        return this.execute('InplaceUpdate', this.attributes(FLOAT), [before, positions, this.tensor(numbers, [count, columns])]);
      });
      before.dispose();
    }
    return matrix;
  }

  protected override run(op: string, attributes: Attributes, inputs: Value[], ...results: Result[]): Value[] {
    const made = this.addon.executeOp(op, this.attributes(attributes), this.tensors.ids(inputs), results.length);
    return made.map((tensor) => this.tensors.wrap(tensor));
  }

  protected override update(op: string, attributes: Attributes, variables: Variable[], inputs: Value[]): void {
    const { tensors } = this;
    const storages = variables.map((variable) => this.resource(variable));
    const contents = storages.map((storage) => storage.content);
    const values = inputs.map((input) => {
      const own = tensors.own(input);
      return contents.includes(own) ? tensors.alias(own) : own;
    });
    storages.forEach(dropContent);
    const ids = tensors.ids([...storages.map(({ handle }) => handle), ...values]);
    this.addon.executeOp(op, this.attributes(attributes), ids, 0);
  }

  private onHost(values: Value[]): HostNumbers[] {
    return values.map((value) => (value as DeviceTensor).dataSync());
  }

  /** One operation with one result, its attributes as the addon takes them. */
  private execute(op: string, attributes: OpAttribute[], inputs: Value[]): DeviceTensor {
    return this.tensors.wrap(this.addon.executeOp(op, attributes, this.tensors.ids(inputs), 1)[0]);
  }

  protected override constant(data: number | readonly number[], dtype: 'float32' | 'int32'): DeviceTensor {
    const key = `${dtype} ${typeof data === 'number' ? data : JSON.stringify(data)}`;
    let tensor = this.constants.get(key);
    if (!tensor) {
      const numbers = typeof data === 'number' ? [data] : data;
      const typed = dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers);
      tensor = this.kept(this.tensor(typed, typeof data === 'number' ? [] : [data.length]));
      this.constants.set(key, tensor);
    }
    return tensor;
  }

  /** How many tensors `constant` has made; they stay. */
  get constantCount(): number {
    return this.constants.size;
  }

  private kept(tensor: DeviceTensor): DeviceTensor {
    tensor.kept = true;
    return tensor;
  }

  /** Attributes as the addon takes them, converted once for each set (the sets are constants of `TensorFlowKernels`). */
  private attributes(attributes: Attributes): OpAttribute[] {
    let list = this.converted.get(attributes);
    if (!list)
      this.converted.set(attributes, (list = Object.entries(attributes).map(([name, value]) => this.attribute(name, value))));
    return list;
  }

  private attribute(name: string, value: Attributes[string]): OpAttribute {
    const b = this.addon;
    if (typeof value === 'boolean') return { name, type: b.TF_ATTR_BOOL, value };
    if (typeof value === 'number') return { name, type: b.TF_ATTR_INT, value };
    if (typeof value === 'object' && 'text' in value) return { name, type: b.TF_ATTR_STRING, value: value.text };
    if (typeof value === 'object' && 'ints' in value) return { name, type: b.TF_ATTR_INT, value: [...value.ints] };
    const types: Readonly<Record<string, number>> = { float32: b.TF_FLOAT, int32: b.TF_INT32, bool: b.TF_BOOL };
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

  private contentOf(storage: ResourceStorage, dtype: OpAttribute[]): DeviceTensor {
    storage.content ??= this.kept(this.execute('ReadVariableOp', dtype, [storage.handle]));
    return storage.content;
  }

  private makeResource(variable: Variable, content: Float32Array | Int32Array): ResourceStorage {
    const b = this.addon;
    const dtype = this.dtypeOf(variable);
    const attributes = [
      ...dtype,
      { name: 'shape', type: b.TF_ATTR_SHAPE, value: variable.shape },
      { name: 'shared_name', type: b.TF_ATTR_STRING, value: `variable${this.variables++}` },
      { name: 'container', type: b.TF_ATTR_STRING, value: '' },
    ];
    const handle = this.kept(this.execute('VarHandleOp', attributes, []));
    const first = this.tensor(content, variable.shape);
    this.addon.executeOp('AssignVariableOp', dtype, this.tensors.ids([handle, first]), 0);
    first.dispose();
    return this.storageOf(handle, dtype);
  }

  /** In a function of its own: what it holds must not hold the variable, which is freed with its last user. */
  private storageOf(handle: DeviceTensor, dtype: OpAttribute[]): ResourceStorage {
    const storage: ResourceStorage = {
      handle,
      content: undefined,
      lent: undefined,
      fetch: () => {
        endLoanOf(storage);
        return this.contentOf(storage, dtype).dataSync();
      },
      dispose: () => {
        endLoanOf(storage);
        dropContent(storage);
        this.addon.executeOp('DestroyResourceOp', this.attributes(DESTROY), this.tensors.ids([handle]), 0);
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
