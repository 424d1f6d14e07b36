import { checkList, checkText, problem, shown, withDefaults } from '../utils/errors';
import { assemble, DATASET_DEFAULTS, type DatasetArrays, type SampleArrays } from './assemble';
import type { Dataset } from './dataset';

/** One domain or period of a user's own data; see `domainScenario`. */
export interface DomainArrays {
  /** For people, e.g. `Q1 2025`; becomes the task's name. */
  name: string;
  /** Training inputs and labels. */
  train: SampleArrays;
  /** Test inputs and labels. */
  test: SampleArrays;
}

/** What a list of domains may need beside their arrays; see `DatasetArrays`. */
export type DomainDatasetOptions = Partial<Omit<DatasetArrays, 'train' | 'test'>>;

/**
 * One data set of several domains or periods that have the same inputs and classes, in the order of the list, for
 * `domainScenario`. Mean and standard deviation are those of the training inputs of all domains unless given.
 *
 * @param options as for `datasetFromArrays`; default name: `domains`
 * @throws as `datasetFromArrays`, and where two domains have the same name
 */
export function datasetFromDomains(domains: readonly DomainArrays[], options?: DomainDatasetOptions): Dataset {
  const subject = 'datasetFromDomains';
  checkList(subject, 'the first argument', domains);
  const { train: _train, test: _test, ...defaults } = DATASET_DEFAULTS;
  const settings = withDefaults<DomainDatasetOptions>(subject, options, { ...defaults, name: 'domains' });
  checkText(subject, 'name', settings.name);
  const names = domains.map(nameOf);
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (twice >= 0) throw problem(subject, `two domains are named ${shown(names[twice])}`, 'give each its own name');
  return assemble({ ...settings, name: settings.name }, domains, names);
}

function nameOf(domain: DomainArrays, i: number): string {
  const known: Partial<DomainArrays> = { name: undefined, train: undefined, test: undefined };
  if (domain === undefined) throw problem(`domain ${i}`, 'is undefined', 'give { name, train, test }');
  const { name } = withDefaults<Partial<DomainArrays>>(`domain ${i}`, domain, known);
  checkText(`domain ${i}`, 'name', name);
  return name;
}
