import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type FinalRun } from '../../src/experiments';
import { formatDuration } from '../../src/utils/format';
import { RandomStream } from '../../src/utils/random';
import type { Finding } from './finding';
import type { SoakOptions } from './options';

const CLI = join(__dirname, '..', '..', 'src', 'benchmark', 'cli.js');
/** What every process of a benchmark has in its environment, so that orphans can be found. */
const MARK = 'CL_SOAK_MARK';
/** The longest a benchmark runs before it is killed, in seconds; its first run begins after about one. */
const LONGEST = 4;
/** What an orphan gets to notice that it is one. */
const ORPHAN_MS = 5000;

/** A benchmark under test. */
interface Bench {
  folder: string;
  args: string[];
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills the benchmark again and again and starts it anew; in the end its store has to be that of one that was left alone. */
export async function soakKills({ kills, seed }: SoakOptions, tell: (finding: Finding) => void): Promise<void> {
  const seeds = Array.from({ length: Math.ceil(kills / 2) }, (_, i) => i + 1).join(',');
  tell(await soakKilled(['--quick', '--study', 'class-incremental', 'task-incremental', '--seeds', seeds], kills, seed));
}

/** The same for any benchmark. */
export async function soakKilled(args: string[], kills: number, seed: number, longest = LONGEST): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-kills-'));
  const began = performance.now();
  try {
    const random = new RandomStream(seed, 'kills');
    const killed = prepared(join(folder, 'killed'), args);
    const { faults, done } = await killAgainAndAgain(killed, kills, () => 1000 * longest * random.uniform());
    const rest = await toTheEnd(killed);
    const alone = prepared(join(folder, 'alone'), args);
    const reference = await toTheEnd(alone);
    faults.push(...[rest, reference].flatMap((one) => (one === undefined ? [] : [one])), ...leftOvers(killed));
    const [runs, expected] = [killed, alone].map(contentOf);
    if (JSON.stringify(runs) !== JSON.stringify(expected)) faults.push(`its store differs from that of one left alone`);
    return {
      what: 'benchmark',
      did: `kill -9 at ${done} random moments in ${formatDuration((performance.now() - began) / 1000)}`,
      found:
        faults.length === 0
          ? `${Object.keys(runs).length} runs, all as in a store left alone; no finished run lost, no orphan, no temporary file`
          : faults.slice(0, 5).join(' | '),
      ok: faults.length === 0 && done === kills,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function prepared(folder: string, args: string[]): Bench {
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  return { folder, args: [...args, '--store', join(folder, 'store'), '--json', join(folder, 'results.json')] };
}

async function killAgainAndAgain(bench: Bench, kills: number, moment: () => number): Promise<{ faults: string[]; done: number }> {
  const faults: string[] = [];
  let done = 0;
  let finished: string[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const { child, told } = begin(bench);
    const ended = once(child, 'exit');
    await Promise.race([pause(moment()), ended]);
    if (child.exitCode !== null) break; // it came to its end: a longer plan is needed
    child.kill('SIGKILL');
    await ended;
    done++;
    for (let waited = 0; waited < ORPHAN_MS && processesOf(bench).length > 0; waited += 50) await pause(50);
    for (const pid of processesOf(bench)) faults.push(`kill ${kill}: process ${pid} is an orphan`);
    const now = Object.keys(contentOf(bench));
    const lost = finished.filter((id) => !now.includes(id));
    if (lost.length > 0) faults.push(`kill ${kill}: ${lost.join(', ')} lost`);
    if (now.length - finished.length < told())
      faults.push(`kill ${kill}: told of ${told()} finished runs, kept ${now.length - finished.length}`);
    finished = now;
  }
  return { faults, done };
}

/** Starts it; `told` says how many runs it has called finished so far. */
function begin({ folder, args }: Bench): { child: ChildProcess; told: () => number } {
  const env: NodeJS.ProcessEnv = { ...process.env, [MARK]: folder, TMPDIR: join(folder, 'tmp') };
  delete env.NODE_TEST_CONTEXT;
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (data: Buffer) => (text += data.toString()));
  return { child, told: () => text.match(/^finished /gm)?.length ?? 0 };
}

/** Runs it to its end; what was wrong, where something was. */
async function toTheEnd(bench: Bench): Promise<string | undefined> {
  const { child } = begin(bench);
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0 ? undefined : `the last start ended with status ${code}`;
}

/** Numbers of the living processes that were started for a benchmark; on Linux, where the system tells their environment. */
function processesOf({ folder }: Bench): number[] {
  if (!existsSync('/proc/self/environ')) return [];
  const own = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARK}=${folder}`);
    } catch {
      return false; // it ended just now, or is another user's
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && own(name))
    .map(Number);
}

/** What decides a run and what came out of it, by its id; not how long it took and where. */
function contentOf({ folder }: Bench): Record<string, unknown> {
  const store = join(folder, 'store');
  if (!existsSync(store)) return {};
  const warn = (message: string) => {
    throw new Error(message);
  };
  const runs = [...openStore(store, { warn }).runs()] as (FinalRun & { [name: string]: unknown })[];
  return Object.fromEntries(runs.map(({ made: _, seconds: _s, peakMb: _p, ...run }) => [run.id, run]));
}

/** Files that nobody needs any more. */
function leftOvers({ folder }: Bench): string[] {
  const names = (...parts: string[]) => readdirSync(join(folder, ...parts));
  const known = (name: string) => /^[0-9a-f]{16}\.json$/.test(name) || ['leases', 'sessions', 'unfinished'].includes(name);
  const files = [
    ...names().filter((name) => !['results.json', 'store', 'tmp'].includes(name)),
    ...names('tmp'),
    ...names('store').filter((name) => !known(name)),
    ...['leases', 'sessions', 'unfinished'].flatMap((name) =>
      existsSync(join(folder, 'store', name)) ? names('store', name) : [],
    ),
  ];
  return files.length > 0 ? [`left over: ${files.slice(0, 5).join(', ')}`] : [];
}
