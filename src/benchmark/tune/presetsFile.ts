import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ScenarioName } from '../../data/task';
import { misfit } from '../../experiments/form';
import type { Form } from '../../experiments/form';
import type { JsonOptions } from '../../experiments/spec';
import { SCENARIOS } from '../../scenarios/compatibility';
import { checkList, checkText, isPlainObject, problem, shown } from '../../utils/errors';
import { writeWhole } from '../../utils/files';
import { PACKAGE_FOLDER } from '../../utils/optionalPackage';

/** Options that a search chose, and how; plain JSON. */
export interface TunedPreset {
  /** Name of the method. */
  readonly method: string;
  /** The stream it was tuned on. */
  readonly stream: string;
  /** The scenario. */
  readonly scenario: ScenarioName;
  /** Further streams that it is used for, in the same scenario. */
  readonly alsoFor?: readonly string[];
  /** The options; the trainer's (`lr`) among them. */
  readonly options: JsonOptions;
  /** Accuracy on validation data at the end, mean over the seeds with its 95 % interval; null with one seed. */
  readonly score: { readonly mean: number; readonly low: number | null; readonly high: number | null };
  /** Ids of the runs that the score comes from. */
  readonly runs: readonly string[];
  /** Every point that was tried, with its mean accuracy; null where training diverged. */
  readonly tried: readonly { readonly options: JsonOptions; readonly mean: number | null }[];
  /** Seeds of the search; reports need others. */
  readonly seeds: readonly number[];
  /** Epochs a task. */
  readonly epochs: number;
  /** What the stream was opened with, the share of validation samples among it. */
  readonly settings: JsonOptions;
  /** Version of the library. */
  readonly version: string;
  /** Its commit, where it is in a repository. */
  readonly commit?: string;
  /** When it was written, ISO 8601. */
  readonly date: string;
  /** The command. */
  readonly command: string;
}

const FORMAT = 'continual-learning presets';
const VERSION = 1;

/** The presets that come with the library. */
const SHIPPED_PRESETS = join(PACKAGE_FOLDER, 'src', 'benchmark', 'tuned.json');

const PRESET: Form = {
  method: 'text',
  stream: 'text',
  scenario: 'text',
  'alsoFor?': ['text'],
  options: {},
  score: { mean: 'number', low: 'number or null', high: 'number or null' },
  runs: ['id'],
  tried: [{ options: {}, mean: 'number or null' }],
  seeds: ['number'],
  epochs: 'number',
  settings: {},
  version: 'text',
  'commit?': 'text',
  date: 'text',
  command: 'text',
};

/**
 * Reads a file of presets, as `npm run tune` writes it.
 *
 * @param file default: the presets that come with the library
 * @throws when it cannot be read, is damaged, is no such file, or is of a newer version
 */
export function readPresets(file = SHIPPED_PRESETS): TunedPreset[] {
  const content = parse(file);
  if (!isPlainObject(content) || content.format !== FORMAT || !Array.isArray(content.presets)) {
    throw problem(file, 'it is no file of presets', 'name a file that npm run tune wrote');
  }
  if (content.formatVersion !== VERSION) {
    const known = `it has version ${shown(content.formatVersion)}, this library reads ${VERSION}`;
    throw problem(file, known, 'read it with the version of the library that wrote it');
  }
  content.presets.forEach((preset, i) => {
    const { scenario } = (preset ?? {}) as TunedPreset;
    const wrong = misfit(preset, PRESET) ?? (scenario in SCENARIOS ? undefined : `scenario is ${shown(scenario)}`);
    if (wrong !== undefined) throw problem(`${file}: preset ${i}`, wrong, 'the file was changed or damaged; tune again');
  });
  return content.presets as TunedPreset[];
}

/** The presets of a file that may not be there yet. */
export function presetsThere(file: string): TunedPreset[] {
  return existsSync(file) ? readPresets(file) : [];
}

/** Writes presets into a file: those of the same method, stream and scenario are replaced, the others stay. */
export function writePresets(file: string, presets: readonly TunedPreset[]): void {
  checkText('writePresets', 'file', file);
  checkList('writePresets', 'presets', presets, 0);
  const key = ({ method, stream, scenario }: TunedPreset) => [method, stream, scenario].join('\n');
  const all = new Map([...presetsThere(file), ...presets].map((preset) => [key(preset), preset]));
  const content = { format: FORMAT, formatVersion: VERSION, presets: [...all.values()] };
  writeWhole(file, `${JSON.stringify(content, null, 2)}\n`);
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw problem(file, `it cannot be read: ${(error as Error).message}`, 'name a file that npm run tune wrote');
  }
}
