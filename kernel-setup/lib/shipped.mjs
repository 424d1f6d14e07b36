// node kernel-setup/lib/shipped.mjs: notes the content of the notebooks as they are now, after they were changed by hand.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext } from './context.mjs';
import { jupyterEnvironment } from './jupyter.mjs';
import { beginStep, contentOf, finishStep, hashOf, isStamped, writeAtomically } from './stamps.mjs';

/*
 * JupyterLab shows the saved figures of trusted notebooks alive, and runs whatever scripts their outputs hold. So only those
 * are trusted whose content is the one that comes with the project; a notebook from a mail is not, whatever its name.
 */

const NAME = 'trusted-notebooks';
const listOf = (context) => path.join(context.root, 'kernel-setup', 'shipped-notebooks.json');
const folderOf = (context) => path.join(context.root, 'notebooks');

/** Names of the project's own notebooks in their order: those with a number in front. */
export function notebookNames(context) {
  const folder = folderOf(context);
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^\d\d-.*\.ipynb$/.test(name))
        .sort()
    : [];
}

function checksums(context) {
  // The same on a system whose git writes other line ends.
  const sum = (name) => contentOf(path.join(folderOf(context), name)).replaceAll('\r\n', '\n');
  return Object.fromEntries(notebookNames(context).map((name) => [name, createHash('sha256').update(sum(name)).digest('hex')]));
}

/** Names of the notebooks whose content is the noted one. */
export function shippedNotebooks(context) {
  const noted = JSON.parse(contentOf(listOf(context)) || '{}');
  const present = checksums(context);
  return Object.keys(present).filter((name) => Object.hasOwn(noted, name) && noted[name] === present[name]);
}

/** Notes the content of all notebooks as it is. */
export function noteShipped(context) {
  writeAtomically(listOf(context), `${JSON.stringify(checksums(context), null, 2)}\n`);
}

/** Has Jupyter trust the shipped notebooks. It trusts by content, too; it is asked again only where something has changed. */
export function trustShipped(context) {
  const files = shippedNotebooks(context).map((name) => path.join(folderOf(context), name));
  const hash = hashOf(files, files.map(contentOf));
  if (files.length === 0 || isStamped(context, NAME, hash)) return;
  beginStep(context, NAME);
  const code = 'from nbformat.sign import TrustNotebookApp; TrustNotebookApp.launch_instance()';
  const { status } = spawnSync(context.venvPython, ['-c', code, ...files], {
    env: jupyterEnvironment(context),
    stdio: 'ignore',
    timeout: 60_000,
  });
  if (status === 0) finishStep(context, NAME, hash); // else their figures show as pictures until run: no reason to stop
}

if (process.argv[1] === fileURLToPath(import.meta.url)) noteShipped(createContext());
