import type { FinalRun } from '../experiments/failedRun';
import { provenance } from '../experiments/provenance';
import type { Provenance } from '../experiments/provenance';

const PACKAGE = 'continual-learning';

/** A sentence about runs that another version of this library made, whose numbers may differ; undefined where there are none. */
export function madeElsewhere(runs: readonly FinalRun[]): string | undefined {
  const here = provenance();
  const others = runs.flatMap(({ made }) => (made && !sameVersion(made, here) ? [inWords(made)] : []));
  if (others.length === 0) return undefined;
  const versions = [...new Set(others)];
  const named = versions.length > 3 ? [...versions.slice(0, 3), `${versions.length - 3} more`] : versions;
  return `${others.length} of ${runs.length} runs were made by another version of the library (${named.join('; ')}); --force repeats them`;
}

function sameVersion(one: Provenance, other: Provenance): boolean {
  return one.versions[PACKAGE] === other.versions[PACKAGE] && one.commit === other.commit;
}

/** `0.1.0 at 1f2e3d4` */
function inWords({ versions, commit }: Provenance): string {
  const at = commit === undefined ? '' : ` at ${commit.slice(0, 7)}${commit.includes('+') ? ' with changes' : ''}`;
  return `${versions[PACKAGE] ?? 'unknown'}${at}`;
}
