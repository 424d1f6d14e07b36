import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { problem } from '../../src/utils/errors';
import type { BenchResult } from './bench';
import { has, ROOT } from './engines';
import { isSameMachine } from './machine';
import { PARTS, STEP_METHODS, type BenchOptions } from './options';
import { speedFigure } from './speedFigure';

/** The folder whose `measured.json` and `speed.svg` the README shows. */
export const COMMITTED = join(ROOT, 'test', 'bench');

/**
 * Makes the folder of the results.
 *
 * @throws when a partial run would replace the figures of the README, or the folder cannot be made
 */
export function prepareFolder(options: BenchOptions): void {
  const missing = resolve(options.out) === COMMITTED ? whatIsMissing(options) : undefined;
  if (missing) {
    throw problem(
      'bench',
      `the README shows what lies in ${options.out}, and this run is not the whole bench (${missing})`,
      'leave out --out, or run all of it: npm run bench -- --python PATH --out test/bench',
    );
  }
  mkdirSync(options.out, { recursive: true });
}

/** What a run leaves out of the whole bench; undefined for the whole. */
function whatIsMissing({ quick, only, method, engine, epochs, rounds, python, against }: BenchOptions): string | undefined {
  if (against) return '--against';
  if (quick) return '--quick';
  if (only.length < PARTS.length) return '--only';
  if (STEP_METHODS.some((each) => !method.includes(each))) return '--method';
  if (engine) return '--engine';
  if (epochs !== undefined) return '--epochs';
  if (rounds !== undefined) return '--rounds';
  if (!python || !has(python, 'torch')) return 'no PyTorch';
  return undefined;
}

/**
 * Writes `measured.json`, a list with one result for each machine, the newest first: this one replaces an earlier one of its machine.
 * Where PyTorch was measured, there is a figure of it, `speed.svg`. Says what was written.
 *
 * @throws when the file that is there holds something else; it stays as it is
 */
export function writeResults(folder: string, result: BenchResult, print: (text: string) => void): void {
  const file = join(folder, 'measured.json');
  const results = existsSync(file) ? readResults(file) : [];
  const others = results.filter(({ machine }) => !isSameMachine(machine, result.machine));
  writeJson(file, [result, ...others], print);
  const { machine, steps } = result;
  const caption = `784-256-256-2, batch 64, SGD with momentum; one core of ${machine.cpu}, ${machine.date}`;
  const svg = speedFigure(steps, caption);
  if (svg) written(join(folder, 'speed.svg'), svg, print);
  else if (steps.length) print("No figure: it needs PyTorch's times (--python PATH).");
}

/** The results of `measured.json`, one for each machine. Throws where it holds something else. */
export function readResults(file: string): BenchResult[] {
  let results: unknown;
  try {
    results = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // it is no JSON
  }
  const ours = Array.isArray(results) && results.every((each: Partial<BenchResult> | null) => each?.machine && each.steps);
  if (ours) return results as BenchResult[];
  throw problem(file, 'it is no list of results of the bench', 'name another --out, or remove the file');
}

/** Writes a value as JSON; says where. */
export function writeJson(file: string, value: object, print: (text: string) => void): void {
  written(file, `${JSON.stringify(value, null, 2)}\n`, print);
}

function written(file: string, text: string, print: (text: string) => void): void {
  writeFileSync(file, text);
  print(`Written: ${file}`);
}
