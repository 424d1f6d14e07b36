import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { planned } from '../../fixtures';
import { QUICK, until } from './redis';

/** Acts runs as their labels say. */
const ACTED = join(__dirname, 'actedRuns.js');

/** A worker in a process of its own, with what it said. */
export interface WorkerProcess {
  child: ChildProcess;
  said(): string;
}

const started: ChildProcess[] = [];

/** Starts a worker. @param script what runs in its processes; default acted runs */
export async function startWorker(url: string, { concurrency = 1, script = ACTED } = {}): Promise<WorkerProcess> {
  const args = [join(__dirname, 'workerProcess.js'), url, String(concurrency), script, JSON.stringify(QUICK)];
  const env = { ...process.env, CL_QUEUE_URL: url, CL_QUEUE_PASSWORD: '' };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  started.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
  await until(() => /^ready$/m.test(text));
  return { child, said: () => text };
}

/** Ends the workers that were started. */
export async function endWorkers(): Promise<void> {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

let seed = 1000;

/** A run of its own that is acted. */
export const acted = (what: string, log = '') => planned({ seed: ++seed }, { label: `${what}|${log}` });

/** What was noted in the log of acted runs. */
export function eventsIn(log: string): { what: string; id: string; pid: string }[] {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return lines.filter(Boolean).map((line) => {
    const [what, id, pid] = line.split(' ');
    return { what, id, pid };
  });
}
