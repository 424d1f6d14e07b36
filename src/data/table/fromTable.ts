import { problem, shown, withDefaults } from '../../utils/errors';
import { getSeed } from '../../utils/random';
import { finishDataset, type Dataset, type SampleSet } from '../dataset';
import { inputStatistics } from '../statistics';
import { nameIn } from './cells';
import { domainsOf, givenClasses, trainedClasses } from './classes';
import { columnIndex, encodeRows, featureCount, fitColumns } from './columns';
import { checkOptions, TABLE_DEFAULTS, type Settings, type TableDatasetOptions } from './options';
import { openTable, type Table, type TableSource } from './source';
import { splitByColumn, splitByFraction, type RowSplit } from './split';

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
  const settings: Settings = withDefaults<Settings>(subject, options, TABLE_DEFAULTS);
  checkOptions(subject, settings);
  const table = openTable(subject, source, { columns: settings.columns, delimiter: settings.delimiter! });
  if (table.rows.length === 0) throw problem(subject, 'the table has no rows', 'give at least one row');
  const labels = namesOf(subject, table, settings.label);
  const domains = settings.domain === undefined ? undefined : namesOf(subject, table, settings.domain);
  const given = settings.like?.classNames ?? settings.classNames;
  const classNames = given && givenClasses(subject, table, settings.label, labels, given);
  const split = splitOf(subject, table, settings, labels, domains);
  return assemble(subject, table, settings, {
    labels,
    domains,
    split,
    classNames: classNames ?? trainedClasses(subject, table, settings.label, labels, split.train),
  });
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

/** What the columns of label, domain and split say. */
interface Read {
  labels: readonly string[];
  domains: readonly string[] | undefined;
  split: RowSplit;
  classNames: readonly string[];
}

function assemble(subject: string, table: Table, settings: Settings, { labels, domains, split, classNames }: Read): Dataset {
  const { train, test } = split;
  const { like, name = table.name } = settings;
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
