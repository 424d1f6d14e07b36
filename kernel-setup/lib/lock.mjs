import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startProgress } from './progress.mjs';

/*
 * Two set-ups at once (npm test in one terminal, npm run lab in another) would tread on each other: the second waits. A
 * lock whose owner has ended, even by force, does not count.
 *
 * The lock is a row of tickets, `lock.1`, `lock.2`, …, and the highest one counts. A ticket is never taken over: whoever
 * finds the highest one given back or its owner gone makes the next, which only one can do, and then looks whether it is
 * the highest still. Only the owner of a higher ticket removes the lower ones. (Removing a stale lock and making a new
 * one are two moments: between them another start would do the same, and both would have it.)
 */

const FREE = 'free';
/** A ticket without its owner's id is being written; after this long its owner has ended instead. */
const WRITING_MS = 10_000;

/** Waits until no other set-up runs in this project. Returns a function that gives the lock back. Throws after `limit` s. */
export async function takeLock(context, limit = 2400) {
  mkdirSync(context.stamps, { recursive: true });
  const start = Date.now();
  let progress;
  try {
    for (;;) {
      const last = tickets(context.stamps).at(-1) ?? 0;
      const owner = last === 0 ? undefined : ownerOf(ticket(context, last));
      if (owner === undefined) {
        const own = claim(context, last + 1);
        if (own) return own;
        continue;
      }
      progress ??= startProgress(context, `waiting for another set-up of this project (process ${owner})`);
      if (Date.now() - start > limit * 1000) {
        throw new Error(
          `set-up: another one (process ${owner}) has not ended within ${limit} s; end it, or delete ${context.relative(ticket(context, last))}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    progress?.stop();
  }
}

const ticket = (context, number) => path.join(context.stamps, `lock.${number}`);

/** Numbers of all tickets, ascending. */
function tickets(folder) {
  return readdirSync(folder)
    .map((name) => Number(/^lock\.(\d+)$/.exec(name)?.[1]))
    .filter((number) => number > 0)
    .sort((a, b) => a - b);
}

/** Takes the ticket of this number, if nobody has; gives the function that gives it back. */
function claim(context, number) {
  const file = ticket(context, number);
  try {
    writeFileSync(file, `${process.pid} ${beginOf(process.pid)}`, { flag: 'wx' });
  } catch (error) {
    if (error.code === 'EEXIST') return undefined;
    rmSync(file, { force: true }); // on a full disk it is there, without a content
    throw error;
  }
  const all = tickets(context.stamps);
  if (all.at(-1) !== number) {
    rmSync(file, { force: true }); // somebody was faster by more than one
    return undefined;
  }
  for (const lower of all.slice(0, -1)) rmSync(ticket(context, lower), { force: true });
  return () => {
    if (tickets(context.stamps).at(-1) === number) writeFileSync(file, FREE);
  };
}

/** The process that holds a ticket; undefined where it was given back or its process has ended. */
function ownerOf(file) {
  try {
    const text = readFileSync(file, 'utf8');
    if (text === '') return Date.now() - statSync(file).mtimeMs < WRITING_MS ? 'unknown' : undefined;
    const [pid, begin] = text.split(' ');
    const now = beginOf(pid);
    return isAlive(Number(pid)) && (!begin || !now || begin === now) ? Number(pid) : undefined;
  } catch {
    return undefined; // removed meanwhile by the owner of a higher one
  }
}

/** When a process began, where the system tells, else '': ids are used again. */
function beginOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')')).split(' ')[20];
  } catch {
    return '';
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
