import { checkList, checkNumber, checkText, problem, shown } from '../../utils/errors';
import type { InputDescription } from '../dataset';

/** What `datasetFromTable` takes. */
export interface TableDatasetOptions {
  /** The column of the class: text, numbers, or true and false. Class names are kept, in ascending order. */
  label: string;
  /** The columns of the features, in order. Default: all but those of label, domain and split. */
  features?: readonly string[];
  /** Those of the features that hold categories (text or codes): each category becomes a feature of 0 or 1. Default: none. */
  categorical?: readonly string[];
  /** The column that says which domain or period a row belongs to, for `domainScenario`. Default: none. */
  domain?: string;
  /** The column that says `train` or `test` for each row. Default: none, a random split. */
  split?: string;
  /** Share of the rows to test on, of each class in each domain, above 0 and below 1. Default: 0.2. Not with `split`. */
  testFraction?: number;
  /** Seed of the random split. Default: `getSeed()`. */
  seed?: number;
  /** For people and result files. Default: the file's name without ending, else `table`. */
  name?: string;
  /** Names of the columns, where rows are arrays. */
  columns?: readonly string[];
  /** What stands between two values of a CSV file. Default: `,`. */
  delimiter?: string;
  /** The classes and their order. Default: those of the training rows, ascending. */
  classNames?: readonly string[];
  /**
   * A data set (or another description of inputs with class names) whose columns, categories, mean, standard deviation and
   * classes are taken over, so that new rows mean the same to a model that was trained before. Replaces `features`,
   * `categorical` and `classNames`.
   */
  like?: InputDescription & { readonly classNames: readonly string[] };
}

/** Every option, given or not. */
export type Settings = { [K in keyof Required<TableDatasetOptions>]: TableDatasetOptions[K] };

/** The defaults of `TableDatasetOptions`. */
export const TABLE_DEFAULTS = {
  label: undefined as unknown as string,
  features: undefined,
  categorical: undefined,
  domain: undefined,
  split: undefined,
  testFraction: undefined,
  seed: undefined,
  name: undefined,
  columns: undefined,
  delimiter: ',',
  classNames: undefined,
  like: undefined,
};

/** Throws where an option has the wrong type, or two contradict each other. */
export function checkOptions(
  subject: string,
  { label, features, categorical, domain, split, testFraction, seed, name, like, classNames }: Settings,
): void {
  checkText(subject, 'label', label);
  for (const [option, value] of Object.entries({ domain, split, name }))
    if (value !== undefined) checkText(subject, option, value);
  for (const [option, value] of Object.entries({ features, categorical })) {
    if (value === undefined) continue;
    checkList(subject, option, value, option === 'features' ? 1 : 0);
    for (const column of value) checkText(subject, `every entry of ${option}`, column);
    const twice = value.find((column, i) => value.indexOf(column) !== i);
    if (twice !== undefined) throw problem(subject, `${option} lists ${shown(twice)} twice`, 'list each column once');
  }
  if (testFraction !== undefined) {
    checkNumber(subject, 'testFraction', testFraction, { min: 0, max: 1 });
    if (split !== undefined) throw problem(subject, 'split and testFraction are given', 'a split column decides alone');
    if (testFraction === 0 || testFraction === 1)
      throw problem(subject, `testFraction ${testFraction} leaves one side empty`, 'use 0.2');
  }
  if (seed !== undefined) checkNumber(subject, 'seed', seed, { integer: true });
  if (like === undefined) return;
  const both = Object.entries({ features, categorical, classNames }).find(([, value]) => value !== undefined);
  if (both) throw problem(subject, `like and ${both[0]} are given`, `${both[0]} comes from like; leave it out`);
  if (!Array.isArray(like?.columns) || !Array.isArray(like.classNames)) {
    throw problem(subject, `like is ${shown(like)}`, 'give a data set that was made by datasetFromTable');
  }
}
