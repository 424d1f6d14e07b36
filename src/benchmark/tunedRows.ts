import type { PlannedRun } from '../experiments/plan';
import type { ScenarioName } from '../data/task';
import { findMethod } from '../methods';
import { problem } from '../utils/errors';
import type { MethodPreset } from './presets';
import { optionsInWords } from './tune/points';
import type { TunedPreset } from './tune/presetsFile';

/** What presets are looked up for. */
interface Place {
  readonly stream: string;
  readonly scenario: ScenarioName;
  /** `real` or `synthetic`; undefined for streams that know no such option. */
  readonly data?: unknown;
}

/** The preset of a method on a stream: one that was tuned on it goes before one that is used for it as well. */
function findPreset(
  presets: readonly TunedPreset[],
  method: string,
  { stream, scenario }: Pick<Place, 'stream' | 'scenario'>,
): TunedPreset | undefined {
  const own = presets.filter((preset) => preset.method === method && preset.scenario === scenario);
  return own.find((preset) => preset.stream === stream) ?? own.find(({ alsoFor }) => alsoFor?.includes(stream));
}

/** Random pixels are another stream than real images, whatever its name: what was tuned on one is not for the other. */
function isForData({ settings: { data } }: TunedPreset, place: Place): boolean {
  return data === undefined || place.data === undefined || data === place.data;
}

/**
 * The rows of a study with tuned options: in place of all rows of a method one that names them; methods without a preset keep theirs.
 *
 * @throws where one of the seeds is one that the options were chosen on
 */
export function tunedRows(
  rows: readonly MethodPreset[],
  presets: readonly TunedPreset[],
  { seeds, ...place }: Place & { seeds: readonly number[] },
): MethodPreset[] {
  const done = new Set<string>();
  return rows.flatMap((row) => {
    const { method } = row;
    const preset = findPreset(presets, method, place);
    if (!preset || !isForData(preset, place)) return [row];
    if (done.has(method)) return [];
    done.add(method);
    refuseTunedSeeds(preset, seeds);
    const { options } = preset;
    return [{ label: `${findMethod(method).label} (tuned: ${optionsInWords(options)})`, method, options }];
  });
}

function refuseTunedSeeds({ method, scenario, seeds: tuned }: TunedPreset, seeds: readonly number[]): void {
  const both = seeds.filter((seed) => tuned.includes(seed));
  if (both.length === 0) return;
  const reason = `${method} in ${scenario} was tuned on seed ${both.join(', ')}, so its results would look better than they are`;
  throw problem('presets', reason, 'report on other seeds, e.g. --seeds 1,2,3,4,5');
}

/** What is to be known of a plan with presets: which methods have none, and where data or training differ from those of the search. */
export function notesOnPresets(plan: readonly PlannedRun[], presets: readonly TunedPreset[]): string[] {
  const notes = plan.map(({ spec: { method, stream, epochs } }) => {
    const place = { stream: stream.name, scenario: stream.scenario, data: stream.data };
    const preset = findPreset(presets, method.name, place);
    const where = `${method.name} on ${stream.name}, ${stream.scenario}`;
    if (!preset) return `${where}: no preset, so it runs with its own options`;
    if (!isForData(preset, place)) {
      const tuned = `its preset was tuned with data ${String(preset.settings.data)}, here it is ${String(place.data)}`;
      return `${where}: ${tuned}, so it runs with its own options`;
    }
    return preset.epochs === epochs ? [] : `${where}: tuned with ${preset.epochs} epochs a task, here it has ${epochs}`;
  });
  return [...new Set(notes.flat())];
}
