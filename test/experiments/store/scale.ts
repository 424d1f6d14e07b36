import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, withStore } from '../../../src/experiments';
import type { Executor, Outcome, PlannedRun } from '../../../src/experiments';
import { runRowsOf } from '../../../src/experiments/store/runRow';
import { planned, result } from '../fixtures';

/** What a store costs for a number of runs that themselves take no time. */
export interface StoreCost {
  runs: number;
  /** Milliseconds a run: executed and kept, with everything that a run of five tasks logs. */
  keep: number;
  /** Milliseconds a run: found in the store. */
  find: number;
  /** Milliseconds a run: read as rows. */
  read: number;
  /** Files in the store. */
  files: number;
  /** Bytes a run. */
  bytes: number;
  /** Highest resident memory of the process so far, in MB. */
  peakMb: number;
}

/** Gives a result at once. */
const noOperation: Executor = {
  asksBefore: true,
  stop: async () => undefined,
  async run(runs, listener, claim = () => true) {
    const outcomes: Outcome[] = [];
    for (const run of runs) {
      if (!claim(run)) continue;
      const made = fullResult(run);
      listener?.finished?.(run.id, made);
      outcomes.push({ id: run.id, status: 'finished', result: made });
    }
    return outcomes;
  },
};

/** A result with everything that a run of five tasks logs. */
export function fullResult(run: PlannedRun) {
  const losses = Array.from({ length: 256 }, (_, i) => Number((2.3 / (1 + i / 20)).toPrecision(5)));
  const matrix = Array.from({ length: 5 }, () => Array<number>(5).fill(0.9876));
  const tasks = [0, 1, 2, 3, 4].map((task) => ({ task, firstStep: 0, steps: 4096, every: 16, losses }));
  return result({ matrix, taskNames: undefined, losses: tasks }, run);
}

/** Measures it in a folder for temporary files. */
export async function measureStore(count: number): Promise<StoreCost> {
  const folder = mkdtempSync(join(tmpdir(), 'scale-'));
  const base = planned();
  const plan = Array.from({ length: count }, (_, i) => ({ ...base, id: i.toString(16).padStart(16, '0') }));
  const timed = async (work: () => unknown) => {
    const started = performance.now();
    await work();
    return (performance.now() - started) / count;
  };
  try {
    const store = openStore(join(folder, 'runs'));
    const keep = await timed(() => withStore(noOperation, store).run(plan));
    const find = await timed(() => withStore(noOperation, store).run(plan));
    const read = await timed(() => {
      for (const run of store.runs()) runRowsOf([run]);
    });
    const names = readdirSync(store.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = names.reduce((sum, { name }) => sum + statSync(join(store.folder, name)).size, 0) / count;
    return { runs: count, keep, find, read, files: names.length, bytes, peakMb: process.resourceUsage().maxRSS / 1000 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// node dist/test/experiments/store/scale.js 100 1000 10000
async function main(): Promise<void> {
  for (const count of process.argv.slice(2).map(Number)) {
    const { runs, keep, find, read, files, bytes, peakMb } = await measureStore(count);
    const times = `keep ${keep.toFixed(2)} ms, find ${find.toFixed(2)} ms, read ${read.toFixed(2)} ms a run`;
    console.log(`${runs} runs: ${times}, ${files} files of ${(bytes / 1000).toFixed(1)} kB, peak ${peakMb.toFixed(0)} MB`);
  }
}

if (require.main === module) void main();
