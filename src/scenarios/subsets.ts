import { problem } from '../utils/errors';
import { RandomStream } from '../utils/random';

/**
 * Positions of the samples of each class, ascending: `result[k]` lists where label k stands.
 *
 * @param only the domain of each sample, and the one whose samples are wanted. Default: all samples
 */
export function positionsByClass(
  labels: ArrayLike<number>,
  classes: number,
  only?: { of: Int32Array; domain: number },
): Int32Array[] {
  const wanted = (i: number) => only === undefined || only.of[i] === only.domain;
  const counts = new Int32Array(classes);
  for (let i = 0; i < labels.length; i++) if (wanted(i)) counts[labels[i]]++;
  const result = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let i = 0; i < labels.length; i++) if (wanted(i)) result[labels[i]][counts[labels[i]]++] = i;
  return result;
}

/** Some samples of each of the classes of a task. */
export interface ClassPart {
  /** The class in the data set. */
  label: number;
  /** Positions in the data set, ascending. */
  positions: Int32Array;
}

/**
 * A random choice of `limit` samples, spread evenly over the classes (where a class has fewer, the others give more).
 * Each class is drawn from a stream of its own, so the choice in a class does not depend on the task it is in, and a
 * smaller limit chooses among the samples of a larger one.
 *
 * @param stream name of the random streams
 */
export function limitSamples(parts: ClassPart[], limit: number, seed: number, stream: string): ClassPart[] {
  const counts = evenShares(
    parts.map((part) => part.positions.length),
    limit,
  );
  return parts.map(({ label, positions }, i) => {
    if (counts[i] === positions.length) return { label, positions };
    const order = new RandomStream(seed, `${stream}/class ${label}`).permutation(positions.length);
    return {
      label,
      positions: order
        .subarray(0, counts[i])
        .map((at) => positions[at])
        .sort(),
    };
  });
}

/**
 * Makes some classes rare: of C classes in an order that the seed draws, the k-th keeps n·ratio^(−k/(C−1)) of its n samples, at
 * least one.
 *
 * @param classes classes of the data set, C
 * @param ratio the first class over the last, at least 1
 *
 * Source: the exponential profile of Cui et al. 2019, "Class-balanced loss based on effective number of samples".
 */
export function thinOut(parts: ClassPart[], classes: number, ratio: number, seed: number): ClassPart[] {
  const order = new RandomStream(seed, 'imbalance').permutation(classes);
  return parts.map(({ label, positions }) => {
    const rank = order.indexOf(label) / Math.max(1, classes - 1);
    const count = Math.max(1, Math.round(positions.length * ratio ** -rank));
    return limitSamples([{ label, positions }], count, seed, 'imbalance')[0];
  });
}

/**
 * Takes a share of each class aside for validation.
 *
 * @param fraction 0 to below 1, of each class, rounded to whole samples
 */
export function splitValidation(
  parts: ClassPart[],
  fraction: number,
  seed: number,
): { train: ClassPart[]; validation: ClassPart[] } {
  if (fraction === 0) return { train: parts, validation: [] };
  const split = parts.map(({ label, positions }) => {
    const count = Math.round(fraction * positions.length);
    if (count === 0 || count === positions.length) {
      const reason = `${fraction} of the ${positions.length} training samples of class ${label} leaves ${count === 0 ? 'none to validate on' : 'none to train on'}`;
      throw problem('validationFraction', reason, 'change the fraction or raise limitPerTask');
    }
    const order = new RandomStream(seed, `validation/class ${label}`).permutation(positions.length);
    const pick = (from: number, to: number) =>
      order
        .slice(from, to)
        .map((at) => positions[at])
        .sort();
    return { label, train: pick(count, positions.length), validation: pick(0, count) };
  });
  const side = (name: 'train' | 'validation') => split.map((part) => ({ label: part.label, positions: part[name] }));
  return { train: side('train'), validation: side('validation') };
}

/** All positions of the parts, ascending. */
export function mergeParts(parts: ClassPart[]): Int32Array {
  const merged = new Int32Array(parts.reduce((sum, part) => sum + part.positions.length, 0));
  let at = 0;
  for (const { positions } of parts) {
    merged.set(positions, at);
    at += positions.length;
  }
  return merged.sort();
}

/** How many to take of each, `limit` in all: the same of each as far as sizes allow, what is left over from the first on. */
function evenShares(sizes: number[], limit: number): number[] {
  const shares = sizes.map(() => 0);
  let left = Math.min(
    limit,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  while (left > 0) {
    const open = sizes.flatMap((size, i) => (shares[i] < size ? [i] : []));
    const each = Math.max(1, Math.floor(left / open.length));
    for (const i of open) {
      const more = Math.min(each, sizes[i] - shares[i], left);
      shares[i] += more;
      left -= more;
    }
  }
  return shares;
}
