import { backend } from '../../backend';
import type { Kernels, Value } from '../../backend';
import type { Model, TaskOfRows } from '../../models';
import { Tape } from '../../autodiff';
import type { Parameter } from '../../autodiff';
import type { RandomStream } from '../../utils/random';

/**
 * Whose labels the Fisher information is taken over; they give different numbers (van de Ven 2025).
 * `exact`: the expectation over the model's own output distribution, all classes weighted by their probability.
 * `sampled`: one label a sample drawn from that distribution. `argmax`: the model's most likely label.
 * `true`: the data's label ("empirical Fisher").
 */
export type FisherLabels = 'exact' | 'sampled' | 'argmax' | 'true';

/** What the Fisher information is estimated on. */
export interface FisherData {
  /** Inputs [n, inputSize]. */
  readonly images: Float32Array;
  /** Labels [n]; used by `true` only. */
  readonly labels: Int32Array;
  /** What the model may know of the task. */
  readonly task: TaskOfRows;
}

/**
 * The diagonal of the Fisher information of every parameter that takes part in the task:
 * F = mean over samples of E_label[(∂ log p(label|x) / ∂θ)²]: squared per sample, then averaged.
 *
 * No loop over samples: with a layer's inputs A and back-propagated deltas Δ, Σ_n (a_n δ_nᵀ)² = (A∘A)ᵀ(Δ∘Δ). Only a network with
 * parameters whose gradients do not come as such factors (`Factors.unfactored`) takes a pass for each sample.
 *
 * @returns for each parameter its diagonal, in the parameter's layout
 */
export function diagonalFisher(
  model: Model,
  data: FisherData,
  which: FisherLabels,
  random: RandomStream,
): Map<Parameter, Float32Array> {
  const { kernels: k, scope, toHost, dispose } = backend();
  const n = data.labels.length;
  const sums = new Map<Parameter, Value>();
  const kept = scope(() => {
    const tape = new Tape(k);
    const x = k.tensor(data.images, [n, model.inputSize]);
    const logits = model.logits(tape, x, data.task);
    const choices = [...labelChoices(k, k.softmax(logits), data, which, random)];
    const factors = choices.map(({ labels }) => tape.factors(tape.sum(tape.crossEntropy(logits, labels).losses)));
    if (factors[0].unfactored.length > 0) addSampleBySample(sums, model, x, data.task, choices);
    else factors.forEach((one, i) => one.squares(choices[i].weights).forEach((value, of) => accumulate(k, sums, of, value)));
    return [...sums.values()].map((value) => k.scale(value, 1 / n));
  });
  const result = new Map([...sums.keys()].map((parameter, i) => [parameter, Float32Array.from(toHost(kept[i]))]));
  dispose(...kept);
  return result;
}

/** Adds the weighted squares of every sample's own gradients. */
function addSampleBySample(sums: Map<Parameter, Value>, model: Model, x: Value, task: TaskOfRows, choices: LabelChoice[]): void {
  const { kernels: k, scope, dispose } = backend();
  for (let i = 0; i < x.shape[0]; i++) {
    const own = (value: Value) => k.slice(value, 0, i, 1);
    const before = [...sums.values()];
    const after = scope(() => {
      const tape = new Tape(k);
      const logits = model.logits(tape, own(x), typeof task === 'object' ? own(task) : task);
      for (const { labels, weights } of choices) {
        const gradients = tape.gradients(tape.sum(tape.crossEntropy(logits, own(labels)).losses));
        for (const [parameter, gradient] of gradients) {
          const squared = k.mul(gradient, gradient);
          accumulate(k, sums, parameter, weights ? k.mul(squared, k.reshape(own(weights), [])) : squared);
        }
      }
      return [...sums.values()];
    });
    [...sums.keys()].forEach((parameter, at) => sums.set(parameter, after[at]));
    dispose(...before.filter((value) => !after.includes(value)));
  }
}

/** Labels to take gradients for. */
interface LabelChoice {
  /** int32 [n] */
  readonly labels: Value;
  /** The weight of each sample, [n, 1]; none: 1. */
  readonly weights?: Value;
}

/** The labels to take gradients for, with the weights of the samples. */
function* labelChoices(
  k: Kernels,
  probabilities: Value,
  data: FisherData,
  which: FisherLabels,
  random: RandomStream,
): Generator<LabelChoice> {
  const [n, classes] = probabilities.shape;
  if (which === 'true') yield { labels: k.tensor(data.labels, [n]) };
  else if (which === 'argmax') yield { labels: k.argMax(probabilities) };
  else if (which === 'sampled') yield { labels: k.tensor(drawLabels(backend().toHost(probabilities), n, classes, random), [n]) };
  else {
    for (let c = 0; c < classes; c++) {
      yield { labels: k.tensor(new Int32Array(n).fill(c), [n]), weights: k.slice(probabilities, 1, c, 1) };
    }
  }
}

function drawLabels(probabilities: ArrayLike<number>, n: number, classes: number, random: RandomStream): Int32Array {
  return Int32Array.from({ length: n }, (_, row) => {
    let left = random.uniform();
    for (let c = 0; c < classes; c++) {
      left -= probabilities[row * classes + c];
      if (left < 0) return c;
    }
    return classes - 1;
  });
}

function accumulate(k: Kernels, sums: Map<Parameter, Value>, parameter: Parameter, value: Value): void {
  const before = sums.get(parameter);
  sums.set(parameter, before ? k.add(before, value) : value);
}
