import { spawn } from 'node:child_process';
import { problem } from '../../src/utils/errors';
import { ProcessFamily } from './processFamily';

/** What a command took. */
interface Usage {
  seconds: number;
  cpuSeconds?: number;
  peakMb?: number;
  totalMb?: number;
  output?: string;
}

/** Runs a command to its end and watches its processes twice a second. */
export async function watched(command: string[], environment: Record<string, string>, keepOutput = false): Promise<Usage> {
  const started = performance.now();
  const child = spawn(command[0], command.slice(1), {
    env: { ...process.env, ...environment },
    // Node's commands hear by the channel that this process is gone, Python's look for it (rivals/lifeline.py).
    stdio: command[0] === process.execPath ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let complaints = '';
  child.stdout!.on('data', (text) => keepOutput && (output += text));
  child.stderr!.on('data', (text) => (complaints = `${complaints}${text}`.slice(-2000)));
  const family = new ProcessFamily(child.pid!);
  const timer = setInterval(() => family.look(), 500);
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve(exit ?? signal));
  }).finally(() => clearInterval(timer));
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw problem('studies', `the command ended with ${String(code)}: ${complaints.trim().split('\n').pop()}`);
  return { seconds, ...family.usage(), ...(keepOutput && { output }) };
}
