import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDuration } from '../../src/utils/format';
import { RandomStream } from '../../src/utils/random';
import type { CorruptionFigures } from './corruptions';
import type { Finding } from './finding';
import type { SoakOptions } from './options';
import { READERS, type Reader } from './readerCases';

/** A read that takes longer counts as hanging. */
const LONGEST_MS = 5000;

/** Corrupts every kind of file that is read, again and again: each read gives an error in one line, or what is right. */
export async function soakReaders({ corruptions, seed }: SoakOptions, tell: (finding: Finding) => void): Promise<void> {
  soakFiles(corruptions, seed).forEach(tell);
  for (const [name, make] of Object.entries(READERS)) tell(await soakReader(name, make, corruptions, seed));
}

/** Those of `corruptions.ts`, in a process of its own; what is read is compared with what the damaged file holds. */
function soakFiles(count: number, seed: number): Finding[] {
  const args = [join(__dirname, 'corruptions.js'), String(count), String(seed)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) {
    const found = /AssertionError.*/.exec(stderr)?.[0] ?? `the process ended with status ${status}`;
    return [{ what: 'readers of files', did: `${count} corruptions of each`, found, ok: false }];
  }
  const { figures, peakMb } = JSON.parse(stdout) as { figures: CorruptionFigures[]; peakMb: number };
  return figures.map(({ reader, corruptions, errors, right, slowestMs }) => ({
    what: `reader of ${reader}`,
    did: `${corruptions} corruptions`,
    found: `${errors} refused, ${right} read right, longest ${slowestMs.toFixed(0)} ms; memory of all ${peakMb} MB at most`,
    ok: errors + right === count && slowestMs < LONGEST_MS,
  }));
}

/** One kind of file. */
export async function soakReader(
  name: string,
  make: () => Reader | Promise<Reader>,
  corruptions: number,
  seed: number,
): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-readers-'));
  const random = new RandomStream(seed, name);
  const reader = await make();
  const wrong: string[] = [];
  let [refused, longest] = [0, 0];
  const began = performance.now();
  try {
    for (let i = 0; i < corruptions; i++) {
      const file = join(folder, `file${i % 100}`);
      writeFileSync(file, reader.corrupt(random));
      const before = performance.now();
      const outcome = await attempt(() => reader.read(file));
      longest = Math.max(longest, performance.now() - before);
      if (outcome === undefined) continue;
      refused++;
      const fault = faultOf(outcome);
      if (fault !== undefined) wrong.push(`corruption ${i}: ${fault}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const polluted = 'polluted' in {};
  const faults = [
    ...wrong,
    ...(longest > LONGEST_MS ? ['a read hung'] : []),
    ...(polluted ? ['Object.prototype was changed'] : []),
  ];
  return {
    what: `reader of ${name}`,
    did: `${corruptions} corruptions in ${formatDuration((performance.now() - began) / 1000)}`,
    found: `${refused} refused, ${corruptions - refused} read right, longest ${longest.toFixed(0)} ms${faults.length > 0 ? `; ${faults.length} WRONG: ${faults.slice(0, 12).join(' | ')}` : ''}`,
    ok: faults.length === 0,
  };
}

async function attempt(read: () => unknown): Promise<unknown> {
  try {
    await read();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What is wrong with an error; undefined where it is one of the library's own, in one line, with subject and reason. */
function faultOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `no error but ${String(error)}`;
  const { name, message, stack = '' } = error;
  const own = name === 'Error' && /^[^\n]+: [^\n]+$/.test(message) && !/\[object /.test(message);
  if (own) return undefined;
  return `${name}: ${message.slice(0, 300).replace(/\n/g, '⏎')} (${/((?:src|test)\/[^\s)]+)/.exec(stack)?.[1] ?? ''})`;
}
