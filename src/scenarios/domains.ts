import { checkDataset, type Dataset } from '../data/dataset';
import { datasetFromDomains, type DomainArrays } from '../data/fromDomains';
import type { ScenarioName } from '../data/task';
import { checkList, checkNumber, checkText, problem, shown, withDefaults } from '../utils/errors';
import {
  buildStream,
  checkCommon,
  checkScenario,
  streamDefaults,
  type CommonSettings,
  type StreamOptions,
  type TaskStream,
} from './stream';
import { wholeDatasetPlan } from './wholeDataset';

/** Options of `domainScenario`. */
export interface DomainOptions extends Omit<StreamOptions, 'nTasks'> {
  /** Whether the task id is known at test time: `'domain-incremental'` (default, no) or `'task-incremental'`. */
  scenario?: ScenarioName;
  /** The domains to learn, by name, in this order. Default: all, in the order of the list, or as the data set has them. */
  domains?: readonly string[];
  /**
   * Id of the first task. Default: 0. For new data next week: a trainer that has learnt tasks 0 … 6 takes the stream of the new
   * period with `firstTaskId: 7`. (Make its data set with `like`, so that inputs and classes mean the same.)
   */
  firstTaskId?: number;
}

type Settings = Omit<CommonSettings, 'nTasks'> & {
  scenario: ScenarioName;
  domains: readonly string[] | undefined;
  firstTaskId: number;
};

/**
 * The same classes in every task, the inputs from another domain or period in each: quarters of a year, sites, devices. Tasks
 * are named after the domains. A domain need not hold every class.
 *
 * @param source a list of `{ name, train, test }` (see `datasetFromDomains` for shape, class names and normalisation of your
 *   own), or a data set with domains, such as `datasetFromTable` makes with a `domain` column
 *
 * @example
 * domainScenario(datasetFromTable('clients.csv', { label: 'outcome', domain: 'quarter' }))
 *
 * @throws for unknown options or domains, class-incremental, a data set without domains, or an impossible limit
 */
export function domainScenario(source: Dataset | readonly DomainArrays[], options?: DomainOptions): TaskStream {
  const subject = 'domain scenario';
  const { nTasks: _nTasks, ...defaults } = streamDefaults();
  const given = withDefaults<Settings>(subject, options, {
    ...defaults,
    scenario: 'domain-incremental',
    domains: undefined,
    firstTaskId: 0,
  });
  const dataset = Array.isArray(source) ? datasetFromDomains(source as readonly DomainArrays[]) : (source as Dataset);
  checkDataset(subject, dataset);
  if (dataset.domains === undefined) {
    const remedy = 'give datasetFromTable a domain column, or pass a list of { name, train, test }';
    throw problem(subject, `data set '${dataset.name}' does not say which domain a sample belongs to`, remedy);
  }
  const { names } = dataset.domains;
  const chosen = given.domains === undefined ? names : chosenDomains(subject, names, given.domains);
  const settings = { ...given, nTasks: chosen.length };
  checkCommon(subject, settings);
  checkScenario(subject, settings.scenario, ['domain-incremental', 'task-incremental']);
  checkNumber(subject, 'firstTaskId', settings.firstTaskId, { min: 0, integer: true });
  const plans = chosen.map((name, i) => ({
    ...wholeDatasetPlan(dataset, settings.scenario, settings.firstTaskId + i, name),
    domain: names.indexOf(name),
  }));
  return buildStream('domains', dataset, plans, settings, { domains: chosen, firstTaskId: settings.firstTaskId });
}

function chosenDomains(subject: string, names: readonly string[], given: unknown): readonly string[] {
  checkList(subject, 'domains', given);
  given.forEach((name, i) => {
    checkText(subject, `domain ${i}`, name);
    if (!names.includes(name))
      throw problem(subject, `there is no domain ${shown(name)}`, `domains are ${names.slice(0, 20).map(shown).join(', ')}`);
    if (given.indexOf(name) !== i) throw problem(subject, `domains lists ${shown(name)} twice`, 'list each domain once');
  });
  return given as readonly string[];
}
