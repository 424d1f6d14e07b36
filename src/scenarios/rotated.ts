import { checkDataset, isImage, shapeInWords, type Dataset } from '../data/dataset';
import { rotationMap } from '../data/pixels';
import type { ScenarioName } from '../data/task';
import { problem, shown, withDefaults } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { checkCommon, checkScenario, streamDefaults, type CommonSettings, type StreamOptions, type TaskStream } from './stream';
import {
  WHOLE_DATASET_DEFAULTS,
  WHOLE_DATASET_SCENARIOS,
  wholeDatasetPlan,
  wholeDatasetStream,
  type WholeDatasetOptions,
} from './wholeDataset';

/** Degrees below which two rotations are one: at 14 pixels from the centre, 0.0002 pixels. */
const FINEST = 0.001;

/** Options of `rotatedScenario`. */
export interface RotatedOptions extends StreamOptions, WholeDatasetOptions {
  /**
   * What is known at test time. `'domain-incremental'` (default) and `'task-incremental'`: the same classes in every task, without and
   * with the task id; `'class-incremental'`: each class in each rotation is one of its own, so that 10 tasks of 10 classes bring 100
   * (van de Ven & Tolias 2019).
   */
  scenario?: ScenarioName;
  /**
   * Degrees counter-clockwise, one per task. `'random'`: the seed draws the angle of task t of n uniformly from 180·t/n to below
   * 180·(t+1)/n (Lopez-Paz & Ranzato 2017). Default: evenly spaced from 0 to below 180 (5 tasks: 0, 36, 72, 108, 144).
   */
  angles?: readonly number[] | 'random';
}

/** Every option of `rotatedScenario` with its default; `nTasks` undefined: as many as there are angles, else 5. */
export type RotatedSettings = CommonSettings &
  typeof WHOLE_DATASET_DEFAULTS & { scenario: ScenarioName; angles: readonly number[] | 'random' | undefined };

/** The defaults of `RotatedOptions`. */
export function rotatedDefaults(): RotatedSettings {
  return { ...streamDefaults(), ...WHOLE_DATASET_DEFAULTS, nTasks: undefined, scenario: 'domain-incremental', angles: undefined };
}

/**
 * All classes in every task, the images turned by another fixed angle in each: Rotated-MNIST (Lopez-Paz & Ranzato 2017,
 * whose angles are `'random'`; by default they are evenly spaced). Bilinear interpolation about the image's centre; what
 * comes from outside the image is black. Each channel is turned by itself.
 *
 * @throws for unknown options, an unknown scenario, angles that do not fit nTasks or are the same rotation, inputs that are no images
 *   (or of one row or column), or an impossible limit
 */
export function rotatedScenario(dataset: Dataset, options?: RotatedOptions): TaskStream {
  const subject = 'rotated scenario';
  checkDataset(subject, dataset);
  const given = withDefaults<RotatedSettings>(subject, options, rotatedDefaults());
  const listed = given.angles === 'random' ? undefined : given.angles;
  const settings = { ...given, nTasks: given.nTasks ?? listed?.length ?? 5 };
  checkCommon(subject, settings);
  checkScenario(subject, settings.scenario, WHOLE_DATASET_SCENARIOS);
  checkTurnable(subject, dataset);
  const random = given.angles === 'random' ? new RandomStream(settings.seed!, 'angles') : undefined;
  const even = (id: number) => (180 * (id + (random?.uniform() ?? 0))) / settings.nTasks;
  const angles = listed ?? Array.from({ length: settings.nTasks }, (_, id) => even(id));
  checkAngles(subject, angles, settings.nTasks);
  const nameOf = namesOf(angles);
  const [height, width, channels] = dataset.shape;
  const plans = angles.map((angle, id) => {
    const map = angle % 360 === 0 ? undefined : rotationMap(width, height, angle, channels);
    return wholeDatasetPlan(dataset, settings.scenario, id, `rotated by ${nameOf(angle)}°`, map);
  });
  return wholeDatasetStream('rotated', dataset, plans, settings, { angles });
}

function checkTurnable(subject: string, { name, shape }: Dataset): void {
  if (!isImage(shape)) {
    const remedy = 'use permutedScenario, or make the data set with shape: [height, width, channels] where its inputs are images';
    throw problem(subject, `inputs of data set '${name}' are ${shapeInWords(shape)}, no images that could be turned`, remedy);
  }
  if (shape[0] > 1 && shape[1] > 1) return;
  throw problem(
    subject,
    `images of ${shapeInWords(shape)} have one row or column, which turning only mirrors or wipes out`,
    'use permutedScenario',
  );
}

function checkAngles(subject: string, angles: unknown, nTasks: number): void {
  if (!Array.isArray(angles) || angles.length !== nTasks || !angles.every((angle) => Number.isFinite(angle))) {
    const reason = `angles must be ${nTasks} numbers, got ${shown(angles)}`;
    throw problem(subject, reason, "give one angle per task or 'random', or leave nTasks out");
  }
  const turns = (angles as number[]).map((angle, id) => ({ id, turn: ((angle % 360) + 360) % 360 }));
  turns.sort((a, b) => a.turn - b.turn || a.id - b.id);
  turns.push({ ...turns[0], turn: turns[0].turn + 360 }); // almost a whole turn is next to none
  const at = turns.findIndex(({ turn, id }, i) => i > 0 && id !== turns[i - 1].id && isOne(turns[i - 1].turn, turn));
  if (at < 0) return;
  const [first, again] = [turns[at - 1].id, turns[at].id].sort((a, b) => a - b);
  const reason = `angles ${angles[first]} and ${angles[again]} are one rotation, so tasks ${first} and ${again} would be one task`;
  throw problem(subject, reason, `give different angles, by ${FINEST}° or more`);
}

/** Whether two rotations are less than `FINEST` apart, to a millionth of a degree: floats hold 0.001 and 360.001 otherwise. */
function isOne(a: number, b: number): boolean {
  return Math.round(1e6 * (b - a)) < Math.round(1e6 * FINEST);
}

/** Names of angles, as short as tells them apart: with two decimals, or three where two would name tasks alike. */
function namesOf(angles: readonly number[]): (angle: number) => string {
  const rounded = (digits: number) => (angle: number) => String(Number(angle.toFixed(digits)));
  return new Set(angles.map(rounded(2))).size === angles.length ? rounded(2) : rounded(3);
}
