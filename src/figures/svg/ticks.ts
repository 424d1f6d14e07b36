import { shortened } from '../../utils/format';
import { linesOf, plainText } from '../text';
import { charactersIn, textWidth } from './label';
import type { Tick } from './scale';

/**
 * Marks of a horizontal axis that do not run into each other: names are shortened to the room they have; of numbers, and
 * of names whose room is too small for anything, only every second, third … is kept.
 *
 * @param names whether the labels are names, which may be shortened; numbers may not
 */
export function fittedTicks(ticks: readonly Tick[], names: boolean): Tick[] {
  if (ticks.length < 2) return [...ticks];
  const room = Math.abs(ticks[1].position - ticks[0].position);
  const widest = Math.max(...ticks.map(({ label }) => textWidth(label))) + 6;
  if (widest <= room) return [...ticks];
  const characters = charactersIn(room - 6);
  if (names && characters >= LEAST) return ticks.map(({ position, label }) => ({ position, label: cut(label, characters) }));
  const step = Math.ceil((names ? Math.min(widest, textWidth('x'.repeat(LEAST)) + 6) : widest) / room);
  const kept = ticks.filter((_, k) => k % step === 0);
  return names ? kept.map(({ position, label }) => ({ position, label: cut(label, LEAST) })) : kept;
}

/** Characters a name needs at least to say something. */
const LEAST = 7;

function cut(label: string, characters: number): string {
  return linesOf(label)
    .map((line) => plainText(shortened(line, characters)))
    .join('<br>');
}
