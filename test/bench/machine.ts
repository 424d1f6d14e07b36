import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { canPin } from './engines';

/** Where something was measured. */
export interface Machine {
  cpu: string;
  /** What its processor can do for products of float32, e.g. `avx2 avx512f amx_tile`; absent where the system does not tell. */
  vectors?: string;
  cores: number;
  memoryGb: number;
  system: string;
  node: string;
  /** Whether engines of one core are bound to one. */
  pinned: boolean;
  /** Day, e.g. `2026-11-24`. */
  date: string;
}

/** This machine, now. */
export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    vectors: vectors(),
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    pinned: canPin(),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** A machine in one line. */
export function describeMachine({ cpu, vectors, cores, memoryGb, system, node, pinned }: Machine): string {
  const binding = pinned
    ? 'one-core engines are bound to core 0'
    : 'processes cannot be bound to a core here: engines of one core are limited by their thread settings only';
  return `${cpu}${vectors ? ` (${vectors})` : ''}, ${cores} cores, ${memoryGb} GB, ${system}, Node ${node}; ${binding}`;
}

/** Whether two results are of one kind of machine: then the newer one replaces the older. */
export function isSameMachine(a: Machine, b: Machine): boolean {
  return a.cpu === b.cpu && a.vectors === b.vectors && a.cores === b.cores;
}

/** Virtual machines of one name run on processors of several generations: these tell them apart. */
const TELLING = ['avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_tile'];

function vectors(): string | undefined {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' ');
    return flags && TELLING.filter((each) => flags.includes(each)).join(' ');
  } catch {
    return undefined; // not Linux
  }
}
