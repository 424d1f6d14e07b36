import { isPlainObject, problem, shown } from '../../utils/errors';
import { DEEPEST_JSON, NAMES_OF_JAVASCRIPT } from '../../utils/json';
import type { NamedTensor } from '../../utils/safetensors';
import { bytesOfTensor, isTensor, tensorOfBytes } from '../tensorState';
import type { TensorState } from '../tensorState';

/** Stands for a tensor, with the name it has in the file; and for a number that JSON has not, with its name. */
const [TENSOR, NUMBER] = ['$tensor', '$number'];
const NUMBERS: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };

/** Plain data in two parts: JSON, and the tensors that were in it. */
export interface Parted {
  readonly tree: unknown;
  readonly tensors: readonly NamedTensor[];
}

type Take = (tensor: TensorState, place: string) => string;

/**
 * Takes the tensors out of plain data (what `state()` of a model or a trainer gives); `joined` puts them back. A tensor is named
 * after its place, e.g. `memory/anchors/0/importance`; one with a name of its own, as parameters have, stands under that.
 *
 * @throws naming the place of what no file can hold, or of a tensor with a number that is not finite
 */
export function parted(state: object): Parted {
  const tensors = new Map<string, NamedTensor>();
  const take: Take = (tensor, place) => {
    let name = place;
    for (let copy = 2; tensors.has(name); copy++) name = `${place} (${copy})`;
    const bytes = bytesOfTensor(tensor);
    const dtype = tensor.dtype === 'int32' ? 'I32' : 'F32';
    if (dtype === 'F32') checkFinite('saving', place, bytes, 'training has diverged; load an earlier checkpoint, or train anew');
    tensors.set(name, { name, dtype, shape: tensor.shape, bytes });
    return name;
  };
  return { tree: part(state, '', 0, take), tensors: [...tensors.values()] };
}

function part(value: unknown, place: string, depth: number, take: Take): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { [NUMBER]: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (depth > DEEPEST_JSON / 2) throw unsaveable(place, `nested more than ${DEEPEST_JSON / 2} deep`);
  if (Array.isArray(value)) {
    const list = Array.from(value as unknown[]); // gaps become undefined
    const named = haveNames(list);
    return list.map((entry, i) => {
      const inner = named ? beside(place, (entry as { name: string }).name) : below(place, String(i));
      return part(entry, inner, depth + 1, take);
    });
  }
  if (!isPlainObject(value)) throw unsaveable(place, shown(value));
  const tensor = isTensor(value) ? { [TENSOR]: take(value, place) } : undefined;
  const entries = Object.entries(value)
    .filter(([name, entry]) => entry !== undefined && !(tensor && ['shape', 'dtype', 'data'].includes(name)))
    .map(([name, entry]) => {
      if (name.startsWith('$') || NAMES_OF_JAVASCRIPT.includes(name)) throw unsaveable(place, `an object with the name ${name}`);
      return [name, part(entry, below(place, name), depth + 1, take)];
    });
  return { ...Object.fromEntries(entries), ...tensor };
}

/**
 * Puts tensors back into what `parted` made of plain data.
 *
 * @param subject the file's name
 * @throws when a tensor is missing, left over, used twice, or holds a number that is not finite
 */
export function joined(subject: string, { tree, tensors }: Parted): unknown {
  const left = new Map<unknown, NamedTensor>(tensors.map((tensor) => [tensor.name, tensor]));
  const damaged = (reason: string) => problem(subject, reason, 'use another copy');
  const tensorNamed = (name: unknown) => {
    const tensor = left.get(name);
    if (!tensor) throw damaged(`tensor ${shown(name)} is missing, or is used twice`);
    left.delete(name);
    if (tensor.dtype === 'F32') checkFinite(subject, tensor.name, tensor.bytes, 'use another copy');
    return tensor;
  };
  const join = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(join);
    if (typeof value !== 'object' || value === null) return value;
    const { [TENSOR]: name, [NUMBER]: number, ...rest } = value as Record<string, unknown>;
    if (number !== undefined) {
      if (Object.hasOwn(NUMBERS, String(number))) return NUMBERS[String(number)];
      throw damaged(`it has a number named ${shown(number)}`);
    }
    const entries = Object.fromEntries(Object.entries(rest).map(([key, entry]) => [key, join(entry)]));
    if (name === undefined) return entries;
    const { bytes, dtype, shape } = tensorNamed(name);
    return tensorOfBytes(bytes, dtype === 'F32' ? 'float32' : 'int32', shape, entries);
  };
  const whole = join(tree);
  const [over] = left.keys();
  if (over !== undefined) throw damaged(`nothing in it uses tensor ${shown(over)}`);
  return whole;
}

/** Whether a list is one of objects with names of their own. */
function haveNames(list: readonly unknown[]): boolean {
  const names = list.map((entry) => (isPlainObject(entry) ? entry.name : undefined));
  return list.length > 0 && names.every((name) => typeof name === 'string');
}

const below = (place: string, name: string) => (place === '' ? name : `${place}/${name}`);
const beside = (place: string, name: string) => below(place.split('/').slice(0, -1).join('/'), name);

function unsaveable(place: string, what: string): Error {
  const remedy = 'keep plain numbers, text, lists, objects, and tensors (encodeTensor)';
  return problem('saving', `${place || 'the state'} is ${what}, which is not saved`, remedy);
}

function checkFinite(subject: string, name: string, bytes: Uint8Array, remedy: string): void {
  for (let at = 0; at < bytes.length; at += 4) {
    // Not a number or infinite: all eight bits of the exponent are 1.
    if ((bytes[at + 3] & 0x7f) !== 0x7f || (bytes[at + 2] & 0x80) === 0) continue;
    throw problem(subject, `${name} holds a number that is not finite`, remedy);
  }
}
