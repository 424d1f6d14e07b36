import { isOptimizerOption } from '../experiments/spec';
import type { JsonOptions, MeasureSpec, SpecInput, StreamSpec } from '../experiments/spec';
import { findStream } from '../experiments/streams';
import { ORIGINAL_MODEL, ORIGINAL_STREAM, ORIGINAL_TRAINING } from './presets';
import type { MethodPreset } from './presets';

/** What a spec has of its own. */
interface SpecParts {
  stream: StreamSpec;
  preset: Omit<MethodPreset, 'label'>;
  epochs?: number;
  seed: number;
  measure?: MeasureSpec;
}

/**
 * A spec with the original's settings, but for what is given.
 *
 * @param parts stream with the options that differ from its defaults; a row, whose options may be the trainer's, e.g. `lr`; epochs
 *   where they are not the original's
 */
export function originalSpec({ stream, preset, epochs, seed, measure }: SpecParts): SpecInput {
  const own = ownDefaults(stream.name);
  const options = Object.entries(preset.options ?? {});
  const [ofOptimizer, ofMethod] = [true, false].map((wanted) =>
    Object.fromEntries(options.filter(([name]) => isOptimizerOption(name) === wanted)),
  );
  return {
    stream: { ...ORIGINAL_STREAM, ...own, ...stream },
    model: ORIGINAL_MODEL,
    optimizer: { ...ORIGINAL_TRAINING.optimizer, ...ofOptimizer },
    method: { name: preset.method, options: ofMethod },
    epochs: epochs ?? (own.online ? 1 : ORIGINAL_TRAINING.epochs),
    seed,
    measure,
  };
}

/** What a stream is opened with unless a user says otherwise. */
function ownDefaults(stream: string): JsonOptions {
  const { scenario: _, data: __, ...defaults } = findStream(stream).defaults();
  return Object.fromEntries(Object.entries(defaults).filter(([, value]) => value !== undefined));
}
