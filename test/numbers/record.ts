/**
 * Writes `before.json`: the numbers every method gave before the middle of the library was rebuilt, which `before.test.ts`
 * compares with.
 *
 * Written once, on the native backend, from the built tree of commit bd42781 (d3a5590 only formats it):
 *
 *     node dist/test/numbers/record.js OTHER_TREE/dist/src
 *
 * All settings are in `cases.ts` and name everything that decides the numbers: seed, data, sizes, options, execution. Recorded
 * and op-by-op execution gave the same losses then, to all digits kept. Without an argument it writes what this tree gives, which
 * is right only when a change of the numbers is meant.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CASES, EXECUTIONS, KEPT_LOSSES, runCase, runTransfer, TRANSFER_METHODS } from './cases';
import type { Execution, Library, NumbersCase, RunNumbers } from './cases';

const FILE = resolve(__dirname, '../../../test/numbers/before.json');
const other = process.argv[2] && resolve(process.argv[2]);

interface OldWatch {
  call: { onLosses?: (losses: Float32Array, firstStep: number) => void };
  done: number;
  check(losses: Float32Array): void;
}

/** The library of another tree, with `onLosses` added to its training loop, which had no such option then. */
async function openOther(folder: string): Promise<Library> {
  const { Watch } = (await open(folder, 'methods/watch.js')) as { Watch: { prototype: OldWatch } };
  const check = Watch.prototype.check;
  Watch.prototype.check = function (this: OldWatch, losses) {
    this.call.onLosses?.(losses, this.done);
    check.call(this, losses);
  };
  return (await open(folder, 'index.js')) as Library;
}

function open(folder: string, file: string): Promise<unknown> {
  return import(pathToFileURL(join(folder, file)).href);
}

async function numbersOf(library: Library, one: NumbersCase, execution: Execution): Promise<RunNumbers> {
  const losses: number[] = [];
  const rest = await runCase(library, one, { execution, onLosses: (some) => losses.push(...some) });
  return { losses: losses.slice(0, KEPT_LOSSES), ...rest };
}

/** Indented, but what a run gave stays on lines of its own. */
function compact(value: Record<string, Record<string, object>>): string {
  const rounded = (_: string, item: unknown) => (typeof item === 'number' ? Number(item.toPrecision(7)) : item);
  const groups = Object.entries(value).map(([group, entries]) => {
    const lines = Object.entries(entries).map(
      ([name, entry]) => `    ${JSON.stringify(name)}: ${JSON.stringify(entry, rounded)}`,
    );
    return `  ${JSON.stringify(group)}: {\n${lines.join(',\n')}\n  }`;
  });
  return `{\n${groups.join(',\n')}\n}\n`;
}

async function main(): Promise<void> {
  const library = other ? await openOther(other) : await import('../../src/index.js');
  await library.initBackend('native');
  const runs: Record<string, RunNumbers> = {};
  const transfer: Record<string, object> = {};
  for (const execution of EXECUTIONS) {
    for (const one of CASES) runs[`${one.name}, ${execution}`] = await numbersOf(library, one, execution);
    for (const method of TRANSFER_METHODS) transfer[`${method}, ${execution}`] = await runTransfer(library, method, execution);
  }
  writeFileSync(FILE, compact({ runs, transfer }));
}

void main();
