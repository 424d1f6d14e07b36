import { isPlainObject, problem, shown } from '../../utils/errors';
import type { HostNumbers, Value } from '../value';
import type { Addon, AddonTensor } from './addon';

/** Memory of TensorFlow's under its key, with the number of tensors that use it. */
interface Content {
  readonly id: number;
  users: number;
}

/** A tensor of TensorFlow's native library. */
export class DeviceTensor implements Value {
  /** Lives beyond the end of its scope. */
  kept = false;
  private freed = false;

  /** @internal Tensors are made by `DeviceTensors`. */
  constructor(
    private readonly owner: DeviceTensors,
    readonly content: Content,
    readonly shape: number[],
    readonly dtype: string,
  ) {}

  /** A copy of its numbers, row-major. */
  dataSync(): HostNumbers {
    return this.owner.numbers(this);
  }

  /** Frees it; a second time does nothing. */
  dispose(): void {
    if (this.freed) return;
    this.freed = true;
    this.owner.release(this.content);
  }

  get isDisposed(): boolean {
    return this.freed;
  }
}

/** The tensors of the native backend, and the scopes that free them. */
export class DeviceTensors {
  /** Tensors that are not freed. */
  count = 0;
  private readonly scopes: DeviceTensor[][] = [];
  private readonly dtypes: Map<number, string>;

  constructor(private readonly addon: Addon) {
    this.dtypes = new Map([
      [addon.TF_FLOAT, 'float32'],
      [addon.TF_INT32, 'int32'],
      [addon.TF_BOOL, 'bool'],
    ]);
  }

  /** Numbers of the host; the array must not change afterwards. */
  upload(data: HostNumbers, shape: number[]): DeviceTensor {
    const { addon } = this;
    const [dtype, name] = data instanceof Int32Array ? [addon.TF_INT32, 'int32'] : [addon.TF_FLOAT, 'float32'];
    return this.track(new DeviceTensor(this, { id: addon.createTensor(shape, dtype, data), users: 0 }, shape, name));
  }

  /** What an operation gave. */
  wrap({ id, shape, dtype }: AddonTensor): DeviceTensor {
    return this.track(new DeviceTensor(this, { id, users: 0 }, shape, this.dtypes.get(dtype) ?? 'resource'));
  }

  /** A second tensor of the same content, so that one can be freed without the other. */
  alias({ content, shape, dtype }: DeviceTensor): DeviceTensor {
    return this.track(new DeviceTensor(this, content, shape, dtype));
  }

  /** The addon's keys of values; numbers of another backend (a `tf.Tensor`) are copied. */
  ids(values: readonly Value[]): number[] {
    return values.map((value) => this.own(value).content.id);
  }

  /** The value as a tensor of this backend. */
  own(value: Value): DeviceTensor {
    if (value instanceof DeviceTensor) {
      if (value.isDisposed) throw problem('tensor', `the one of shape [${value.shape.join(', ')}] was freed before`);
      return value;
    }
    const { dataSync } = value as Partial<DeviceTensor>;
    if (typeof dataSync !== 'function')
      throw problem('tensor', `${shown(value)} is none`, 'pass what a kernel, tensor() or TensorFlow.js gave');
    return this.upload(dataSync.call(value) as HostNumbers, value.shape);
  }

  numbers(tensor: DeviceTensor): HostNumbers {
    return this.addon.tensorDataSync(this.own(tensor).content.id);
  }

  release(content: Content): void {
    this.count--;
    if (--content.users === 0) this.addon.deleteTensor(content.id);
  }

  /** See `Backend`. */
  scope<T>(fn: () => T): T {
    const made: DeviceTensor[] = [];
    this.scopes.push(made);
    let returned: DeviceTensor[] = [];
    try {
      const result = fn();
      if (result instanceof Promise)
        throw problem('scope', 'it returned a promise', 'values are freed at the end of a scope: await outside');
      returned = tensorsIn(result);
      return result;
    } finally {
      this.scopes.pop();
      const around = this.scopes.at(-1);
      for (const tensor of made) {
        if (tensor.kept) continue;
        if (returned.includes(tensor)) around?.push(tensor);
        else tensor.dispose();
      }
    }
  }

  private track(tensor: DeviceTensor): DeviceTensor {
    tensor.content.users++;
    this.count++;
    this.scopes.at(-1)?.push(tensor);
    return tensor;
  }
}

/** The tensors of a value, or of an array or plain object of values, however deep. */
function tensorsIn(result: unknown): DeviceTensor[] {
  if (result instanceof DeviceTensor) return [result];
  if (Array.isArray(result) || isPlainObject(result)) return Object.values(result).flatMap(tensorsIn);
  return [];
}
