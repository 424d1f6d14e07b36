/**
 * The kind of a value: `Float32Array`, `Array`, `BigInt64Array`, `string`, `null`, … Read from the value and not by
 * `instanceof`, which is false for arrays that come from another realm (a worker's, a virtual context's).
 */
export function typeName(value: unknown): string {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value === null ? 'null' : typeof value;
  if (Array.isArray(value)) return 'Array';
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof tag === 'string' ? tag : (value.constructor?.name ?? 'object');
}

/** Whether an array holds bytes as images are stored. */
export const isBytes = (array: unknown) => typeName(array) === 'Uint8Array';
