import { misfit } from '../experiments/form';
import { planRun } from '../experiments/plan';
import type { PlannedRun } from '../experiments/plan';
import { checkChoice, checkFunction, checkList, checkNumber, checkText, isPlainObject, problem, shown } from '../utils/errors';
import { REPRODUCED_METRICS, rowName } from './metrics';
import type { ReproducedMetric } from './metrics';
import type { Protocol } from './protocol';

/**
 * The runs of a protocol, line after line.
 *
 * @param seeds how many, from 1 on; default those of the protocol
 * @param rows parts of names: only lines that have one of them, e.g. `['EWC', 'Single: BWT']`; default all
 * @throws when no line has one of these parts
 */
export function planProtocol(protocol: Protocol, seeds = protocol?.seeds, rows?: readonly string[]): PlannedRun[] {
  checkProtocol('planProtocol', protocol);
  checkNumber('planProtocol', 'seeds', seeds, { min: 1, integer: true });
  return withNames(`protocol ${protocol.name}`, protocol.rows, rowName, rows).flatMap((row) =>
    Array.from({ length: seeds }, (_, i) => planRun(row.spec(i + 1), { label: row.label, study: protocol.name })),
  );
}

/**
 * Those whose name has one of the parts.
 *
 * @param subject whose lines these are, for the error message
 * @param parts default: all of them
 * @throws when a part stands in no name
 */
export function withNames<T>(
  subject: string,
  lines: readonly T[],
  nameOf: (line: T) => string,
  parts?: readonly string[],
): readonly T[] {
  if (parts === undefined) return lines;
  checkList(subject, 'rows', parts);
  for (const part of parts) {
    checkText(subject, 'a part of a row name', part);
    if (lines.some((line) => nameOf(line).includes(part))) continue;
    const names = [...new Set(lines.map(nameOf))].join(', ');
    throw problem(subject, `no line has ${part} in its name`, `lines: ${names}`);
  }
  return lines.filter((line) => parts.some((part) => nameOf(line).includes(part)));
}

/** Throws unless it is a protocol whose lines can be planned. */
function checkProtocol(subject: string, protocol: Protocol): void {
  if (!isPlainObject(protocol)) throw problem(subject, `the protocol is ${shown(protocol)}`, 'pass one of PROTOCOLS');
  checkList(subject, 'rows', protocol.rows);
  const wrong = misfit(protocol, { name: 'text', rows: [{ label: 'text' }] });
  if (wrong !== undefined) throw problem(subject, wrong, 'pass one of PROTOCOLS');
  const metrics = Object.keys(REPRODUCED_METRICS) as ReproducedMetric[];
  protocol.rows.forEach(({ spec, metric = 'acc' }, i) => {
    checkFunction(subject, `rows[${i}].spec`, spec, '(seed) => ({ stream, method, seed })');
    checkChoice(subject, `rows[${i}].metric`, metric, metrics);
  });
}
