import type { Task } from '../data/task';
import { problem } from '../utils/errors';
import { RandomStream } from '../utils/random';

/**
 * Gives a share of the samples a wrong label, each of the task's other labels with the same probability (symmetric noise).
 *
 * @param positions the samples, [n]
 * @param right their labels, [n]
 * @param share of the samples, rounded to whole ones
 * @returns the wrong label of each sample that got one, by position
 */
export function noisyLabels(
  positions: Int32Array,
  right: Int32Array,
  { id, name, classes }: Task,
  share: number,
  seed: number,
): Map<number, number> {
  const labels = [...new Set(right)].sort((a, b) => a - b);
  if (labels.length < 2) {
    const reason = `task ${id} (${name}) has one class of ${classes.length}, so no label of it can be wrong`;
    throw problem('labelNoise', reason, 'give tasks of two classes or more, or no labelNoise');
  }
  const random = new RandomStream(seed, `label-noise/task ${id}`);
  const chosen = random.choice(positions.length, Math.round(share * positions.length));
  return new Map(
    Array.from(chosen, (sample) => {
      const others = labels.filter((label) => label !== right[sample]);
      return [positions[sample], others[random.integer(others.length)]];
    }),
  );
}
