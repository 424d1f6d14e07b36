import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { problem } from '../../src/utils/errors';
import { Engine, pinning } from './engine';
import { libraryEngines, ROOT, script, type EngineSpec } from './engines';
import type { Measured } from './protocol';
import { spread, type Spread } from './statistics';
import { alternate, shortened, standardRequest, type Job } from './steps';

/** A measurement of two builds, and their ratio in pairs. */
export interface Pair {
  /** Median of the other build. */
  before: number;
  /** Median of this build. */
  after: number;
  /** after / before of measurements made one after the other: median and quartiles. Below 1: this build is better. */
  ratio: Spread;
}

/** Two builds of the library side by side: what one method needs on one engine. */
export interface MethodComparison {
  engine: string;
  method: string;
  /** Processor milliseconds a step. */
  cpuMs: Pair;
  /** Wall milliseconds a step. */
  ms: Pair;
  /** Most memory the process ever held, in MB (2^20 bytes). */
  peakMb: Pair;
}

/** From the start of a process to the first news of its progress. */
export interface StartUpComparison {
  engine: string;
  /** Processor milliseconds. */
  cpuMs: Pair;
  /** Wall milliseconds. */
  ms: Pair;
}

export interface BuildComparison {
  /** Folder of the other build. */
  against: string;
  steps: MethodComparison[];
  startUp: StartUpComparison[];
}

/** What to compare. */
export interface ComparisonPlan {
  /** A built checkout of the project. */
  against: string;
  methods: readonly string[];
  /** Engines by name; default all of the library's. */
  engines?: readonly string[];
  /** Measurements of each pair of processes. */
  rounds: number;
  /** Pairs of fresh processes: where a process happens to lie in memory changes its speed by a few percent. */
  pairs: number;
  /** Steps of a measurement in parts of the usual number. */
  share: number;
  /** Starts of each build. */
  starts: number;
}

/**
 * Measures another build of the library against this one, one core each, in turn.
 *
 * @param dataFolder where `writeData` wrote
 * @throws when the other folder holds no build, or an engine does not exist
 */
export async function compareBuilds(
  plan: ComparisonPlan,
  dataFolder: string,
  tell: (text: string) => void,
): Promise<BuildComparison> {
  const against = resolve(plan.against);
  const result: BuildComparison = { against, steps: [], startUp: [] };
  for (const [before, after] of enginesOf(against, plan.engines)) {
    for (const method of plan.methods) {
      tell(`${after.name}: ${method}`);
      const found = await compareMethod(before, after, method, plan, dataFolder, tell);
      if (found) result.steps.push(found);
    }
    tell(`${after.name}: start-up`);
    result.startUp.push(compareStartUp(against, after, plan.starts));
  }
  return result;
}

function enginesOf(against: string, names: readonly string[] | undefined): [EngineSpec, EngineSpec][] {
  const [before, after] = [libraryEngines(against), libraryEngines()];
  if (!existsSync(join(against, 'dist', 'src', 'index.js'))) {
    throw problem(
      '--against',
      `${against} holds no built library (dist/src/index.js)`,
      'name a checkout of this project and build it',
    );
  }
  const known = after.map(({ name }) => name);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw problem('--against', `'${unknown}' is no engine of this library`, `engines: ${known.join(', ')}`);
  return after.flatMap((spec, i): [EngineSpec, EngineSpec][] => (!names || names.includes(spec.name) ? [[before[i], spec]] : []));
}

/** Undefined, after a word about it, where one of the two cannot do the method. */
async function compareMethod(
  before: EngineSpec,
  after: EngineSpec,
  method: string,
  { pairs, rounds, share }: ComparisonPlan,
  dataFolder: string,
  tell: (text: string) => void,
): Promise<MethodComparison | undefined> {
  const request = shortened(standardRequest(method), share * (after.share ?? 1));
  const measured: [Measured, Measured][] = [];
  const peaks: [number, number][] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const started = [];
    try {
      for (const spec of pair % 2 ? [after, before] : [before, after]) started.push(await Engine.start(spec, dataFolder));
      if (pair % 2) started.reverse();
      const lacking = started.findIndex(({ hello }) => !hello.methods.includes(request.method));
      if (lacking >= 0) {
        tell(`left out: the ${lacking ? 'present' : 'other'} build has no ${method}`);
        return undefined;
      }
      const jobs = started.map(({ engine }): Job => ({ engine, request, label: method }));
      const done = await alternate(jobs, rounds, tell);
      const [old, own] = jobs.map((job) => done.get(job)!);
      if (!old.length || !own.length) return undefined;
      for (let i = 0; i < Math.min(old.length, own.length); i++) measured.push([old[i], own[i]]);
      peaks.push([await started[0].engine.peakMb(), await started[1].engine.peakMb()]);
    } finally {
      for (const { engine } of started) engine.stop();
    }
  }
  const clock = (name: 'ms' | 'cpuMs') => pairOf(measured.map(([a, b]) => [a[name], b[name]]));
  return { engine: after.name, method, cpuMs: clock('cpuMs'), ms: clock('ms'), peakMb: pairOf(peaks) };
}

function compareStartUp(against: string, spec: EngineSpec, starts: number): StartUpComparison {
  const measured = Array.from({ length: starts }, (_, i) => {
    const [first, second] = i % 2 ? [ROOT, against] : [against, ROOT];
    const done = [startOnce(first, spec), startOnce(second, spec)];
    return i % 2 ? [done[1], done[0]] : done;
  });
  const clock = (name: 'ms' | 'cpuMs') => pairOf(measured.map(([a, b]) => [a[name], b[name]]));
  return { engine: spec.name, cpuMs: clock('cpuMs'), ms: clock('ms') };
}

/** Both builds are started by the same script. */
function startOnce(library: string, spec: EngineSpec): { ms: number; cpuMs: number } {
  const [command, ...args] = [...pinning(spec), ...script('startUp'), '--library', library];
  const started = performance.now();
  const { stdout, stderr } = spawnSync(command, args, { env: { ...process.env, ...spec.environment }, encoding: 'utf8' });
  const ms = performance.now() - started;
  if (!stdout) throw problem(`start-up of ${library}`, `it ended without progress: ${stderr.trim().split('\n').pop()}`);
  return { ms, cpuMs: (JSON.parse(stdout) as { cpuMs: number }).cpuMs };
}

/** Medians of both sides, and the spread of their ratios. */
function pairOf(values: readonly (readonly [before: number, after: number])[]): Pair {
  return {
    before: spread(values.map(([before]) => before)).median,
    after: spread(values.map(([, after]) => after)).median,
    ratio: spread(values.map(([before, after]) => after / before)),
  };
}
