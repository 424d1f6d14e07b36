import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hasEnded, ownerFrom, thisProcess } from './owner';

/**
 * The processes that work on a store. Each has a file of its own, which it touches as long as it lives; what it holds (leases,
 * half-written files) is named after it. A process of this machine has ended when the system says so; one of another machine when
 * its file was not touched for `leaseSeconds`, as this process counts them: the clocks of machines need not agree.
 */
export class Sessions {
  private readonly seen = new Map<string, { touched: string; since: number }>();

  constructor(
    private readonly folder: string,
    private readonly leaseSeconds: number,
  ) {}

  /** Names this process and begins to touch its file. Throws where no file can be made. */
  begin(): string {
    mkdirSync(this.folder, { recursive: true });
    const name = `${process.pid}-${randomBytes(6).toString('hex')}`;
    this.write(name);
    return name;
  }

  /** Says that the session lives; makes its file anew where it is gone. */
  touch(name: string): void {
    const now = Date.now() / 1000;
    try {
      utimesSync(this.pathOf(name), now, now);
    } catch {
      this.tryToWrite(name);
    }
  }

  /** Takes a session off, with the files it had not finished. */
  remove(name: string): void {
    for (const file of this.list()) if (file.startsWith(`${name}.`)) rmSync(join(this.folder, file), { force: true });
    rmSync(this.pathOf(name), { force: true });
  }

  /** Where a session writes a file before it takes its place. */
  temporary(name: string, id: string): string {
    return join(this.folder, `${name}.${id}.tmp`);
  }

  /** Names of all sessions. */
  names(): string[] {
    return [...new Set(this.list().map((file) => file.split('.')[0]))];
  }

  /** Whether the session has ended. */
  isDead(name: string): boolean {
    let touched: string;
    let text: string;
    try {
      text = readFileSync(this.pathOf(name), 'utf8');
      touched = String(statSync(this.pathOf(name)).mtimeMs);
    } catch {
      return true; // it was taken off
    }
    const owner = ownerFrom(text);
    return (owner && hasEnded(owner)) ?? this.isSilent(name, touched);
  }

  /** `process 123 on host`, for people. */
  inWords(name: string): string {
    try {
      const owner = ownerFrom(readFileSync(this.pathOf(name), 'utf8'));
      if (owner) return `process ${owner.pid} on ${owner.host}`;
    } catch {
      // it ended meanwhile
    }
    return `process ${name.split('-')[0]}`;
  }

  /** Whether something was found unchanged for `leaseSeconds`; the first time it is asked for, it was not. */
  isSilent(name: string, touched: string): boolean {
    const seen = this.seen.get(name);
    const now = performance.now();
    if (seen?.touched === touched) return now - seen.since > this.leaseSeconds * 1000;
    this.seen.set(name, { touched, since: now });
    return false;
  }

  private list(): string[] {
    try {
      return readdirSync(this.folder);
    } catch {
      return [];
    }
  }

  /** On a full disk the file stays empty: then only its being touched says that its owner lives. */
  private write(name: string): void {
    writeFileSync(this.pathOf(name), '', { flag: 'a' });
    try {
      writeFileSync(this.pathOf(name), JSON.stringify(thisProcess()));
    } catch {
      writeFileSync(this.pathOf(name), '');
    }
  }

  private tryToWrite(name: string): void {
    try {
      this.write(name);
    } catch {
      // the next time, perhaps
    }
  }

  private pathOf(name: string): string {
    return join(this.folder, name);
  }
}
