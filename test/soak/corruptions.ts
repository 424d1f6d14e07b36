import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gzipSync } from 'node:zlib';
import { encodeTensor, readSaved, writeSaved } from '../../src/backend';
import { encodeIdx, readIdx } from '../../src/data/files/idx';
import { collectResults, readResults, writeResults } from '../../src/experiments';
import { readRunFile, runFileText } from '../../src/experiments/store/runFile';
import { parseJson } from '../../src/utils/json';
import { readOpened } from '../../src/utils/openFile';
import { RandomStream } from '../../src/utils/random';
import { readSafetensors } from '../../src/utils/safetensors';
import { result } from '../experiments/fixtures';
import { damaged } from './damage';

/** What became of the damaged files that one reader was given. */
export interface CorruptionFigures {
  reader: string;
  corruptions: number;
  /** Files that were refused with an error in words. */
  errors: number;
  /** Files that were read as what they hold. */
  right: number;
  /** The longest time one file took, ms. */
  slowestMs: number;
}

interface Reader {
  /** The content of a whole file. */
  readonly whole: Buffer;
  /** What the library reads. */
  read(file: string): unknown;
  /** What a damaged file holds, found out in another way. */
  holds(content: Buffer): unknown;
}

const random = new RandomStream(7, 'contents');
const bytes = Uint8Array.from({ length: 360 }, () => random.integer(256));
const idx = Buffer.from(encodeIdx('images', [10, 6, 6], bytes));
const gzip = gzipSync(idx);
const STATE = {
  version: 1,
  options: { lr: 0.1, name: 'größe "1"\\', list: [1, null, true, -0.5e-7, []], deep: [[[[{ a: {} }]]]] },
  weights: encodeTensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
  labels: encodeTensor(Int32Array.of(1, -2), [2]),
};
const RUN = result({ losses: [{ task: 0, firstStep: 0, steps: 2, every: 1, losses: [0.7, 0.6] }] });

function idxOf(content: Buffer): unknown {
  const shape = Array.from({ length: content[3] }, (_, axis) => content.readUInt32BE(4 + 4 * axis));
  return [shape, [...content.subarray(4 + 4 * content[3])]];
}

const readIdxOf = (file: string) => {
  const { shape, data } = readIdx(file);
  return [shape, [...data]];
};

/** Tensors by name, taken from the places that the header says. */
function tensorsOf(content: Buffer): unknown {
  const begin = 8 + Number(content.readBigUInt64LE());
  const header = JSON.parse(content.toString('utf8', 8, begin)) as Record<string, { shape: number[]; data_offsets: [number, number] }>;
  const { __metadata__: metadata = {}, ...tensors } = header;
  const places = Object.entries(tensors).map(([name, { shape, data_offsets: [start, end] }]) => {
    return [name, [shape, [...content.subarray(begin + start, begin + end)]]];
  });
  return [metadata, Object.fromEntries(places)];
} // prettier-ignore

const readTensorsOf = (file: string) =>
  readOpened(file, (opened) => {
    const { metadata, readTensors } = readSafetensors(file, opened);
    return [metadata, Object.fromEntries(readTensors().map(({ name, shape, bytes: own }) => [name, [shape, [...own]]]))];
  });

/** One of each kind of file, made in a folder. */
function readersIn(folder: string): Record<string, Reader> {
  const made = (name: string, write: (file: string) => void) => {
    write(join(folder, name));
    return readFileSync(join(folder, name));
  };
  const json = Buffer.from(JSON.stringify(STATE, undefined, 1));
  const saved = made('a.safetensors', (file) => writeSaved(file, 'trainer', STATE));
  const results = made('results.json', (file) => writeResults(file, collectResults([RUN])));
  const parsed = (content: Buffer) => JSON.parse(content.toString('utf8')) as unknown;
  const text = (file: string) => readFileSync(file, 'utf8');
  return {
    IDX: { whole: idx, read: readIdxOf, holds: idxOf },
    gzip: { whole: gzip, read: readIdxOf, holds: (content) => idxOf(content[0] === 0x1f ? idx : content) },
    JSON: { whole: json, read: (file) => parseJson(file, text(file)), holds: parsed },
    'results.json': { whole: results, read: (file) => readResults(file), holds: parsed },
    'run of a store': { whole: Buffer.from(runFileText(RUN)), read: (file) => readRunFile(file, text(file)), holds: () => RUN },
    safetensors: { whole: saved, read: readTensorsOf, holds: tensorsOf },
    'saved trainer': { whole: saved, read: (file) => readSaved(file, ['trainer']).state, holds: () => STATE },
  };
}

/**
 * Gives each reader of files damaged ones.
 *
 * @param count how many each
 * @throws AssertionError with the reader and the number of the damage where one is neither refused in words nor read rightly
 */
export function corruptions(count: number, seed = 1): CorruptionFigures[] {
  const folder = mkdtempSync(join(tmpdir(), 'corruptions-'));
  try {
    const figures = Object.entries(readersIn(folder)).map(([name, reader]) => survives(folder, name, reader, count, seed));
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    assert.deepEqual(Object.keys(Object.prototype), []);
    return figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function survives(folder: string, name: string, { whole, read, holds }: Reader, count: number, seed: number): CorruptionFigures {
  const stream = new RandomStream(seed, name);
  const file = join(folder, 'damaged');
  const figures = { reader: name, corruptions: count, errors: 0, right: 0, slowestMs: 0 };
  for (let i = 0; i < count; i++) {
    const content = damaged(whole, stream);
    writeFileSync(file, content);
    const started = performance.now();
    let found: unknown;
    let error: Error | undefined;
    try {
      found = read(file);
    } catch (caught) {
      error = caught as Error;
    }
    figures.slowestMs = Math.max(figures.slowestMs, performance.now() - started);
    if (error) {
      const inWords = error.name === 'Error' && /^[^\n]{10,400}$/.test(error.message);
      assert.ok(inWords, `${name}, damage ${i} with seed ${seed}: ${error.stack}`);
      figures.errors++;
    } else {
      assert.ok(
        isDeepStrictEqual(found, holds(content)),
        `${name}, damage ${i} with seed ${seed}: it was read as something else`,
      );
      figures.right++;
    }
  }
  return { ...figures, slowestMs: Math.round(figures.slowestMs * 10) / 10 };
}

/** `node dist/test/soak/corruptions.js [COUNT] [SEED]`: a process of its own, so that a crash or a hang is seen by whoever started it. */
function main([count = '10000', seed = '1']: string[]): void {
  const figures = corruptions(Number(count), Number(seed));
  console.log(JSON.stringify({ figures, peakMb: Math.round(process.resourceUsage().maxRSS / 1000) }, undefined, 1));
}

if (require.main === module) main(process.argv.slice(2));
