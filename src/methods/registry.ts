import type { ScenarioName } from '../data/task';
import { setMethodStyle } from '../figures/palette';
import type { Compatibility } from '../scenarios/compatibility';
import { needsFit } from '../training';
import { checkList, isPlainObject, problem, shown } from '../utils/errors';
import { aGem } from './aGem';
import { continualBackprop } from './continualBackprop';
import { cumulative } from './cumulative';
import { der, derPlusPlus } from './der';
import type { MethodEntry } from './entry';
import { erAce } from './erAce';
import { ewc } from './ewc';
import { er } from './experienceReplay';
import { gdumb } from './gdumb';
import { gem } from './gem';
import { hat } from './hat';
import { icarl } from './icarl';
import { independent } from './independent';
import { joint } from './joint';
import { l2Init } from './l2Init';
import { lwf } from './lwf';
import { mas } from './mas';
import { mir } from './mir';
import { ncm } from './ncm';
import { naive } from './naive';
import { packNet } from './packNet';
import { pnn } from './pnn';
import { randumb } from './randumb';
import { shrinkPerturb } from './shrinkPerturb';
import { slda } from './slda';
import { si } from './synapticIntelligence';
import { wa } from './weightAlignment';
import { xdg } from './xdg';

const methods: MethodEntry[] = [];

/** All methods, in the order they were made known. Adding a built-in one: a file in `methods/` and its entry in the list below. */
export const METHODS: readonly MethodEntry[] = methods;

/**
 * Makes a method known by name: to benchmark, command line, tables, figures and guide. A later one of the same name takes the place
 * of the earlier (a notebook cell that is run again).
 *
 * @throws when a text of the entry is missing
 */
export function registerMethod(entry: MethodEntry): void {
  if (typeof entry !== 'object' || entry === null)
    throw problem('registerMethod', `the entry is ${shown(entry)}`, 'see MethodEntry for what an entry holds');
  for (const text of ['name', 'label', 'why', 'useWhen', 'breaksWhen', 'ruleOfThumb'] as const) {
    if (typeof entry[text] === 'string' && entry[text].trim() !== '') continue;
    throw problem('registerMethod', `${text} is missing`, 'see MethodEntry for what an entry holds');
  }
  checkGrid(entry);
  const before = methods.findIndex(({ name }) => name === entry.name);
  if (before >= 0) methods[before] = entry;
  else methods.push(entry);
  for (const { name, label, style } of [entry, ...(entry.variants ?? [])]) setMethodStyle(name, { ...style, label });
}

function checkGrid({ grid = {} }: MethodEntry): void {
  if (!isPlainObject(grid)) throw problem('registerMethod', `grid is ${shown(grid)}`, 'give lists of values by option');
  for (const [option, values] of Object.entries(grid)) checkList('registerMethod', `grid.${option}`, values);
}

[naive, ewc, er, gem, pnn].forEach(registerMethod);
[
  joint,
  cumulative,
  independent,
  si,
  mas,
  lwf,
  l2Init,
  aGem,
  der,
  derPlusPlus,
  erAce,
  mir,
  gdumb,
  icarl,
  wa,
  ncm,
  slda,
  randumb,
  packNet,
  xdg,
  hat,
  shrinkPerturb,
  continualBackprop,
].forEach(registerMethod);

/** The entry of a method. Throws with the known names when there is none. */
export function findMethod(name: string): MethodEntry {
  const entry = METHODS.find((method) => method.name === name);
  if (entry) return entry;
  throw problem(
    'method',
    `there is none called ${shown(name)}`,
    `known methods: ${METHODS.map((method) => method.name).join(', ')}`,
  );
}

/** Whether a method can learn a scenario, computed from what the scenario reveals and what the method needs. */
export function methodCompatibility(name: string, scenario: ScenarioName): Compatibility {
  const { needs, why } = findMethod(name);
  return needsFit(needs, scenario, why, alternatives(scenario).join(' or '));
}

/** Methods that keep old tasks in a scenario, the strongest of two. */
function alternatives(scenario: ScenarioName): string[] {
  return METHODS.filter(
    ({ needs }) => needs.taskId !== 'test' && !needs.notIn?.[scenario] && !needs.forgetsIn?.[scenario] && needs.storedSamples,
  )
    .map(({ name }) => name)
    .slice(0, 2);
}
