import { checkList, checkNumber, checkText, problem, shown, withDefaults } from '../../utils/errors';
import { getSeed } from '../../utils/random';
import { checkedNames } from '../classNames';
import { finishDataset, type Dataset, type Domains, type InputDescription, type SampleSet } from '../dataset';
import { inputStatistics } from '../statistics';
import { nameIn, numberIn, sortedNames } from './cells';
import { columnIndex, encodeRows, featureCount, fitColumns } from './columns';
import { openTable, type Table, type TableSource } from './source';
import { splitByColumn, splitByFraction, type RowSplit } from './split';

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

/** Most classes of a label column; one of more is a number or a code. */
const MAX_CLASSES = 1000;

type Settings = { [K in keyof Required<TableDatasetOptions>]: TableDatasetOptions[K] };
const DEFAULTS = {
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

/**
 * Makes a data set from a table: rows as objects, rows as arrays (with `columns`), a data frame, or the path of a CSV file.
 * Features may be of any range; mean and standard deviation are taken per feature from the training rows. True and false become
 * 1 and 0. Numbers may be written as text; nothing that is no number becomes one.
 *
 * @example
 * const dataset = datasetFromTable('clients.csv', { label: 'outcome', domain: 'quarter', categorical: ['region'] });
 * const stream = domainScenario(dataset);
 *
 * @throws for missing values, text that is no number, constant columns, unknown categories or classes, and too few rows, with row
 *   (of arrays, objects and frames from 0) or line of the file, and column
 */
export function datasetFromTable(source: TableSource, options: TableDatasetOptions): Dataset {
  const subject = 'datasetFromTable';
  const settings: Settings = withDefaults<Settings>(subject, options, DEFAULTS);
  checkOptions(subject, settings);
  const table = openTable(subject, source, { columns: settings.columns, delimiter: settings.delimiter! });
  if (table.rows.length === 0) throw problem(subject, 'the table has no rows', 'give at least one row');
  const labels = namesOf(subject, table, settings.label);
  const domains = settings.domain === undefined ? undefined : namesOf(subject, table, settings.domain);
  const split = splitOf(subject, table, settings, labels, domains);
  return assemble(subject, table, settings, labels, domains, split);
}

function checkOptions(
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

/** The names in a column, row by row. */
function namesOf(subject: string, table: Table, column: string): string[] {
  const at = columnIndex(subject, table, column);
  return table.rows.map((row, i) => nameIn(row[at], `${subject}: ${table.place(i, column)}`));
}

function splitOf(subject: string, table: Table, settings: Settings, labels: string[], domains: string[] | undefined): RowSplit {
  const { split, testFraction = 0.2, seed = getSeed(), label, domain } = settings;
  if (split !== undefined) return splitByColumn(subject, table, split);
  const groups = labels.map((name, i) => {
    const ofClass = `class ${shown(name)} (column ${shown(label)})`;
    return domains ? `${ofClass} in ${shown(domains[i])} (column ${shown(domain)})` : ofClass;
  });
  return splitByFraction(subject, groups, testFraction, seed);
}

function assemble(
  subject: string,
  table: Table,
  settings: Settings,
  labels: string[],
  domains: string[] | undefined,
  { train, test }: RowSplit,
): Dataset {
  const { like, name = table.name } = settings;
  const classNames = classesOf(subject, table, settings, labels, train);
  const columns =
    like?.columns ?? fitColumns(subject, table, train, featureNames(subject, table, settings), settings.categorical ?? []);
  const shape = [featureCount(columns)];
  const classOf = new Map(classNames.map((each, k) => [each, k]));
  const set = (rows: number[]): SampleSet => ({
    inputs: encodeRows(subject, table, rows, columns),
    labels: Int32Array.from(rows, (row) => classOf.get(labels[row])!),
  });
  const sets = { train: set(train), test: set(test) };
  const { mean, std } = like ?? inputStatistics(sets.train.inputs, shape, 1);
  const periods = domains && domainsOf(domains, train, test);
  return finishDataset({ name, ...sets, shape, columns, classNames, mean, std, ...(periods && { domains: periods }) });
}

function featureNames(
  subject: string,
  { columns }: Table,
  { features, categorical = [], label, domain, split }: Settings,
): readonly string[] {
  const taken = [label, domain, split];
  const names = features ?? columns.filter((name) => !taken.includes(name));
  const wrong = names.find((name) => taken.includes(name));
  if (wrong !== undefined)
    throw problem(subject, `column ${shown(wrong)} is a feature and label, domain or split`, 'leave it out of features');
  if (names.length === 0) throw problem(subject, 'no column is left for features', 'name them in features');
  if (features === undefined && names.includes('')) {
    throw problem(
      subject,
      `column ${columns.indexOf('') + 1} has no name (often the row numbers of a data frame)`,
      'list the features',
    );
  }
  const stray = categorical.find((name) => !names.includes(name));
  if (stray !== undefined)
    throw problem(subject, `categorical names ${shown(stray)}, which is no feature`, `features are ${names.join(', ')}`);
  return names;
}

/** The classes; every label of the table must be one of them. */
function classesOf(
  subject: string,
  table: Table,
  { label, classNames, like }: Settings,
  labels: string[],
  train: number[],
): readonly string[] {
  const given = like?.classNames ?? classNames;
  const names = given ? checkedNames(subject, given) : sortedNames(train.map((row) => labels[row]));
  if (names.length < 2)
    throw problem(subject, `column ${shown(label)} is ${shown(names[0])} in all training rows`, 'two classes are the least');
  if (names.length > MAX_CLASSES) {
    const reason = `column ${shown(label)} holds ${names.length} different values, more than ${MAX_CLASSES} classes`;
    throw problem(subject, reason, 'name a column of classes as label, or group its values');
  }
  const known = new Set(names);
  const unknown = labels.findIndex((name) => !known.has(name));
  if (unknown >= 0) {
    const reason = given ? 'is not one of the class names' : 'occurs in test rows only';
    throw problem(
      `${subject}: ${table.place(unknown, label)}`,
      `the class ${shown(labels[unknown])} ${reason}`,
      `classes are ${names.slice(0, 20).join(', ')}`,
    );
  }
  return names;
}

/** Domains in the order to learn them: numbers ascending, names as they first appear in the table. */
function domainsOf(domains: string[], train: number[], test: number[]): Domains {
  const appeared = [...new Set(domains)];
  const names = appeared.every((name) => numberIn(name) !== undefined) ? sortedNames(appeared) : appeared;
  const position = new Map(names.map((name, i) => [name, i]));
  const of = (rows: number[]) => Int32Array.from(rows, (row) => position.get(domains[row])!);
  return { names, train: of(train), test: of(test) };
}
