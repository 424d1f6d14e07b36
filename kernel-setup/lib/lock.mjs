import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startProgress } from './progress.mjs';

/*
 * Two set-ups at once (npm test in one terminal, npm run lab in another) would tread on each other: the second waits. A
 * lock whose owner has ended, even by force, does not count.
 */

/** Waits until no other set-up runs in this project. Returns a function that gives the lock back. Throws after `limit` s. */
export async function takeLock(context, limit = 2400) {
  const file = path.join(context.stamps, 'lock');
  mkdirSync(context.stamps, { recursive: true });
  const start = Date.now();
  let progress;
  while (!claim(file)) {
    const owner = ownerOf(file);
    if (owner === undefined || !isAlive(owner)) {
      rmSync(file, { force: true });
      continue;
    }
    progress ??= startProgress(context, `waiting for another set-up of this project (process ${owner})`);
    if (Date.now() - start > limit * 1000) {
      progress.stop();
      throw new Error(
        `set-up: another one (process ${owner}) has not ended within ${limit} s; end it, or delete ${context.relative(file)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  progress?.stop();
  return () => {
    if (ownerOf(file) === process.pid) rmSync(file, { force: true });
  };
}

function claim(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function ownerOf(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
