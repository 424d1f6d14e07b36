import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let swept = false;

/**
 * Gives a temporary folder while `use` runs. The first call of a process takes off the folders of processes that were killed
 * meanwhile. Throws where there is no temporary folder.
 */
export function withGraphFolder<T>(use: (folder: string) => T): T {
  if (!swept) sweep();
  swept = true;
  const folder = mkdtempSync(join(tmpdir(), `${prefix()}${process.pid}-`));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sweep(): void {
  const begin = prefix();
  const names = readdirSync(tmpdir()).filter((name) => name.startsWith(begin));
  for (const name of names) {
    if (!isAlive(Number(/^(\d+)-/.exec(name.slice(begin.length))?.[1])))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** With the system's number of the set of processes that its numbers belong to: containers may share a folder. */
function prefix(): string {
  let processes = '';
  try {
    processes = `${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]}-`;
  } catch {
    // only Linux has such sets
  }
  return `continual-learning-graph-${processes}`;
}

/** Where the number of a process was not found, it counts as alive. */
function isAlive(pid: number): boolean {
  try {
    return !(pid > 0) || process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
