import { createHash } from 'node:crypto';
import { taskLabel } from '../../metrics/accuracyMatrix';
import type { AccuracyMatrix } from '../../metrics';
import { isPlainObject, problem } from '../../utils/errors';
import type { FinalRun } from '../failedRun';
import { checkFailed, checkResult } from '../resultForm';

const FORMAT = 'continual-learning run';
/** Version of the form of a run's file. */
const VERSION = 1;

/**
 * A file as `runFileText` writes it: the checksum is the SHA-256 of the text after `"run":` up to the last brace, so that it can be
 * taken without knowing how a program writes JSON.
 */
const WHOLE = /^\{"format":"continual-learning run","formatVersion":1,"checksum":"([0-9a-f]{64})","run":(\{.*\})\}\n$/s;

/** A matrix with named axes, in the form that Python's xarray reads: `xarray.DataArray.from_dict(run["matrix"])`. */
interface NamedMatrix {
  dims: ['evaluated', 'trained'];
  coords: Record<'evaluated' | 'trained', { dims: string[]; data: string[] }>;
  data: AccuracyMatrix;
}

/** Thrown by `readRunFile` for a file that is not whole; it can be set aside and its run repeated. */
export class DamagedFile extends Error {}

/** The content of a run's file: one JSON object. */
export function runFileText(run: FinalRun): string {
  const text = JSON.stringify({ ...run, matrix: named(run) });
  return `{"format":"${FORMAT}","formatVersion":${VERSION},"checksum":"${checksum(text)}","run":${text}}\n`;
}

/**
 * The run that a file holds.
 *
 * @param file its path, for messages
 * @throws DamagedFile when it is not whole or holds no run; another error when a later version of the library wrote it
 */
export function readRunFile(file: string, text: string): FinalRun {
  const version = /^\{"format":"continual-learning run","formatVersion":(\d+),/.exec(text);
  if (version && Number(version[1]) > VERSION) {
    const known = `it has version ${version[1]}, this library reads up to ${VERSION}`;
    throw problem(file, known, 'read it with the version of the library that wrote it');
  }
  const [, sum, content] = WHOLE.exec(text) ?? [];
  if (content === undefined) throw new DamagedFile('it is not whole');
  if (checksum(content) !== sum) throw new DamagedFile('its checksum is wrong');
  try {
    return runFrom(JSON.parse(content), 'its content');
  } catch (error) {
    throw new DamagedFile((error as Error).message);
  }
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function named({ matrix, ...run }: FinalRun): NamedMatrix {
  const names = 'taskNames' in run ? run.taskNames : undefined;
  const tasks = matrix.map((_, task) => taskLabel(task, names));
  const axis = (name: string) => ({ dims: [name], data: tasks });
  return {
    dims: ['evaluated', 'trained'],
    coords: { evaluated: axis('evaluated'), trained: axis('trained') },
    data: matrix,
  };
}

function runFrom(content: unknown, file: string): FinalRun {
  if (!isPlainObject(content) || !isPlainObject(content.matrix)) throw problem(file, 'it holds no matrix');
  const run = { ...content, matrix: content.matrix.data };
  if ('failed' in run) checkFailed(file, run);
  else checkResult(file, run);
  return run as unknown as FinalRun;
}
