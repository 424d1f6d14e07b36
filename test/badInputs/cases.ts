import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as cl from '../../src';
import { benchmarkCommand, readArguments } from '../../src/benchmark/arguments';
import { resultsCommand } from '../../src/benchmark/results/arguments';
import { answer } from '../../src/benchmark/results/run';
import { encodeIdx } from '../../src/data/files/idx';
import { runFileText } from '../../src/experiments/store/runFile';
import { parseOptions as benchOptions } from '../bench/options';
import { planned, result } from '../experiments/fixtures';
import { content, experiment } from '../experiments/version1';
import { easyStream, smallModel } from '../methods/fixtures';
import { parseOptions as soakOptions } from '../soak/options';

/** A folder that the cases write into; messages call it FOLDER. */
export const place = { folder: '' };

/** A file in the folder with this content. */
export function file(name: string, text: string | Uint8Array): string {
  const path = join(place.folder, name);
  writeFileSync(path, text);
  return path;
}

/** What the benchmark makes of a command line. */
export const benchmark = (...args: string[]) =>
  said((write) => readArguments(quiet(benchmarkCommand(), write), ['node', 'benchmark', ...args]));

/** What `npm run results` makes of one. */
export const results = (...args: string[]) =>
  said((write) => {
    const command = resultsCommand((request) => void answer(request, { say: () => undefined, warn: () => undefined }));
    for (const one of [command, ...command.commands]) quiet(one, write);
    command.parse(['node', 'results', ...args]);
  });

export const bench = (...args: string[]) => said((write) => benchOptions(args, write));
export const soak = (...args: string[]) => said((write) => soakOptions(args, write));

/** What a command of the set-up answers, which it does before it sets anything up. */
export const setUp = (...args: string[]) =>
  said((write) => {
    const { status, stderr } = spawnSync(process.execPath, [join(__dirname, '../../../kernel-setup/run.mjs'), ...args], {
      encoding: 'utf8',
    });
    write(stderr);
    if (status === 0) return;
    throw new Error('refused');
  });

function quiet(command: ReturnType<typeof benchmarkCommand>, write: (text: string) => void) {
  return command.exitOverride().configureOutput({ writeOut: write, writeErr: write });
}

/** Throws the first line that a command has written before it ended with an error. */
function said(run: (write: (text: string) => void) => unknown): void {
  let text = '';
  try {
    run((more) => void (text += more));
  } catch (error) {
    throw new Error(text === '' ? (error as Error).message : text.split('\n')[0]);
  }
}

/** Runs something while environment variables have these values. */
export async function withEnvironment(values: Record<string, string>, run: () => unknown): Promise<void> {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  Object.assign(process.env, values);
  try {
    await run();
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** A plan of one small run. */
export const spec = (changes: object) => cl.planRun({ ...planned().spec, ...changes } as cl.SpecInput);

/** A store with one run. */
export function filledStore(): string {
  const store = cl.openStore(join(place.folder, 'filled'));
  const session = store.enter();
  session.save(result());
  session.end();
  return store.folder;
}

/** A results file with one result that is changed. */
export const resultsFile = (change: (result: Record<string, any>) => unknown, name = 'results.json') => {
  const whole = JSON.parse(JSON.stringify(cl.collectResults([result()]))) as { experiments: Record<string, unknown>[] };
  change(whole.experiments[0]);
  return cl.readResults(file(name, JSON.stringify(whole)));
};

/** A store whose file of a run is this text: what it says when it sets it aside, with ID for the run's. */
export function storeFile(text: string): void {
  const run = result();
  const said: string[] = [];
  const store = cl.openStore(join(place.folder, 'store'), { warn: (message) => said.push(message) });
  store.enter().end();
  writeFileSync(join(store.folder, `${run.id}.json`), text);
  try {
    store.get(run.id);
  } catch (error) {
    said.push((error as Error).message);
  }
  throw new Error(
    said
      .join(' | ')
      .replaceAll(run.id, 'ID')
      .replace(/damaged\/\S+-\w{6}/, 'damaged/…'),
  );
}

export const wholeRun = () => runFileText(result());
export const csv = (text: string, options: Partial<cl.TableDatasetOptions> = {}) =>
  cl.datasetFromTable(cl.readCsv(file('table.csv', text)), { label: 'y', ...options });
export const idx = () => encodeIdx('images', [2, 3, 3], new Uint8Array(18));
export const packed = () => gzipSync(idx());
export const points = (changes: object = {}) =>
  cl.datasetFromArrays({ name: 'points', train: { images: [[0], [1]], labels: [0, 1] }, test: { images: [[0], [1]], labels: [0, 1] }, ...changes } as cl.DatasetArrays); // prettier-ignore
export const model = (change: (state: any) => unknown) => {
  const state = JSON.parse(JSON.stringify(smallModel('SingleHeadMLP').state())) as object;
  change(state);
  cl.Model.from(state as cl.ModelState);
};
export const trainer = (change: (state: any) => unknown) => {
  const make = () => new cl.ExperienceReplay(smallModel('SingleHeadMLP') as cl.SingleHeadMLP, { capacity: 10 });
  const state = JSON.parse(JSON.stringify(make().state())) as object;
  change(state);
  make().restore(state as cl.TrainerState);
};
export const train = (call: object) =>
  new cl.NaiveTrainer(smallModel('SingleHeadMLP')).trainTask(easyStream('class-incremental').trainLoaders[0], call);
export const oldFile = (change: object) =>
  cl.readResults(file('old.json', JSON.stringify(content({ ...experiment, ...change }))));

export const runSequence = (call: object) =>
  new cl.NaiveTrainer(smallModel('SingleHeadMLP')).runSequence(easyStream('class-incremental'), call);
