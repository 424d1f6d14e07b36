import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Sessions } from './sessions';

/**
 * Who may execute which run. The lease of a run is the file with the highest number in a folder of the run's own; a file is made
 * by one process only (the system refuses the second), and one whose session has ended is not replaced but outnumbered. So two
 * processes that find the same lease abandoned cannot both get it.
 */
export class Leases {
  constructor(
    private readonly folder: string,
    private readonly sessions: Sessions,
  ) {}

  /** Tries to get the lease of a run for a session; false where a living session has it. Throws where no file can be made. */
  take(id: string, session: string): boolean {
    for (;;) {
      const top = this.highest(id);
      if (top > 0) {
        const holder = this.read(id, top);
        if (holder === session) return true;
        if (holder === undefined) continue; // it was given back just now
        if (!this.isAbandoned(id, top, holder)) return false;
      }
      if (this.make(id, top + 1, session)) return this.confirm(id, top + 1);
    }
  }

  /** Gives a lease back. */
  release(id: string, session: string): void {
    const top = this.highest(id);
    if (top === 0 || this.read(id, top) !== session) return;
    for (const number of this.numbers(id)) if (number <= top) this.remove(id, number); // its own one last
    this.removeFolder(id);
  }

  /** The session that has the lease of a run. */
  holder(id: string): string | undefined {
    const top = this.highest(id);
    return top === 0 ? undefined : this.read(id, top);
  }

  /** The runs for which there are leases. */
  ids(): string[] {
    try {
      return readdirSync(this.folder);
    } catch {
      return [];
    }
  }

  /** A lease that names nobody is being made at the moment, or its maker was killed while making it. */
  private isAbandoned(id: string, number: number, holder: string): boolean {
    if (holder !== '') return this.sessions.isDead(holder);
    const stats = statSync(this.pathOf(id, number), { throwIfNoEntry: false });
    return stats !== undefined && this.sessions.isSilent(`lease ${id} ${number}`, `${stats.ino} ${stats.mtimeMs}`);
  }

  /** Whoever has looked before another took and gave back a lease may make a file with a low number: it does not count. */
  private confirm(id: string, number: number): boolean {
    if (this.highest(id) === number) return true;
    this.remove(id, number);
    return false;
  }

  private make(id: string, number: number, session: string): boolean {
    for (;;) {
      mkdirSync(join(this.folder, id), { recursive: true });
      try {
        const handle = openSync(this.pathOf(id, number), 'wx');
        try {
          writeSync(handle, session);
        } catch (error) {
          this.remove(id, number); // the disk is full
          throw error;
        } finally {
          closeSync(handle);
        }
        return true;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EEXIST') return false;
        if (code !== 'ENOENT') throw error; // else the folder was taken off just now
      }
    }
  }

  /** The session that a lease names; undefined where the file is gone. */
  private read(id: string, number: number): string | undefined {
    try {
      return readFileSync(this.pathOf(id, number), 'utf8');
    } catch {
      return undefined;
    }
  }

  private highest(id: string): number {
    return Math.max(0, ...this.numbers(id));
  }

  private numbers(id: string): number[] {
    try {
      return readdirSync(join(this.folder, id))
        .map(Number)
        .sort((a, b) => a - b);
    } catch {
      return [];
    }
  }

  private remove(id: string, number: number): void {
    rmSync(this.pathOf(id, number), { force: true });
  }

  private removeFolder(id: string): void {
    try {
      rmdirSync(join(this.folder, id));
    } catch {
      // somebody else made a lease in it
    }
  }

  private pathOf(id: string, number: number): string {
    return join(this.folder, id, String(number));
  }
}
