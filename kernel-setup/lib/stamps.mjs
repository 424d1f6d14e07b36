import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/*
 * A stamp says: this step ended well, for these inputs. It is written last, in one rename. `<step>.begun` is there while a
 * step changes something; where it is found at a start, the step before was cut off and its leftovers are not to be trusted.
 */

/** Short hash over the given values (strings or anything JSON can write). */
export function hashOf(...values) {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 24);
}

/** Content of a text file, or '' where there is none: a missing input hashes differently from every present one. */
export function contentOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Writes a file in one step: never half there. */
export function writeAtomically(file, text) {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

const stampFile = (context, name) => path.join(context.stamps, `${name}.json`);
const begunFile = (context, name) => path.join(context.stamps, `${name}.begun`);

/** The stamp's content, or undefined where there is none or it cannot be read. */
export function readStamp(context, name) {
  try {
    return JSON.parse(readFileSync(stampFile(context, name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** True where the last run of the step ended well with the same inputs. The caller still checks that the result is there. */
export function isStamped(context, name, hash) {
  return readStamp(context, name)?.hash === hash && !wasCutOff(context, name);
}

/** True where the last run of the step began and did not end. */
export function wasCutOff(context, name) {
  return existsSync(begunFile(context, name));
}

/** To be called before a step changes anything: takes the old stamp away and leaves the mark of an unfinished run. */
export function beginStep(context, name) {
  writeAtomically(begunFile(context, name), new Date().toISOString());
  rmSync(stampFile(context, name), { force: true });
}

/** To be called when the step has ended well. `facts` are kept in the stamp. */
export function finishStep(context, name, hash, facts = {}) {
  writeAtomically(stampFile(context, name), `${JSON.stringify({ hash, ...facts }, null, 2)}\n`);
  rmSync(begunFile(context, name), { force: true });
}
