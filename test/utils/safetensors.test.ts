import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readOpened } from '../../src/utils/openFile';
import { encodeSafetensors, readSafetensors, type NamedTensor } from '../../src/utils/safetensors';
import { needsPython, runPython } from '../python';

const folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'x.safetensors');

const bytesOf = (numbers: Float32Array | Int32Array) => new Uint8Array(numbers.buffer);
const TENSORS: NamedTensor[] = [
  { name: 'hidden0/weight', dtype: 'F32', shape: [2, 3], bytes: bytesOf(Float32Array.of(1, -2.5, 1e-45, 3.4e38, 0.1, -0)) },
  { name: 'größe "1"', dtype: 'I32', shape: [2], bytes: bytesOf(Int32Array.of(-1, 2 ** 31 - 1)) },
  { name: 'one', dtype: 'F32', shape: [], bytes: bytesOf(Float32Array.of(7)) },
  { name: 'none', dtype: 'F32', shape: [0, 3], bytes: new Uint8Array(0) },
  { name: '7', dtype: 'I32', shape: [1], bytes: bytesOf(Int32Array.of(7)) },
];
const METADATA = { format: 'test', state: '{"a":"b"}' };

const read = (content: Uint8Array) => {
  writeFileSync(file, content);
  return readOpened(file, (opened) => {
    const { metadata, readTensors } = readSafetensors('f', opened);
    return { metadata, tensors: readTensors() };
  });
};

/** A file with any header. */
function fileOf(header: string | Uint8Array, data: number, length?: number | bigint): Uint8Array {
  const head = Buffer.from(header as string);
  const begin = Buffer.alloc(8);
  begin.writeBigUInt64LE(BigInt(length ?? head.length));
  return Buffer.concat([begin, head, Buffer.alloc(data)]);
}

test('tensors and metadata come back bit for bit', () => {
  const { metadata, tensors } = read(encodeSafetensors({ tensors: TENSORS, metadata: METADATA }));
  assert.deepEqual(metadata, METADATA);
  const byName = (list: readonly NamedTensor[]) => [...list].sort((a, b) => a.name.localeCompare(b.name));
  assert.deepEqual(byName(tensors), byName(TENSORS));
});

test('a file without tensors or without metadata is read', () => {
  assert.deepEqual(read(encodeSafetensors({ tensors: [], metadata: {} })), { metadata: {}, tensors: [] });
  assert.deepEqual(read(fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  ', 4)), {
    metadata: {},
    tensors: [{ name: 'a', dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }],
  });
});

test('Python’s safetensors reads what is written here, the numbers begin at a multiple of eight bytes', (context) => {
  if (!needsPython(context, 'safetensors')) return;
  const content = encodeSafetensors({ tensors: TENSORS, metadata: METADATA });
  assert.equal(Number(Buffer.from(content).readBigUInt64LE()) % 8, 0);
  writeFileSync(file, content);
  const script = `
import json, sys
from safetensors import deserialize
with open(json.load(sys.stdin), 'rb') as file:
    read = deserialize(file.read())
print(json.dumps([[name, t['dtype'], t['shape'], list(t['data'])] for name, t in read]))`;
  const found = runPython(script, file) as [string, string, number[], number[]][];
  const expected = TENSORS.map(({ name, dtype, shape, bytes }) => [name, dtype, shape, [...bytes]]);
  const sorted = (list: unknown[][]) => [...list].sort((a, b) => String(a[0]).localeCompare(String(b[0])));
  assert.deepEqual(sorted(found), sorted(expected));
});

test('a damaged or hostile file is refused with what is wrong, before memory for its tensors is taken', () => {
  const one = (fields: object, name = 'a') =>
    JSON.stringify({ [name]: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields } });
  const two = (first: number[], second: number[]) => {
    const entry = (offsets: number[]) => ({ dtype: 'F32', shape: [(offsets[1] - offsets[0]) / 4], data_offsets: offsets });
    return JSON.stringify({ a: entry(first), b: entry(second) });
  };
  const wrong: [string, Uint8Array, RegExp][] = [
    ['empty', new Uint8Array(0), /it has only 0 bytes/],
    ['seven bytes', new Uint8Array(7), /it has only 7 bytes/],
    ['header longer than the file', fileOf('{}', 0, 3), /its header would be 3 bytes long, in a file of 10/],
    ['header of 2^63 bytes', fileOf('{}', 0, 2n ** 63n), /its header would be 9223372036854775808 bytes long/],
    ['header of 2^64-1 bytes', fileOf('{}', 0, 2n ** 64n - 1n), /its header would be/],
    ['no header', fileOf('', 0), /its header is no JSON object/],
    ['header is a list', fileOf('[]', 0), /its header is no JSON object/],
    ['no UTF-8', fileOf(Buffer.from('{"\xff":1}', 'latin1'), 0), /its header is not UTF-8/],
    ['no JSON', fileOf('{"a":', 0), /it is not JSON/],
    ['twice', fileOf('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}', 0), /one name twice/],
    ['prototype', fileOf('{"__proto__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}', 0), /an entry named __proto__/],
    ['entry null', fileOf('{"a":null}', 0), /tensor 'a': its numbers are undefined/],
    ['entry text', fileOf('{"a":"F32"}', 0), /tensor 'a': its numbers are undefined/],
    ['half numbers', fileOf(one({ dtype: 'F16' }), 8), /its numbers are 'F16', this library reads F32 and I32/],
    ['shape', fileOf(one({ shape: '2' }), 8), /its shape is '2'/],
    ['negative', fileOf(one({ shape: [-2] }), 8), /its shape is \[-2\]/],
    ['both negative', fileOf(one({ shape: [-1, -2] }), 8), /its shape is/],
    ['broken', fileOf(one({ shape: [0.5, 4] }), 8), /its shape is/],
    ['huge', fileOf(one({ shape: [2 ** 40, 2 ** 12] }), 8), /needs 18014398509481984 bytes, it has 8/],
    ['more than there are numbers', fileOf(one({ shape: [2 ** 52, 2 ** 52, 2 ** 52] }), 8), /needs .* bytes, it has 8/],
    ['huge times nothing', fileOf(one({ shape: [2 ** 52, 0], data_offsets: [0, 0] }), 8), /its tensors take 0 bytes, the file has 8/],
    ['many axes', fileOf(one({ shape: Array(17).fill(1) }), 8), /its shape is/],
    ['offsets', fileOf(one({ data_offsets: [0] }), 8), /its offsets are \[0\]/],
    ['backwards', fileOf(one({ data_offsets: [8, 0] }), 8), /needs 8 bytes, it has -8/],
    ['too few', fileOf(one({ data_offsets: [0, 4] }), 4), /its shape \[ ?2 ?\] needs 8 bytes, it has 4/],
    ['beyond the end', fileOf(one({}), 4), /its tensors take 8 bytes, the file has 4/],
    ['bytes left over', fileOf(one({}), 12), /its tensors take 8 bytes, the file has 12/],
    ['gap before the first', fileOf(one({ data_offsets: [4, 12] }), 12), /tensor 'a' leaves a gap before it/],
    ['gap', fileOf(two([0, 4], [8, 12]), 12), /tensor 'b' leaves a gap before it/],
    ['overlap', fileOf(two([0, 8], [4, 12]), 12), /tensor 'b' overlaps the one before/],
    ['the same bytes', fileOf(two([0, 8], [0, 8]), 8), /overlaps the one before/],
    ['metadata', fileOf('{"__metadata__":{"a":1}}', 0), /its metadata are no text by name/],
    ['metadata list', fileOf('{"__metadata__":["a"]}', 0), /its metadata are no text by name/],
    ['long name', fileOf(one({ shape: 1 }, 'x'.repeat(1e6)), 8), /^f: it is no whole safetensors file: tensor 'xxx/],
  ]; // prettier-ignore
  for (const [what, content, message] of wrong) {
    assert.throws(
      () => read(content),
      ({ name, message: said }: Error) => name === 'Error' && message.test(said) && said.length < 300,
      what,
    );
  }
});

test('more JSON than is read again is refused when it is written', () => {
  assert.throws(
    () => encodeSafetensors({ tensors: [], metadata: { state: 'x'.repeat(2 ** 25) } }),
    /^Error: saving: all but the tensors takes 335\d{5} bytes, 33554432 at most are read; keep long lists of numbers as tensors/,
  );
});
