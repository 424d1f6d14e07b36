/** How long what takes on a queue, in milliseconds. */
export interface QueueTiming {
  /** A worker that has not renewed the lock of its run for so long has lost it; it renews it twice in this time. */
  lock: number;
  /** How often workers look for runs whose lock is lost. */
  stalled: number;
  /** How often who asked compares what it heard with what the queue says, and looks whether there are workers. */
  look: number;
  /** How often at most a run tells how far it is. */
  progress: number;
  /** How long a server may take to answer for the first time. */
  connect: number;
  /** How long a lost connection waits at most before it is tried again. */
  reconnect: number;
}

/** A worker that was killed is noticed after 30 to 45 seconds. */
export const TIMING: QueueTiming = {
  lock: 30_000,
  stalled: 15_000,
  look: 5_000,
  progress: 1_000,
  connect: 10_000,
  reconnect: 2_000,
};
