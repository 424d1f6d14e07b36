import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { jupyterEnvironment } from '../lib/jupyter.mjs';
import { start } from '../lib/start.mjs';
import { beginStep, contentOf, finishStep, hashOf, isStamped, writeAtomically } from '../lib/stamps.mjs';

const FIRST = 'notebooks/00-start-here.ipynb';

/** Opens JupyterLab on the first notebook; further arguments go to JupyterLab. */
export function lab(context, args) {
  keepQuiet(context);
  trustShipped(context);
  const page = existsSync(path.join(context.root, FIRST)) ? FIRST : 'notebooks';
  const own = ['-m', 'jupyterlab', `--LabApp.default_url=/lab/tree/${page}`];
  // The kernel of a new notebook; .venv holds a Python kernel as well, which JupyterLab brings along.
  own.push('--MultiKernelManager.default_kernel_name=tslab');
  // Jupyter refuses to run as root unless told; in a container root is the usual user.
  if (process.getuid?.() === 0) own.push('--allow-root');
  return start(context, context.venvPython, [...own, ...args], jupyterEnvironment(context));
}

/** JupyterLab asks on its first start whether to fetch news, and looks for updates: both need the network, so both are off. */
function keepQuiet(context) {
  const file = path.join(
    jupyterEnvironment(context).JUPYTER_CONFIG_DIR,
    'lab',
    'user-settings',
    '@jupyterlab',
    'apputils-extension',
    'notification.jupyterlab-settings',
  );
  if (!existsSync(file)) writeAtomically(file, '{"fetchNews": "false", "checkForUpdates": false}\n');
}

/**
 * Trusts the notebooks that come with the project (those with a number in front), so that their saved figures are alive
 * when they are opened. Jupyter trusts by content; it is asked again only where a notebook has changed since.
 */
function trustShipped(context) {
  const folder = path.join(context.root, 'notebooks');
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^\d\d-.*\.ipynb$/.test(name))
        .map((name) => path.join(folder, name))
    : [];
  const hash = hashOf(files, files.map(contentOf));
  if (files.length === 0 || isStamped(context, 'trusted-notebooks', hash)) return;
  beginStep(context, 'trusted-notebooks');
  const code = 'from nbformat.sign import TrustNotebookApp; TrustNotebookApp.launch_instance()';
  const { status } = spawnSync(context.venvPython, ['-c', code, ...files], {
    env: jupyterEnvironment(context),
    stdio: 'ignore',
    timeout: 60_000,
  });
  if (status === 0) finishStep(context, 'trusted-notebooks', hash); // else their figures show as pictures until run: no reason to stop
}
