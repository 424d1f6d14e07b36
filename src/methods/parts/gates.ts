import type { Kernels, Value, Variable } from '../../backend';
import type { Layer, Model } from '../../models';
import { readingAs } from './readingAs';

/** Whether a layer is shared by all tasks: no output layer. */
export function isShared({ name }: Layer): boolean {
  return !name.startsWith('head');
}

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
