import { hashOf } from '../experiments/identity';
import { withCaption } from '../figures/caption';
import type { Figure } from '../figures/figure';
import { checkList, isPlainObject, problem, shown } from '../utils/errors';

/** What a caption says of a run; results, and the runs of a `Comparison`, are such. */
export interface CaptionedRun {
  /** Id of the run, where it has one. */
  readonly id?: string;
  /** Hash of the settings it was made with, where it was told. */
  readonly settings?: string;
}

/** Most ids that are named, and their characters. */
const NAMED = 4;
const SHORT = 8;

/**
 * A figure with the runs that it came from under its heading, by the first characters of their ids (`npm run results -- show ID`
 * gives all of a run). With settings it says their hash, too; and where the runs were made with others, that the figure is out of
 * date, and it is greyed.
 *
 * @param figure what a figure builder returns
 * @param runs the runs it shows: those of a `Comparison` with `settings`, results, runs of a store
 * @param settings the settings of the notebook as they are now; default none
 * @returns a new figure
 * @throws when settings are given and the runs do not say with which ones they were made
 * @example show(captioned(metricBarsFigure(runs), runs, settings))
 */
export function captioned(figure: Figure, runs: readonly CaptionedRun[], settings?: object): Figure {
  checkList('captioned', 'runs', runs);
  const origin = inWords(runs);
  if (settings === undefined) return withCaption(figure, `${origin}.`);
  const now = settingsHash(settings);
  const made = [...new Set(runs.map((run) => run.settings))];
  if (made.includes(undefined)) {
    const remedy = 'give Comparison the settings, too: new Comparison({ …, settings })';
    throw problem('captioned', 'the runs do not say with which settings they were made', remedy);
  }
  const others = made.filter((hash) => hash !== now);
  if (others.length === 0) return withCaption(figure, `${origin}; settings ${now}.`);
  const text = `Out of date: made with settings ${others.join(', ')}, those of now are ${now}; train again. ${origin}.`;
  return withCaption(figure, text, true);
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

function inWords(runs: readonly CaptionedRun[]): string {
  const ids = [...new Set(runs.flatMap(({ id }) => (id === undefined ? [] : [id.slice(0, SHORT)])))];
  const count = runs.length === 1 ? '1 run' : `${runs.length} runs`;
  if (ids.length === 0) return `From ${count}`;
  const more = ids.length > NAMED ? ['…'] : [];
  return `From ${count} (${[...ids.slice(0, NAMED), ...more].join(', ')})`;
}
