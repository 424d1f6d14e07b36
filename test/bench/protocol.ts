/** One configuration whose training step is to be timed; sent to an engine as a line of JSON. */
export interface StepRequest {
  /** `naive`, `ewc`, `ewc-online`, `er`, `gem` or `pnn`. */
  method: string;
  /** Past tasks that were learnt before the steps are timed. */
  tasks: number;
  /** Samples a batch. */
  batch: number;
  /** Width of both hidden layers. */
  width: number;
  /** Learning rate. */
  lr: number;
  /** Whether past tasks have the opposite labels, so that GEM has to project every step; else none. */
  conflict: boolean;
  /** Steps before the clock starts; not timed. */
  warm: number;
  /** Steps that are timed. */
  steps: number;
}

/** An engine's answer to a `StepRequest`. */
export interface Measured {
  /** Wall milliseconds per step. */
  ms: number;
  /** Processor milliseconds per step, all threads of the process; on a busy machine steadier than `ms`. */
  cpuMs: number;
  /** Shares and counts worth showing, e.g. the share of GEM's steps that had to be projected. */
  extra?: Record<string, number>;
}

/** What an engine says of itself once it is ready. */
export interface Hello {
  /** Version of what runs underneath. */
  version: string;
  /** Methods it can do. */
  methods: string[];
}

/** A request line: steps to time, or the question how much memory the process ever held. */
export type Request = ({ op: 'steps' } & StepRequest) | { op: 'peak' };

/** Two settings with the same key are the same configuration to an engine. */
export function keyOf({ method, tasks, batch, width, conflict, warm, steps }: StepRequest): string {
  return [method, tasks, batch, width, conflict, warm, steps].join(' ');
}
