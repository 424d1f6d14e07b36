import { problem } from '../../utils/errors';
import type { Protocol } from '../protocol';
import { fashionOnlineEr } from './fashionOnlineEr';
import { gdumbSplit } from './gdumbSplit';
import { gemRotations } from './gemRotations';
import { hsuSplit } from './hsuSplit';
import { stabilityGap } from './stabilityGap';
import { vandevenPermuted } from './vandevenPermuted';
import { vandevenSplit } from './vandevenSplit';

/** All protocols, in the order they are listed. */
export const PROTOCOLS: readonly Protocol[] = [
  vandevenSplit,
  vandevenPermuted,
  hsuSplit,
  gdumbSplit,
  fashionOnlineEr,
  gemRotations,
  stabilityGap,
];

/** The protocol of this name. Throws with the known names when there is none. */
export function findProtocol(name: string): Protocol {
  const protocol = PROTOCOLS.find((candidate) => candidate.name === name);
  if (protocol) return protocol;
  const known = PROTOCOLS.map((candidate) => candidate.name).join(', ');
  throw problem('reproduce', `there is no protocol '${name}'`, `protocols: ${known}; or comparison`);
}
