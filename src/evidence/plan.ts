import { planRun } from '../experiments/plan';
import type { PlannedRun } from '../experiments/plan';
import { checkList, checkNumber, isPlainObject, problem, shown } from '../utils/errors';
import type { Protocol } from './protocol';

/**
 * The runs of a protocol, line after line.
 *
 * @param seeds how many, from 1 on; default those of the protocol
 * @param rows parts of labels: only lines that have one of them; default all
 */
export function planProtocol(protocol: Protocol, seeds = protocol?.seeds, rows: readonly string[] = ['']): PlannedRun[] {
  checkRows('planProtocol', protocol, 'one of PROTOCOLS');
  checkNumber('planProtocol', 'seeds', seeds, { min: 1, integer: true });
  const names = ({ label }: { label: string }) => ({ label, study: protocol.name });
  return protocol.rows
    .filter(({ label }) => rows.some((part) => label.includes(part)))
    .flatMap((row) => Array.from({ length: seeds }, (_, i) => planRun(row.spec(i + 1), names(row))));
}

/** Throws unless it is a protocol, or what came out of one. */
export function checkRows(subject: string, protocol: { readonly rows: readonly unknown[] }, remedy: string): void {
  if (!isPlainObject(protocol)) throw problem(subject, `the protocol is ${shown(protocol)}`, `pass ${remedy}`);
  checkList(subject, 'rows', protocol.rows);
}
