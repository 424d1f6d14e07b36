import { initBackend, readSaved, savedFile } from '../backend';
import { newModelLike } from '../models/model';
import type { CLTrainer, TrainerState } from '../training';
import { isPlainObject, problem, shown } from '../utils/errors';
import { METHODS } from './registry';

/**
 * Makes the trainer that `CLTrainer.save` saved, with its model, whatever its method: it goes on in the middle of a task
 * (`runSequence` with the same stream, or `trainTask` with the same task), or learns a further one. Methods and architectures of
 * your own must be known before (`registerMethod`, `registerArchitecture`); where they are not, make the trainer by hand and call
 * its `load`.
 *
 * @param folder what was passed to `save`
 * @returns the trainer; its model is `trainer.model`, its accuracy matrix `trainer.tracker`
 * @throws when there is no such file, when it is damaged, or when its method or architecture is not known
 *
 * @example
 * const trainer = await loadTrainer('runs/ewc');
 * await trainer.trainTask(nextWeek.trainLoaders[0]);
 */
export async function loadTrainer(folder: string): Promise<CLTrainer<object>> {
  const file = savedFile('loadTrainer', folder, 'trainer');
  const { state } = readSaved(file, ['trainer']);
  const { method, options, model } = (state ?? {}) as Partial<TrainerState>;
  if (!isPlainObject(options)) throw problem(file, `its options are ${shown(options)}`, 'use another copy');
  await initBackend();
  const trainer = entryOf(file, method).create(newModelLike(file, model), options);
  trainer.restore(state as TrainerState);
  return trainer;
}

/** The entry of a method, or of the one that it is a variant of. */
function entryOf(file: string, method: unknown) {
  const entry = METHODS.find(({ name, variants = [] }) => [name, ...variants.map((one) => one.name)].includes(method as string));
  if (entry) return entry;
  throw problem(
    file,
    `its method ${shown(method)} is not known by name`,
    'call registerMethod before, or make the trainer by hand and call its load',
  );
}
