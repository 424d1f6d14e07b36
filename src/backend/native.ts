import type * as tfjs from '@tensorflow/tfjs';
import * as util from 'node:util';
import type { Backend } from './current';
import type { Value } from './kernels';
import { PortableKernels, tfjsBackend } from './portable';
import type { Storage, Variable } from './variable';

type Tensor = tfjs.Tensor;
type Attribute = { name: string; type: number; value: boolean | number | number[] | string };

/** The part of tfjs-node's backend object that is used here (not its public API; pinned to 4.22.0). */
interface NodeBackend {
  executeSingleOutput(op: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(op: string, attributes: Attribute[], inputs: Tensor[], outputs: number): Tensor[];
  readonly binding: Record<string, number> & { TF_Version: string };
}

/**
 * Opens TensorFlow's native library. One intra-op thread unless the environment says otherwise: at these sizes a second
 * one makes elementwise work slower (70 µs against 30 µs on 784×256), and processes run side by side.
 *
 * @throws when the native addon does not load
 */
export function openNative(): Backend {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_NUM_INTRAOP_THREADS ??= '1';
  restoreIsNullOrUndefined();
  const tf = quietly(() => require('@tensorflow/tfjs-node') as typeof tfjs);
  tf.setBackend('tensorflow');
  const node = tf.backend() as unknown as NodeBackend;
  const description = `TensorFlow ${node.binding.TF_Version} (native, CPU)`;
  return tfjsBackend(tf, 'native', description, new NativeKernels(tf, node));
}

/** tfjs-node 4.22.0 calls util.isNullOrUndefined, which Node 23 removed. */
function restoreIsNullOrUndefined(): void {
  const old = util as { isNullOrUndefined?: (x: unknown) => boolean };
  const real = require('node:util') as typeof old;
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

/** A resource variable; `content` is the last `ReadVariableOp`, dropped before an update so that the update is in place. */
interface ResourceStorage extends Storage {
  handle: Tensor;
  content: Tensor | undefined;
}

/**
 * The kernels as single TensorFlow operations, called through tfjs-node's backend: 6–15 µs a call less than the public
 * tfjs operations, fused loss and gradient, and weights updated in place (60 µs instead of three 784×256 operations).
 */
class NativeKernels extends PortableKernels {
  private readonly float: Attribute[];
  private readonly constants = new Map<string, Tensor>();
  private readonly attributes: Record<string, Attribute[]>;
  private variables = 0;

  constructor(
    tf: typeof tfjs,
    private readonly node: NodeBackend,
  ) {
    super(tf);
    const b = node.binding;
    const type = (name: string, value: number): Attribute => ({ name, type: b.TF_ATTR_TYPE, value });
    const flag = (name: string, value: boolean): Attribute => ({ name, type: b.TF_ATTR_BOOL, value });
    this.float = [type('T', b.TF_FLOAT)];
    this.attributes = {
      matMul00: [...this.float, flag('transpose_a', false), flag('transpose_b', false)],
      matMul01: [...this.float, flag('transpose_a', false), flag('transpose_b', true)],
      matMul10: [...this.float, flag('transpose_a', true), flag('transpose_b', false)],
      matMul11: [...this.float, flag('transpose_a', true), flag('transpose_b', true)],
      crossEntropy: [...this.float, type('Tlabels', b.TF_INT32)],
      momentum: [...this.float, flag('use_locking', false), flag('use_nesterov', false)],
      destroy: [flag('ignore_lookup_error', true)],
    };
  }

  override matMul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
    return this.run('MatMul', this.attributes[`matMul${+transposeA}${+transposeB}`], a, b);
  }

  override biasAdd(x: Value, bias: Value): Value {
    return this.run('BiasAdd', this.float, x, bias);
  }

  override columnSums(x: Value): Value {
    return this.run('BiasAddGrad', this.float, x);
  }

  override relu(x: Value): Value {
    return this.run('Relu', this.float, x);
  }

  override reluGrad(dy: Value, y: Value): Value {
    return this.run('ReluGrad', this.float, dy, y);
  }

  override crossEntropy(logits: Value, labels: Value): { losses: Value; gradient: Value } {
    const [losses, gradient] = this.node.executeMultipleOutputs(
      'SparseSoftmaxCrossEntropyWithLogits',
      this.attributes.crossEntropy,
      [logits as Tensor, labels as Tensor],
      2,
    );
    return { losses, gradient };
  }

  override add(a: Value, b: Value): Value {
    return this.run('AddV2', this.float, a, b);
  }

  override sub(a: Value, b: Value): Value {
    return this.run('Sub', this.float, a, b);
  }

  override mul(a: Value, b: Value): Value {
    return this.run('Mul', this.float, a, b);
  }

  override div(a: Value, b: Value): Value {
    return this.run('RealDiv', this.float, a, b);
  }

  override scale(x: Value, factor: number): Value {
    return this.run('Mul', this.float, x, this.constant(factor));
  }

  override gather(x: Value, positions: Value): Value {
    const { binding: b } = this.node;
    const kind = x.dtype === 'int32' ? b.TF_INT32 : b.TF_FLOAT;
    const attributes = [
      { name: 'batch_dims', type: b.TF_ATTR_INT, value: 0 },
      { name: 'Tparams', type: b.TF_ATTR_TYPE, value: kind },
      { name: 'Tindices', type: b.TF_ATTR_TYPE, value: b.TF_INT32 },
      { name: 'Taxis', type: b.TF_ATTR_TYPE, value: b.TF_INT32 },
    ];
    return this.run('GatherV2', attributes, x, positions, this.constant(0, 'int32'));
  }

  override read(variable: Variable): Value {
    const storage = this.resource(variable);
    storage.content ??= this.tf.keep(
      this.node.executeSingleOutput('ReadVariableOp', this.dtypeOf(variable), [storage.handle]),
    );
    return storage.content;
  }

  override assign(variable: Variable, value: Value): void {
    const storage = this.resource(variable);
    dropContent(storage);
    this.node.executeMultipleOutputs('AssignVariableOp', this.dtypeOf(variable), [storage.handle, value as Tensor], 0);
  }

  override momentumStep(weight: Variable, velocity: Variable, gradient: Value, learningRate: number, momentum: number): void {
    const w = this.resource(weight);
    const v = this.resource(velocity);
    dropContent(w);
    dropContent(v);
    const inputs = [w.handle, v.handle, this.constant(learningRate), gradient as Tensor, this.constant(momentum)];
    this.node.executeMultipleOutputs('ResourceApplyMomentum', this.attributes.momentum, inputs, 0);
  }

  private run(op: string, attributes: Attribute[], ...inputs: Value[]): Tensor {
    return this.node.executeSingleOutput(op, attributes, inputs as Tensor[]);
  }

  private dtypeOf(variable: Variable): Attribute[] {
    const { binding: b } = this.node;
    return [{ name: 'dtype', type: b.TF_ATTR_TYPE, value: variable.dtype === 'int32' ? b.TF_INT32 : b.TF_FLOAT }];
  }

  /** Scalars that steps use again and again (rates, 1/batch) are made once. */
  private constant(value: number, dtype: 'float32' | 'int32' = 'float32'): Tensor {
    const key = `${dtype} ${value}`;
    let tensor = this.constants.get(key);
    if (!tensor) {
      tensor = this.tf.keep(this.tf.scalar(value, dtype));
      this.constants.set(key, tensor);
    }
    return tensor;
  }

  private resource(variable: Variable): ResourceStorage {
    if (variable.storage) return variable.storage as ResourceStorage;
    return variable.place((content) => this.makeResource(variable, content)) as ResourceStorage;
  }

  private makeResource(variable: Variable, content: Float32Array | Int32Array): ResourceStorage {
    const { binding: b } = this.node;
    const attributes = [
      ...this.dtypeOf(variable),
      { name: 'shape', type: b.TF_ATTR_SHAPE, value: variable.shape },
      { name: 'shared_name', type: b.TF_ATTR_STRING, value: `variable${this.variables++}` },
      { name: 'container', type: b.TF_ATTR_STRING, value: '' },
    ];
    const handle = this.tf.keep(this.node.executeSingleOutput('VarHandleOp', attributes, []));
    const storage: ResourceStorage = {
      handle,
      content: undefined,
      fetch: () => (this.read(variable) as Tensor).dataSync().slice() as Float32Array | Int32Array,
      dispose: () => {
        dropContent(storage);
        this.node.executeMultipleOutputs('DestroyResourceOp', this.attributes.destroy, [handle], 0);
        handle.dispose();
      },
    };
    this.tf.tidy(() => {
      const first = this.tensor(content, variable.shape) as Tensor;
      this.node.executeMultipleOutputs('AssignVariableOp', this.dtypeOf(variable), [handle, first], 0);
    });
    return storage;
  }
}

function dropContent(storage: ResourceStorage): void {
  storage.content?.dispose();
  storage.content = undefined;
}
