import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { wrongArguments } from '../lib/arguments.mjs';
import { jupyterEnvironment } from '../lib/jupyter.mjs';
import { trustShipped } from '../lib/shipped.mjs';
import { start } from '../lib/start.mjs';
import { writeAtomically } from '../lib/stamps.mjs';

const FIRST = 'notebooks/00-start-here.ipynb';

const USAGE = `usage: npm run lab -- [FOLDER | NOTEBOOK] [options of JupyterLab]
Opens JupyterLab on the project's first notebook, or on a folder or notebook of yours, wherever it is: the library is there
by its name, import { … } from 'continual-learning'.
  --no-browser --port=8899   are two of JupyterLab's options; npm run lab -- --help-all shows them all
`;

/** Reads the arguments; see commands.mjs. npm has changed the folder: INIT_CWD is the one in which it was called. */
export function readLab(args, { INIT_CWD = process.cwd() } = process.env) {
  if (args.includes('--help') || args.includes('-h')) return { text: USAGE, code: 0 };
  const [first, ...others] = args;
  if (first === undefined || first.startsWith('-')) return { request: { args } };
  const place = path.resolve(INIT_CWD, first);
  if (!existsSync(place)) return wrongArguments(`npm run lab: there is no folder or notebook ${first}`, USAGE);
  return { request: { place, args: others } };
}

/** Opens JupyterLab; further arguments go to JupyterLab. */
export function lab(context, { place, args }) {
  keepQuiet(context);
  trustShipped(context);
  const own = ['-m', 'jupyterlab', ...whereToOpen(context, place)];
  // The kernel of a new notebook; .venv holds a Python kernel as well, which JupyterLab brings along.
  own.push('--MultiKernelManager.default_kernel_name=tslab');
  // Jupyter refuses to run as root unless told; in a container root is the usual user.
  if (process.getuid?.() === 0) own.push('--allow-root');
  return start(context, context.venvPython, [...own, ...args], jupyterEnvironment(context));
}

/** Options of JupyterLab for its first page, and for the folder that it shows where that is not the project's. */
export function whereToOpen(context, place = path.join(context.root, FIRST)) {
  const inside = !path.relative(context.root, place).startsWith('..');
  const folder = inside ? context.root : existsSync(place) && statSync(place).isFile() ? path.dirname(place) : place;
  const shown = existsSync(place) ? place : path.join(context.root, 'notebooks');
  const steps = path.relative(folder, shown).split(path.sep).map(encodeURIComponent);
  const page = `--LabApp.default_url=${['/lab/tree', ...steps.filter(Boolean)].join('/')}`;
  return inside ? [page] : [page, `--ServerApp.root_dir=${folder}`];
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
