import type { Kernels, Value, Variable } from '../../backend';
import type { Layer, Model } from '../../models';
import { problem } from '../../utils/errors';
import { readingAs } from './readingAs';

/** Whether a layer is shared by all tasks: no output layer. */
export function isShared({ name }: Layer): boolean {
  return !name.startsWith('head');
}

/**
 * Throws where batch normalisation keeps a running mean and variance of each unit, for methods that switch units or weights on and off, or
 * make them anew.
 *
 * @param reason what does not go together with that
 */
export function refuseNormalised(subject: string, model: Model, reason: string): void {
  if (model.buffers().length === 0) return;
  throw problem(subject, reason, "make the model without normalisation: 'batch'");
}

/** Why methods that give each task its part of a network refuse batch normalisation. */
export const SHARED_STATISTICS =
  'tasks have units or weights of their own, but batch normalisation has one running mean and variance of a unit for all of them';

/** The shared layers of a model with the number of their units (for convolutions, of their channels). */
export function gatedLayers(model: Model): { name: string; units: number }[] {
  return model.layers().filter(isShared).map((layer) => ({ name: layer.name, units: layer.parameters()[0].shape.at(-1)! })); // prettier-ignore
}

/**
 * Kernels with which a network's units count as much as their gates say: each unit's incoming weights and bias are read times its gate,
 * which before a ReLU is the same as its output times the gate (for gates of 0 and more).
 *
 * @param gates for each shared layer, by name, its gates [units]
 */
export function gated(k: Kernels, model: Model, gates: ReadonlyMap<string, Value>): Kernels {
  const byVariable = new Map<Variable, Value>();
  for (const layer of model.layers()) {
    const gate = gates.get(layer.name);
    if (gate) for (const parameter of layer.parameters()) byVariable.set(parameter, gate);
  }
  return readingAs(k, (variable, content) => {
    const gate = byVariable.get(variable);
    return gate ? k.mul(content, gate) : content;
  });
}
