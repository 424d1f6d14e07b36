import { isDeepStrictEqual } from 'node:util';
import { Model } from '../../models';
import type { ModelState } from '../../models';
import { isPlainObject, problem, shown } from '../../utils/errors';

/** A copy of a model as it is now, which nothing changes any more: a teacher, or the network of an earlier task. */
export function frozenTwin(model: Model): Model {
  return froze(model.clone());
}

/**
 * A twin again from what its `state()` gave.
 *
 * @param model the model it was a copy of
 * @throws when it is damaged, or a copy of a model of another kind
 */
export function restoredTwin(subject: string, model: Model, state: ModelState): Model {
  if (!isPlainObject(state) || state.version === undefined) {
    throw problem(subject, `a saved copy is ${shown(state)}`, 'the saved state is damaged');
  }
  const twin = Model.from(state);
  if (twin.architecture === model.architecture && isDeepStrictEqual(twin.config(), model.config())) return froze(twin);
  twin.dispose();
  throw problem(subject, 'a saved copy is of a model with other options', 'the saved state is of another model');
}

function froze(twin: Model): Model {
  for (const parameter of twin.parameters()) parameter.frozen = true;
  return twin;
}
