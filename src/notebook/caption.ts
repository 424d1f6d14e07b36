import { hashOf } from '../experiments/identity';
import { withCaption } from '../figures/caption';
import type { Figure } from '../figures/figure';
import { checkIdentified, originInWords } from '../figures/origin';
import { isPlainObject, problem, shown } from '../utils/errors';

/** What a caption says of a run; results, and the runs of a `Comparison`, are such. */
export interface CaptionedRun {
  /** Id of the run, where it has one. */
  readonly id?: string;
  /** Hash of the settings it was made with, where it was told. */
  readonly settings?: string;
}

/** Characters of a hash that are shown. */
const SHORT = 8;

/**
 * A figure with the runs that it came from under its heading, by the first characters of their ids, where it does not say so already
 * (figures of runs do; one of a matrix does not know its run). With settings it says their hash, too; and where the runs were made
 * with others, that the figure is out of date, and it is greyed.
 *
 * @param figure what a figure builder returns
 * @param runs the runs it shows: those of a `Comparison` with `settings`, results, runs of a store
 * @param settings the settings of the notebook as they are now; default none
 * @returns a new figure; the given one where there is nothing to add
 * @throws when there are no runs, or something else in their place; when settings are given and the runs do not say with which ones they were made
 * @example show(captioned(accuracyMatrixFigure(run.matrix), [run], settings))
 */
export function captioned(figure: Figure, runs: readonly CaptionedRun[], settings?: object): Figure {
  checkIdentified('captioned', runs);
  const told = new Set(((figure.layout.meta ?? {}) as { runs?: readonly string[] }).runs);
  const origin = runs.every(({ id }) => id !== undefined && told.has(id)) ? '' : `${originInWords(runs)}.`;
  const note = settings === undefined ? { text: '', stale: false } : settingsNote(runs, settings);
  const text = [note.text, origin].filter(Boolean).join(' ');
  return text ? withCaption(figure, text, note.stale) : figure;
}

/** What the settings of now say of runs that were made with some. */
function settingsNote(runs: readonly CaptionedRun[], settings: object): { text: string; stale: boolean } {
  const now = settingsHash(settings);
  const made = [...new Set(runs.map((run) => run.settings))];
  if (made.includes(undefined)) {
    const remedy = 'give Comparison the settings, too: new Comparison({ …, settings })';
    throw problem('captioned', 'the runs do not say with which settings they were made', remedy);
  }
  const others = made.filter((hash) => hash !== now);
  if (others.length === 0) return { text: `Settings ${now}.`, stale: false };
  const text = `Out of date: made with settings ${others.join(', ')}, those of now are ${now}; train again.`;
  return { text, stale: true };
}

/**
 * A hash of settings, 8 hexadecimal digits: equal for equal content, whatever the order of the names.
 *
 * @throws when they are no object of plain values
 */
export function settingsHash(settings: object): string {
  if (!isPlainObject(settings)) throw problem('settings', `they are ${shown(settings)}`, 'pass an object of named values');
  return hashOf(settings).slice(0, SHORT);
}
