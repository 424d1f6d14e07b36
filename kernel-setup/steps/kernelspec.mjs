import path from 'node:path';
import { jupyterEnvironment, setupFolder } from '../lib/jupyter.mjs';
import { lastLines, runBounded } from '../lib/bounded.mjs';
import { beginStep, contentOf, finishStep, hashOf, isStamped } from '../lib/stamps.mjs';
import { compareWithPins } from './python-packages.mjs';

const NAME = 'kernelspec';
const specFolder = path.join(setupFolder, 'share', 'kernels', 'tslab');
const entry = path.join(setupFolder, 'kernel', 'main.cjs');

const TEXT = 'kernel tslab, from kernel-setup/share';

const inputs = (context) =>
  hashOf(
    contentOf(path.join(specFolder, 'kernel.json')),
    contentOf(entry),
    contentOf(path.join(context.root, 'package-lock.json')),
    context.root,
  );

function look(context) {
  const lacking = compareWithPins(context);
  if (lacking) return missing(`JupyterLab is not installed (${lacking})`, 'see python-packages above');
  if (isStamped(context, NAME, inputs(context))) return { state: 'ok', text: TEXT };
  return { ...missing('not checked yet'), plan: 'Jupyter is asked whether it finds the kernel of this repository', megabytes: 0 };
}

/** Checks that the .venv's Jupyter finds the kernel of this repository and that tslab's message queue loads. Writes nothing outside. */
async function make(context) {
  if (compareWithPins(context)) return look(context);
  beginStep(context, NAME);
  const list = await runBounded(context, context.venvPython, ['-m', 'jupyter', 'kernelspec', 'list', '--json'], {
    label: 'kernelspec: asking Jupyter',
    limit: 60,
    env: jupyterEnvironment(context),
  });
  const found = list.ok && foundFolder(list.output);
  if (path.resolve(found || '') !== specFolder)
    return missing(
      `Jupyter does not find it (${list.reason || found || 'not in its list'}): ${lastLines(list.output)}`,
      'look at the message above',
    );
  const queue = await runBounded(context, process.execPath, ['-e', 'require("zeromq"); require("tslab/dist/main.js")'], {
    label: 'kernelspec: loading tslab',
    limit: 60,
  });
  if (!queue.ok)
    return missing(`tslab does not load (${queue.reason}):\n    ${lastLines(queue.output)}`, 'look at the message above');
  finishStep(context, NAME, inputs(context));
  return { state: 'ok', text: TEXT };
}

export const kernelspec = { look, make };

const missing = (text, remedy) => ({ state: 'missing', text: `kernel tslab: ${text}`, remedy });

function foundFolder(output) {
  try {
    return JSON.parse(output.slice(output.indexOf('{'))).kernelspecs.tslab?.resource_dir;
  } catch {
    return undefined;
  }
}
