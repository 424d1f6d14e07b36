import { textTable } from '../../src/utils/format';

/** One line of the soak's table. */
export interface Finding {
  /** What was put under load. */
  what: string;
  /** What was done to it, with numbers. */
  did: string;
  /** What was seen, with numbers. */
  found: string;
  /** Whether it is as it has to be. */
  ok: boolean;
}

/** The findings as a text table. */
export function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ what, did, found, ok }) => [ok ? 'ok' : 'NOT OK', what, did, found]);
  return textTable([['', 'what', 'did', 'found'], ...rows]);
}
