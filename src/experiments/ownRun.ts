import { createHash } from 'node:crypto';
import { methodLabel } from '../figures/palette';
import type { Model } from '../models';
import type { TaskStream } from '../scenarios';
import type { CLTrainer, TaskLoaders } from '../training';
import { problem } from '../utils/errors';
import { samplesOf } from './assemble';
import { checkLoaders, checkTrainer } from './checkParts';
import { canonicalJson, hashOf } from './identity';
import type { PlannedRun } from './plan';
import { isOptimizerOption, SPEC_VERSION } from './spec';
import type { Json, JsonOptions, ModelSpec, Spec } from './spec';

/**
 * The run that a trainer stands for which a program made itself, on a stream that it opened itself; ask before it learns. Its spec
 * says as much as can be said in plain JSON, for tables. Its id is a hash of all that decides its numbers: options, initial
 * weights, what every loader serves, and the text of the trainer's own class and of options that are functions; not of functions
 * that these call. It is '' where an option is no plain value, see `checkIdentified`.
 *
 * @param trainer a fresh trainer
 * @param stream what it is to learn
 * @param label name of its row in tables; default that of the method
 */
export function ownRun(trainer: CLTrainer<object>, stream: TaskLoaders, label?: string): PlannedRun {
  const spec = specOf(trainer, stream);
  const samples = samplesOf(spec, stream);
  const run = { study: '', label: label ?? methodLabel(trainer.method), spec, samples };
  if (nonPlain(spec) !== undefined) return { id: '', ...run };
  const id = hashOf({
    spec,
    code: String(trainer.constructor),
    weights: weightsOf(trainer.model),
    learnt: [...trainer.model.learnt],
    data: [...stream.trainLoaders, ...stream.testLoaders].map(({ fingerprint, batchSize }) => [fingerprint, batchSize]),
  });
  return { id, ...run };
}

/**
 * Id of the run that a fresh trainer on a stream stands for, as a store would name it; ask before it learns. With it figures of what
 * the trainer learns say which run they are from: `{ method, seed, matrix, id }`.
 *
 * @param trainer a trainer that has learnt nothing
 * @param stream what it is to learn
 * @returns 16 hexadecimal digits; '' where an option of the method is no plain value
 * @throws when the trainer has learnt before
 */
export function runId(trainer: CLTrainer<object>, stream: TaskLoaders): string {
  checkTrainer('runId', trainer);
  checkLoaders('runId', stream, ['trainLoaders', 'testLoaders']);
  if (trainer.tracker || trainer.model.learnt.length > 0)
    throw problem('runId', 'the trainer has learnt before', 'ask while it is fresh');
  return ownRun(trainer, stream).id;
}

/** Throws where a run has no id, so that a store cannot keep it. */
export function checkIdentified({ id, label, spec }: PlannedRun): void {
  if (id === '')
    throw problem(`${label}: a store knows runs by their options`, nonPlain(spec)!.message, 'or train without a store');
}

function nonPlain(spec: Spec): Error | undefined {
  try {
    canonicalJson(spec);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function specOf({ options, method, model }: CLTrainer<object>, stream: TaskLoaders): Spec {
  const { epochs, seed, optimizer: name, ...others } = options as unknown as Record<string, Json>;
  const pick = (wanted: boolean) =>
    Object.fromEntries(
      Object.entries(others)
        .filter(([option, value]) => value !== undefined && isOptimizerOption(option) === wanted)
        .map(([option, value]) => [option, typeof value === 'function' ? String(value) : value]),
    ) as JsonOptions;
  return {
    specVersion: SPEC_VERSION,
    stream: streamSpec(stream),
    model: modelSpec(model),
    optimizer: { name: name as string, ...pick(true) },
    method: { name: method, options: pick(false) },
    epochs: epochs as number,
    seed: seed as number,
    measure: { learningCurves: false },
  };
}

/** What runs of several seeds have in common. */
function streamSpec({ trainLoaders, settings = {} }: TaskLoaders & Partial<Pick<TaskStream, 'settings'>>): Spec['stream'] {
  const { kind, dataset, datasetHash: _, seed: __, ...details } = settings;
  const plain = Object.entries(details).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return {
    ...(Object.fromEntries(plain) as JsonOptions),
    name: typeof kind === 'string' ? `${kind}-${String(dataset)}` : 'own',
    scenario: trainLoaders[0].task.scenario,
    nTasks: trainLoaders.length,
    batchSize: trainLoaders[0].batchSize,
  };
}

function modelSpec(model: Model): ModelSpec {
  const { inputSize: _, inputShape: __, nClasses: ___, seed: ____, ...options } = model.config() as Record<string, Json>;
  return { ...options, architecture: model.architecture };
}

function weightsOf(model: Model): string {
  const hash = createHash('sha256');
  for (const parameter of [...model.parameters(), ...model.buffers()]) {
    const numbers = parameter.data();
    hash.update(`${parameter.name} [${parameter.shape.join()}]`);
    hash.update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
  }
  return hash.digest('hex');
}
