import { Variable } from '../backend';
import type { Value } from '../backend';

/** Weights of a model: a variable that training may change unless it is frozen. */
export class Parameter extends Variable {
  /** Frozen parameters belong to no optimiser; no gradient flows into them. */
  frozen = false;
}

/** Gradients by parameter, in the order the parameters were met. Parameters without an entry get no update. */
export type Gradients = Map<Parameter, Value>;
