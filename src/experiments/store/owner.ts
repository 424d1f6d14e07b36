import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isPlainObject } from '../../utils/errors';

/** A process that works on a store. */
export interface Owner {
  readonly pid: number;
  /** Name of its machine, for people. */
  readonly host: string;
  /** Where its process number means something: machine, boot and (on Linux) the container's own numbering. */
  readonly machine: string;
  /** When it began, in the system's own count, so that a later process with its number is not taken for it; '' where not known. */
  readonly start: string;
}

let own: Owner | undefined;

/** This process. */
export function thisProcess(): Owner {
  const host = hostname();
  own ??= { pid: process.pid, host, machine: machineOf(host), start: lookUp(process.pid)?.start ?? '' };
  return own;
}

/**
 * Whether a process has ended, by what the system says of it; undefined where that cannot be told from here: it is of another
 * machine, or the system does not tell a process from a later one with its number.
 */
export function hasEnded({ pid, machine, start }: Owner): boolean | undefined {
  if (machine !== thisProcess().machine) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  const found = lookUp(pid);
  if (start === '' || !found) return undefined;
  return found.start !== start || 'ZX'.includes(found.state);
}

/** An owner as a session's file holds it; undefined where it does not, e.g. because the disk was full. */
export function ownerFrom(text: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(text);
    if (!isPlainObject(owner) || !Number.isInteger(owner.pid)) return undefined;
    const texts = [owner.host, owner.machine, owner.start].every((value) => typeof value === 'string');
    return texts ? (owner as unknown as Owner) : undefined;
  } catch {
    return undefined;
  }
}

/** Process numbers begin anew with each boot, and in each container. */
function machineOf(host: string): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return [host, boot, readlinkSync('/proc/self/ns/pid')].join(' ');
  } catch {
    return host;
  }
}

/** State and start of a process as Linux tells them (`man proc_pid_stat`, fields 3 and 22); undefined elsewhere. */
function lookUp(pid: number): { state: string; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold anything
    return { state: fields[0], start: fields[19] };
  } catch {
    return undefined;
  }
}
