import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { problem } from './errors';

/**
 * Claims a file for this process, so that two programs do not write it in turn: a link `FILE.lock` that names the owner. A
 * link, because it is made with its content in one step and takes no space on a full disk. A claim whose process has ended
 * does not count. On a disk without links nothing is claimed.
 *
 * @returns gives the file back
 * @throws when another process that still runs, or one of another machine, has claimed it
 */
export function claimFile(file: string): () => void {
  const lock = `${file}.lock`;
  const own = `${process.pid}@${hostname()}`;
  const release = () => {
    if (ownerOf(lock) === own) rmSync(lock, { force: true });
  };
  for (let attempt = 1; ; attempt++) {
    try {
      symlinkSync(own, lock);
      return release;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return () => undefined;
    }
    const owner = ownerOf(lock);
    if (attempt === 3 || (owner !== undefined && isAlive(owner))) throw claimed(file, lock, owner);
    rmSync(lock, { force: true });
  }
}

function claimed(file: string, lock: string, owner = 'unknown'): Error {
  const [pid, host] = owner.split('@');
  const who = host === undefined || host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
  return problem(file, `${who} is writing it`, `wait for it, name another file, or delete ${lock} where no such process runs`);
}

/** `PID@HOST`, undefined where there is no lock. */
function ownerOf(lock: string): string | undefined {
  try {
    return readlinkSync(lock);
  } catch {
    return undefined;
  }
}

/** Whether the owner may still run; of another machine it is not known. */
function isAlive(owner: string): boolean {
  const [pid, host] = owner.split('@');
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
