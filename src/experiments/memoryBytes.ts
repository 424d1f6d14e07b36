import type { CLTrainer } from '../training';
import { checkTrainer } from './checkParts';

/** What a method keeps of earlier tasks, in bytes as it computes with it (float32 and int32: 4 bytes a number). */
export interface MemoryBytes {
  /** All of it. */
  readonly total: number;
  /** By what it is: the name in the method's saved memory, e.g. `images`, `labels`, `logits`, `importance`. */
  readonly parts: Readonly<Record<string, number>>;
}

/**
 * How much a method remembers beside its network: stored samples, logits, importances, anchors, copies of networks; what its
 * `memoryState` holds. Counted are tensors and lists of numbers, not counters or the state of random draws. A pixel counts 4 bytes
 * here, as it lies in memory; kept as a byte it would be a quarter of it.
 *
 * @param trainer at any time between two calls
 * @throws when the method keeps a memory and does not say how to save it
 */
export function memoryBytes(trainer: CLTrainer<object>): MemoryBytes {
  checkTrainer('memoryBytes', trainer);
  const parts: Record<string, number> = {};
  collect(trainer.state().memory, 'memory', parts);
  return { total: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0), parts };
}

const NOT_MEMORY = new Set(['random', 'shape']);

function collect(value: unknown, name: string, parts: Record<string, number>): void {
  if (typeof value !== 'object' || value === null) return;
  const numbers = countOf(value);
  if (numbers !== undefined) {
    if (numbers > 0) parts[name] = (parts[name] ?? 0) + 4 * numbers;
    return;
  }
  if ('architecture' in value && 'parameters' in value) return collect(value.parameters, 'parameters', parts); // a whole network
  for (const [key, item] of Object.entries(value)) {
    if (!NOT_MEMORY.has(key)) collect(item, Array.isArray(value) ? name : key, parts);
  }
}

/** How many numbers a saved tensor or list holds; undefined where it is neither. */
function countOf(value: object): number | undefined {
  const { shape, data } = value as { shape?: number[]; data?: unknown };
  if (Array.isArray(shape) && (typeof data === 'string' || ArrayBuffer.isView(data)))
    return shape.reduce((product, size) => product * size, 1);
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number') ? value.length : undefined;
}
