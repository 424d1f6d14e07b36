import { describeCommit, describeMachine, describeVersions } from '../utils/environment';
import type { Machine } from '../utils/environment';

/** When, where and by which version of the library a result was made. */
export interface Provenance {
  /** The moment it was ready, ISO 8601. */
  readonly date: string;
  /** Versions of this library, Node and the packages that compute. */
  readonly versions: Readonly<Record<string, string>>;
  /** The commit of this library, where it is in a repository. */
  readonly commit?: string;
  /** The machine. */
  readonly machine: Machine;
}

let known: Omit<Provenance, 'date'> | undefined;

/** Here and now; what cannot change while the process runs is asked once. */
export function provenance(): Provenance {
  if (!known) {
    const commit = describeCommit();
    known = { versions: describeVersions(), ...(commit !== undefined && { commit }), machine: describeMachine() };
  }
  return { date: new Date().toISOString(), ...known };
}
