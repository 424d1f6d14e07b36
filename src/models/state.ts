import { problem } from '../utils/errors';
import type { Parameter } from '../autodiff';

/** One parameter of a saved model. */
export interface ParameterState {
  /** Its name, e.g. `head0/weight`. */
  name: string;
  /** Size of each axis. */
  shape: number[];
  /** Whether it is frozen. */
  frozen: boolean;
  /** Its numbers, row-major, as little-endian 32-bit floats in base64. */
  data: string;
}

/** A model's weights as plain data, ready for `JSON.stringify`; see `Model.state`. */
export interface ModelState {
  /** The architecture it was taken from, e.g. `MultiHeadMLP`. */
  architecture: string;
  /** Numbers per input. */
  inputSize: number;
  /** All parameters, in the model's order. */
  parameters: ParameterState[];
}

/** What of a model is saved; a `Model` is one. */
export interface Saved {
  readonly architecture: string;
  readonly inputSize: number;
  parameters(): Parameter[];
}

/** The weights of a model, heads and columns that were added included. */
export function modelState(model: Saved): ModelState {
  const { architecture, inputSize } = model;
  const parameters = model.parameters().map((parameter) => {
    const { name, shape, frozen } = parameter;
    return { name, shape: [...shape], frozen, data: encode(parameter.data()) };
  });
  return { architecture, inputSize, parameters };
}

/**
 * Writes saved weights into a model that has every parameter already, all or none of them.
 *
 * @throws when names, shapes or the number of values differ
 */
export function writeParameters(model: Saved, state: ModelState): void {
  const saved = new Map(state.parameters.map((one) => [one.name, one]));
  const subject = `${model.architecture}.restore`;
  const present = model.parameters().map((parameter) => {
    const one = saved.get(parameter.name);
    if (!one) throw problem(subject, `the saved model has no ${parameter.name}`, 'restore into a model that is newly made');
    saved.delete(parameter.name);
    if (one.shape.join() !== parameter.shape.join()) {
      const reason = `${parameter.name} is [${parameter.shape}] here and [${one.shape}] in the saved model`;
      throw problem(subject, reason, 'make the model with the same hidden widths');
    }
    const values = decode(one.data);
    if (values.length !== one.shape.reduce((product, n) => product * n, 1)) {
      throw problem(
        subject,
        `${parameter.name} holds ${values.length} numbers, its shape is [${one.shape}]`,
        'the saved state is damaged',
      );
    }
    return { parameter, values, frozen: one.frozen };
  });
  const [left] = saved.keys();
  if (left !== undefined) throw problem(subject, `this model has no ${left}`, 'make the model with as many hidden layers');
  for (const { parameter, values, frozen } of present) {
    parameter.set(values);
    parameter.frozen = frozen;
  }
}

function encode(values: Float32Array | Int32Array): string {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  return bytes.toString('base64');
}

function decode(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}
