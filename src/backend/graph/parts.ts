import type { HostNumbers, Value } from '../value';
import type { Variable } from '../variable';

/** Most steps of one call of a looped program. */
export const MOST_STEPS = 64;

/** A value of a recorded step: an output of a node of the graph, or what the host computes while the step runs. */
export class Node implements Value {
  constructor(
    readonly shape: number[],
    readonly dtype: string,
    /** `name:output` in the graph; empty for values that come from the host. */
    readonly output: string,
    /** The part whose run gives the value. Constants can be used in every part. */
    readonly part: Part | 'host' | 'constant',
    /** For the content of a variable: which, and how often it had been changed before. */
    readonly content?: { readonly slot: Slot; readonly version: number },
  ) {}
}

/** A piece of a step that runs in one call of the graph. */
export interface Part {
  readonly kind: 'part';
  /** Values made outside, each with the placeholder it is fed through. */
  readonly imports: Map<Node, string>;
  /** Values that the host or a later part needs. */
  readonly exports: Set<Node>;
  /** A node that runs after all updates of variables; undefined when there are none. */
  done: string | undefined;
}

/** Work of the host between two parts. */
export interface HostCall {
  readonly kind: 'call';
  readonly inputs: Node[];
  readonly compute: (...inputs: HostNumbers[]) => Float32Array;
  readonly output: Node;
}

/** A decision of the host between two parts, with what follows from it. */
export interface HostIf {
  readonly kind: 'if';
  readonly inputs: Node[];
  readonly test: (...inputs: HostNumbers[]) => boolean;
  readonly then: Branch;
  readonly otherwise: Branch;
  readonly outputs: Node[];
}

/** One of two ways to go on. */
export interface Branch {
  readonly sequence: Sequence;
  readonly results: Node[];
}

/** What a recorded program does, in order. */
export type Sequence = (Part | HostCall | HostIf)[];

/** A variable, or a tensor that stays the same, inside the graph. */
export interface Slot {
  readonly source: Variable | (() => Value | Float32Array);
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32';
  /** The nodes that hold it, feed it, and read it for the host. */
  readonly handle: string;
  readonly feed: string;
  readonly read: string;
  /** Whether a recorded step changes it. */
  changes: boolean;
  /** Changes recorded so far. */
  version: number;
}

/** The host takes part in the middle of a step, so several steps do not fit into one call. */
export class NeedsHost extends Error {}
