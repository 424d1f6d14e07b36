import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { keyOf, type Hello, type Measured, type Request, type StepRequest } from '../protocol';

/** Times one configuration: `warm` steps without, `steps` with the clock. */
export type Timer = () => Promise<Measured>;

/**
 * The child's side of an engine that runs under Node: answers requests, one JSON a line, until stdin ends. stdout belongs
 * to the protocol, so everything else a library prints goes to stderr.
 *
 * @param prepare makes everything a configuration needs; called once for each. Its timer runs once unrecorded, so that
 *   compiling and first touches are not in the figures
 */
export async function serve(hello: Hello, prepare: (request: StepRequest) => Promise<Timer>): Promise<void> {
  const timers = new Map<string, Timer>();
  console.log = console.error;
  const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
  answer({ ready: hello });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    try {
      if (request.op === 'peak') answer({ peakMb: peakMb() });
      else answer(await (await timerFor(request, timers, prepare))());
    } catch (error) {
      answer({ error: (error as Error).message });
    }
  }
}

async function timerFor(
  request: StepRequest,
  timers: Map<string, Timer>,
  prepare: (request: StepRequest) => Promise<Timer>,
): Promise<Timer> {
  const known = timers.get(keyOf(request));
  if (known) return known;
  const timer = await prepare(request);
  await timer();
  timers.set(keyOf(request), timer);
  return timer;
}

/** A timer for engines whose steps are a plain function; `finish` waits until the device has done them. */
export function loopTimer({ warm, steps }: StepRequest, step: (i: number) => void, finish: () => void): Timer {
  return async () => {
    for (let i = 0; i < warm; i++) step(i);
    finish();
    const watch = startWatch();
    for (let i = warm; i < warm + steps; i++) step(i);
    finish();
    return watch(steps);
  };
}

/** Starts clocks; the returned function reads them as milliseconds per step. */
export function startWatch(): (steps: number) => Measured {
  const started = performance.now();
  const cpu = process.cpuUsage();
  return (steps) => {
    const ms = (performance.now() - started) / steps;
    const { user, system } = process.cpuUsage(cpu);
    return { ms, cpuMs: (user + system) / 1000 / steps };
  };
}

/** Processor milliseconds the process has used since its start, all threads. */
export function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Most memory the process ever held, in MB (2^20 bytes). */
function peakMb(): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024; // not Linux
  }
}
