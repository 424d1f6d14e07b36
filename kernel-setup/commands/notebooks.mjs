import { readdirSync } from 'node:fs';
import path from 'node:path';
import { jupyterEnvironment } from '../lib/jupyter.mjs';
import { computeEnvironment, start } from '../lib/start.mjs';

/**
 * Runs the notebooks with their full parameters through the kernel and writes them with their outputs and a picture of each
 * figure. An argument picks the notebooks whose name contains it: `npm run notebooks -- 03`.
 */
export async function notebooks(context, args) {
  const files = readdirSync(path.join(context.root, 'notebooks'))
    .filter((name) => name.endsWith('.ipynb') && (args.length === 0 || args.some((arg) => name.includes(arg))))
    .sort()
    .map((name) => path.join('notebooks', name));
  if (files.length === 0) {
    context.out.write('npm run notebooks: no notebook fits; give a part of its name, or nothing for all\n');
    return 1;
  }
  const environment = { ...computeEnvironment(context), ...jupyterEnvironment(context) };
  const code = await start(
    context,
    context.venvPython,
    [path.join('test', 'notebooks', 'execute.py'), '--out', 'notebooks', ...files],
    environment,
  );
  return code || start(context, process.execPath, [path.join('dist', 'test', 'notebooks', 'pictures.js'), ...args]);
}
