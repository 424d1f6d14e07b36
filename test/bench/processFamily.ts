import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc; 100 on every Linux Node runs on. */
const TICKS = 100;

/** Memory and processor time of a process and its descendants, from /proc; knows nothing where there is none. */
export class ProcessFamily {
  private readonly cpu = new Map<number, number>();
  private peakMb = 0;
  private totalMb = 0;

  constructor(private readonly root: number) {}

  /** Takes a reading; what a process used after the last one before its end is not seen. */
  look(): void {
    if (!existsSync('/proc/self/status')) return;
    const members = this.members();
    for (const { pid, ticks } of members) this.cpu.set(pid, ticks / TICKS);
    this.peakMb = Math.max(this.peakMb, ...members.map(({ peakKb }) => peakKb / 1024));
    this.totalMb = Math.max(
      this.totalMb,
      members.reduce((sum, { residentKb }) => sum + residentKb / 1024, 0),
    );
  }

  /** Highest memory of one process and of all together (MB of 2^20 bytes), and processor seconds of all. */
  usage(): { peakMb?: number; totalMb?: number; cpuSeconds?: number } {
    if (this.cpu.size === 0) return {};
    const cpuSeconds = [...this.cpu.values()].reduce((sum, seconds) => sum + seconds, 0);
    return { peakMb: this.peakMb, totalMb: this.totalMb, cpuSeconds };
  }

  private members(): Reading[] {
    const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (read(Number(name)) ?? []) : []));
    const family = all.filter(({ pid }) => pid === this.root);
    for (const { pid } of family) family.push(...all.filter(({ parent }) => parent === pid));
    return family;
  }
}

interface Reading {
  pid: number;
  parent: number;
  ticks: number;
  peakKb: number;
  residentKb: number;
}

/** One process; undefined when it has ended meanwhile. */
function read(pid: number): Reading | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // after the name, which may hold anything
    const number = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return {
      pid,
      parent: Number(fields[1]),
      ticks: Number(fields[11]) + Number(fields[12]),
      peakKb: number('VmHWM'),
      residentKb: number('VmRSS'),
    };
  } catch {
    return undefined;
  }
}
