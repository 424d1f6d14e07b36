import { findMethod, methodCompatibility } from '../methods';
import { architectureFor, findArchitecture } from '../models';
import type { TaskLoader } from '../data/loader';
import type { Model } from '../models';
import { checkArchitecture } from '../models/architectures';
import type { TaskStream } from '../scenarios';
import type { CLTrainer } from '../training';
import { checkRevealed, checkScheduled } from '../training/fit';
import { problem } from '../utils/errors';
import { hashOf } from './identity';
import { checkSpec, isOptimizerOption, SPEC_VERSION } from './spec';
import type { CheckedSpec, Json, JsonOptions, Spec, SpecInput, StreamSpec } from './spec';
import { findStream, openStream } from './streams';

/** A spec put together, ready to train. */
export interface Assembly {
  /** The spec with its defaults filled in. */
  readonly spec: Spec;
  /** The identity of the run: a hash of the filled-in spec and of what decided the data, its checksum included. */
  readonly id: string;
  /** Training samples the run looks at. */
  readonly samples: number;
  readonly stream: TaskStream;
  readonly model: Model;
  readonly trainer: CLTrainer<object>;
}

/**
 * Opens the stream, makes the model and the trainer. Needs no backend, so that a plan can be checked to its last option
 * before anything runs. The caller frees model and trainer.
 *
 * @throws when a name or an option is wrong, or the parts do not fit each other
 */
export function assemble(given: SpecInput): Assembly {
  const checked = checkSpec(given);
  const stream = openStream(checked.stream, checked.seed);
  checkTaken(checked.stream, stream);
  const { fit, reason } = methodCompatibility(checked.method.name, stream.scenario);
  if (fit === 'no') throw problem(`${checked.method.name} in the ${stream.scenario} scenario`, reason);
  const model = makeModel(checked, stream);
  try {
    checkArchitecture(model.architecture, stream.scenario);
    const trainer = findMethod(checked.method.name).create(model, trainerOptions(checked, stream));
    checkRevealed(checked.method.name, stream.tasks[0], trainer.needs);
    checkScheduled(checked.method.name, stream.tasks[0], trainer.options);
    trainer.checkTask(stream.tasks[0]);
    const spec = fillIn(checked, stream, model, trainer);
    const samples = samplesOf(spec, stream);
    return { spec, id: identify(spec, stream, model), samples, stream, model, trainer };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** A stream of one's own may pass over options; those that decide what the accuracies are measured on must not be. */
function checkTaken({ name, validationFraction, firstTasks }: StreamSpec, { validationLoaders, tasks }: TaskStream): void {
  const remedy = 'pass it on to the scenario where the stream is registered';
  if (Number(validationFraction ?? 0) > 0 && validationLoaders.length === 0)
    throw problem(`stream '${name}'`, 'it passes over validationFraction, so test data would be measured on', remedy);
  if (firstTasks !== undefined && tasks.length !== firstTasks)
    throw problem(`stream '${name}'`, `it passes over firstTasks: it has ${tasks.length} tasks`, remedy);
}

/** Training samples that a run looks at: those of all tasks times the epochs, or those of its steps. */
export function samplesOf(
  { epochs, optimizer: { steps } }: Spec,
  { trainLoaders }: { readonly trainLoaders: readonly TaskLoader[] },
): number {
  return trainLoaders.reduce((sum, { size, batchSize }) => sum + (steps === undefined ? epochs * size : steps * batchSize), 0);
}

/** What the opened stream and the model say of themselves stands for their options: every default, and the checksum of the data. */
function identify(spec: Spec, stream: TaskStream, model: Model): string {
  const { name } = spec.stream;
  const { batchSize } = stream.trainLoaders[0];
  return hashOf({
    ...spec,
    stream: { name, batchSize, ...stream.settings },
    model: { architecture: model.architecture, ...model.config() },
  });
}

function trainerOptions(
  { optimizer: { name, ...optimizer }, method, epochs: asked, seed }: CheckedSpec,
  { tasks }: TaskStream,
): Record<string, unknown> {
  const epochs = asked ?? (tasks[0].online ? 1 : undefined); // online, the default is the only number possible
  return { ...method.options, ...optimizer, optimizer: name, epochs, seed };
}

function fillIn(checked: CheckedSpec, stream: TaskStream, model: Model, trainer: CLTrainer<object>): Spec {
  const { epochs, seed: _, optimizer: name, ...options } = trainer.options as Record<string, unknown>;
  const pick = (wanted: boolean) =>
    defined(
      Object.fromEntries(Object.entries(options).filter(([option]) => isOptimizerOption(option) === wanted)) as JsonOptions,
    );
  return {
    specVersion: SPEC_VERSION,
    stream: {
      ...defined(findStream(checked.stream.name).defaults()),
      ...defined(checked.stream),
      name: checked.stream.name,
      scenario: stream.scenario,
      nTasks: checked.stream.firstTasks === undefined ? stream.tasks.length : (stream.settings.nTasks as number),
    },
    model: { ...defined(checked.model), ...ownOptions(model), architecture: model.architecture },
    optimizer: { name: name as string, ...pick(true) },
    method: { name: checked.method.name, options: pick(false) },
    epochs: epochs as number,
    seed: checked.seed,
    measure: checked.measure,
  };
}

function defined(options: JsonOptions): JsonOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What a model was made with beyond what the stream and the seed of the run give. */
function ownOptions(model: Model): JsonOptions {
  const { inputSize: _, inputShape: __, nClasses: ___, seed: ____, ...options } = model.config() as Record<string, Json>;
  return options;
}

function makeModel({ model, method, seed }: CheckedSpec, { scenario, tasks }: TaskStream): Model {
  const { architecture = findMethod(method.name).needs.architecture ?? architectureFor(scenario), ...options } = model;
  const { create, needs } = findArchitecture(architecture);
  const nClasses = Math.max(...tasks.flatMap((task) => task.classes)) + 1;
  const { inputSize, inputShape } = tasks[0];
  const given = { seed, ...options, inputSize, inputShape, ...(needs.outputs === 'fixed' && { nClasses }) };
  return create(given as never) as Model;
}
