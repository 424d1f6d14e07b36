import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder kernel-setup. */
export const setupFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Environment in which Jupyter finds our kernel first and keeps all its files in .cache/jupyter. */
export function jupyterEnvironment(context) {
  const { env } = context;
  const own = path.join(context.cache, 'jupyter');
  return {
    ...env,
    JUPYTER_PATH: [path.join(setupFolder, 'share'), env.JUPYTER_PATH].filter(Boolean).join(path.delimiter),
    JUPYTER_CONFIG_DIR: path.join(own, 'config'),
    JUPYTER_DATA_DIR: path.join(own, 'data'),
    JUPYTER_RUNTIME_DIR: path.join(own, 'runtime'),
    IPYTHONDIR: path.join(own, 'ipython'),
    // `node` of the kernelspec is the node that runs this set-up.
    PATH: [path.dirname(process.execPath), env.PATH].filter(Boolean).join(path.delimiter),
  };
}
