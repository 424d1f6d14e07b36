import { Tape } from '../autodiff';
import type { Kernels } from '../backend';

/** Samples that went through networks. */
export interface Passes {
  /** Forward, with or without a way back. */
  readonly forward: number;
  /** Forward and back again: gradients of weights were taken. */
  readonly backward: number;
}

/** What is being counted. JavaScript computes one thing at a time, and counted work does not wait for anything. */
let counting: { forward: number; backward: number } | undefined;

/**
 * Counts the samples that go through networks while `work` runs.
 *
 * @param work synchronous
 */
export function countPasses<T>(work: () => T): { result: T; passes: Passes } {
  const outer = counting;
  const passes = (counting = { forward: 0, backward: 0 });
  try {
    return { result: work(), passes };
  } finally {
    counting = outer;
  }
}

/**
 * Notes that samples go through a network; architectures call it in their forward pass.
 *
 * @param k a tape where gradients may be taken
 * @param rows samples
 * @param frozen whether no weight of it can change, as in a teacher
 */
export function notePass(k: Kernels, rows: number, frozen: boolean): void {
  if (!counting) return;
  counting.forward += rows;
  if (k instanceof Tape && !frozen) counting.backward += rows;
}
