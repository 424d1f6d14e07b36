import type { Dataset } from '../data/dataset';
import { rotationMap } from '../data/pixels';
import type { ScenarioName } from '../data/task';
import { problem, withDefaults } from '../utils/errors';
import {
  buildStream,
  checkCommon,
  checkScenario,
  streamDefaults,
  type CommonSettings,
  type StreamOptions,
  type TaskStream,
} from './stream';
import { wholeDatasetPlan } from './wholeDataset';

/** Options of `rotatedScenario`. */
export interface RotatedOptions extends StreamOptions {
  /** Whether the task id is known at test time: `'domain-incremental'` (default, no) or `'task-incremental'`. */
  scenario?: ScenarioName;
  /** Degrees counter-clockwise, one per task. Default: evenly spaced from 0 to below 180 (5 tasks: 0, 36, 72, 108, 144). */
  angles?: readonly number[];
}

/** Every option of `rotatedScenario` with its default; `nTasks` undefined: as many as there are angles, else 5. */
export type RotatedSettings = CommonSettings & { scenario: ScenarioName; angles: readonly number[] | undefined };

/** The defaults of `RotatedOptions`. */
export function rotatedDefaults(): RotatedSettings {
  return { ...streamDefaults(), nTasks: undefined, scenario: 'domain-incremental', angles: undefined };
}

/**
 * All classes in every task, the images turned by another fixed angle in each: Rotated-MNIST (Lopez-Paz & Ranzato 2017,
 * who draw the angles from 0 to 180; here they are evenly spaced). Bilinear interpolation about the image's centre; what
 * comes from outside the image is black.
 *
 * @throws for unknown options, class-incremental, angles that do not fit nTasks, or an impossible limit
 */
export function rotatedScenario(dataset: Dataset, options?: RotatedOptions): TaskStream {
  const subject = 'rotated scenario';
  const given = withDefaults<RotatedSettings>(subject, options, rotatedDefaults());
  const settings = { ...given, nTasks: given.nTasks ?? given.angles?.length ?? 5 };
  checkCommon(subject, settings);
  checkScenario(subject, settings.scenario, ['domain-incremental', 'task-incremental']);
  const angles = settings.angles ?? Array.from({ length: settings.nTasks }, (_, id) => (180 * id) / settings.nTasks);
  if (angles.length !== settings.nTasks || !angles.every((angle) => Number.isFinite(angle))) {
    throw problem(
      subject,
      `angles must be ${settings.nTasks} numbers, got ${JSON.stringify(angles)}`,
      'give one angle per task, or leave nTasks out',
    );
  }
  const plans = angles.map((angle, id) => ({
    ...wholeDatasetPlan(dataset, settings.scenario, id, `rotated by ${Number(angle.toFixed(2))}°`),
    pixelMap: angle % 360 === 0 ? undefined : rotationMap(dataset.width, dataset.height, angle),
  }));
  return buildStream('rotated', dataset, plans, settings, { angles });
}
