import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { problem } from '../../src/utils/errors';
import type { BenchResult } from './bench';
import { has, ROOT } from './engines';
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

/** Writes `measured.json` and, where PyTorch was measured, the figure `speed.svg`; says where. */
export function writeResults(folder: string, result: BenchResult, print: (text: string) => void): void {
  writeJson(join(folder, 'measured.json'), result, print);
  const { cpu, date } = result.machine;
  const svg = speedFigure(result.steps, `784-256-256-2, batch 64, SGD with momentum; one core of ${cpu}, ${date}`);
  if (svg) written(join(folder, 'speed.svg'), svg, print);
  else if (result.steps.length) print("No figure: it needs PyTorch's times (--python PATH).");
}

/** Writes a value as JSON; says where. */
export function writeJson(file: string, value: object, print: (text: string) => void): void {
  written(file, `${JSON.stringify(value, null, 2)}\n`, print);
}

function written(file: string, text: string, print: (text: string) => void): void {
  writeFileSync(file, text);
  print(`Written: ${file}`);
}
