import { provenance } from '../../experiments/provenance';
import { checkSearch } from './choose';
import type { TuningOutcome } from './choose';
import type { TunedPreset } from './presetsFile';

/**
 * What a search chose, with all that tells how.
 *
 * @returns undefined where it chose nothing
 */
export function presetOf(outcome: TuningOutcome, command: string, alsoFor: readonly string[] = []): TunedPreset | undefined {
  checkSearch('presetOf', 'outcome', outcome);
  const { chosen, points } = outcome;
  if (!chosen) return undefined;
  const { method, stream, scenario } = outcome.tuning;
  const { mean, low, high } = chosen.score!;
  const { stream: opened, epochs } = chosen.runs[0].spec;
  const { name: _, scenario: __, ...settings } = opened;
  const { versions, commit, date } = provenance();
  return {
    ...{ method, stream, scenario },
    ...(alsoFor.length > 0 && { alsoFor }),
    options: chosen.options,
    score: { mean, low, high },
    runs: chosen.runs.map(({ id }) => id),
    tried: points.map(({ options, score }) => ({ options, mean: score?.mean ?? null })),
    seeds: chosen.runs.map(({ spec }) => spec.seed),
    epochs,
    settings,
    version: versions['continual-learning'],
    ...(commit !== undefined && { commit }),
    date,
    command,
  };
}
