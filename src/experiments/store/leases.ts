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
      const holder = top === 0 ? undefined : this.read(id, top);
      if (holder === session) return true;
      if (top > 0) {
        if (holder === undefined) continue; // it was given back just now
        if (!this.isAbandoned(id, top, holder)) return false;
      }
      if (!this.make(id, top + 1, session)) continue;
      if (this.stillHolds(id, top, holder)) return true;
      this.remove(id, top + 1, session);
    }
  }

  /** Gives a lease back. */
  release(id: string, session: string): void {
    const top = this.highest(id);
    if (top === 0 || this.read(id, top) !== session) return;
    for (const number of this.numbers(id)) {
      const holder = number < top ? this.read(id, number) : undefined;
      if (holder !== undefined && this.isAbandoned(id, number, holder)) this.remove(id, number, holder);
    }
    this.remove(id, top, session); // its own one last: until then nobody else gets it
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

  /**
   * Whether what was seen before a file was made is so still: nobody has a higher number, and the one below is of the session that
   * ended. Else others have taken and given back the lease in between, and the file does not count.
   */
  private stillHolds(id: string, below: number, holder: string | undefined): boolean {
    return this.highest(id) === below + 1 && (below === 0 || this.read(id, below) === holder);
  }

  /** Makes the file of a lease; false where there is one with this number. */
  private make(id: string, number: number, session: string): boolean {
    for (;;) {
      try {
        this.makeFolder(id);
        this.write(this.pathOf(id, number), session);
        return true;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EEXIST') return false;
        if (code !== 'ENOENT') throw error; // else the folder was taken off just now
      }
    }
  }

  private write(path: string, session: string): void {
    const handle = openSync(path, 'wx');
    try {
      writeSync(handle, session);
    } catch (error) {
      rmSync(path, { force: true }); // the disk is full
      throw error;
    } finally {
      closeSync(handle);
    }
  }

  /** Not `recursive`, which fails where another process takes the folder off meanwhile. */
  private makeFolder(id: string): void {
    try {
      mkdirSync(join(this.folder, id));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') mkdirSync(this.folder, { recursive: true });
      if (code !== 'EEXIST') throw error;
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

  /** Takes a file off that is of this session; another's is left, as its place may have been taken meanwhile. */
  private remove(id: string, number: number, session: string): void {
    if (this.read(id, number) === session) rmSync(this.pathOf(id, number), { force: true });
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
