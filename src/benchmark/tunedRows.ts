import type { PlannedRun } from '../experiments/plan';
import type { ScenarioName } from '../data/task';
import { findMethod } from '../methods';
import { problem } from '../utils/errors';
import type { MethodPreset } from './presets';
import { optionsInWords } from './tune/points';
import type { TunedPreset } from './tune/presetsFile';

/** The preset of a method on a stream: one that was tuned on it goes before one that is used for it as well. */
function findPreset(
  presets: readonly TunedPreset[],
  method: string,
  stream: string,
  scenario: ScenarioName,
): TunedPreset | undefined {
  const own = presets.filter((preset) => preset.method === method && preset.scenario === scenario);
  return own.find((preset) => preset.stream === stream) ?? own.find(({ alsoFor }) => alsoFor?.includes(stream));
}

/**
 * The rows of a study with tuned options: in place of all rows of a method one that names them; methods without a preset keep theirs.
 *
 * @throws where one of the seeds is one that the options were chosen on
 */
export function tunedRows(
  rows: readonly MethodPreset[],
  presets: readonly TunedPreset[],
  { stream, scenario, seeds }: { stream: string; scenario: ScenarioName; seeds: readonly number[] },
): MethodPreset[] {
  const done = new Set<string>();
  return rows.flatMap((row) => {
    const { method } = row;
    const preset = findPreset(presets, method, stream, scenario);
    if (!preset) return [row];
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

/** What is to be known of a plan with presets: which methods have none, and where the training differs from that of the search. */
export function notesOnPresets(plan: readonly PlannedRun[], presets: readonly TunedPreset[]): string[] {
  const notes = plan.map(({ spec: { method, stream, epochs } }) => {
    const preset = findPreset(presets, method.name, stream.name, stream.scenario);
    const where = `${method.name} on ${stream.name}, ${stream.scenario}`;
    if (!preset) return `${where}: no preset, so it runs with its own options`;
    return preset.epochs === epochs ? [] : `${where}: tuned with ${preset.epochs} epochs a task, here it has ${epochs}`;
  });
  return [...new Set(notes.flat())];
}
