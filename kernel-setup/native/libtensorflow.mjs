import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLines, runBounded } from '../lib/bounded.mjs';
import { folderSize, megabytes } from '../lib/find.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * The Python wheel that holds libtensorflow. The wheel for CPython 3.11 is taken whatever the local Python is: it is only
 * unpacked, never imported. Tried on Linux x86-64; Linux arm64 and macOS follow the same names but are untried.
 */
export const WHEEL = { name: process.platform === 'darwin' ? 'tensorflow' : 'tensorflow-cpu', version: '2.21.0' };

/** Downloads the wheel with the .venv's pip into `folder`. Returns {file} or {reason}. */
export async function downloadWheel(context, folder) {
  mkdirSync(folder, { recursive: true });
  const args = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--no-input',
    '--timeout',
    '30',
    '--retries',
    '2',
    '--progress-bar',
    'off',
    '--dest',
    folder,
    `${WHEEL.name}==${WHEEL.version}`,
  ];
  const result = await runBounded(context, context.venvPython, args, {
    label: `native addon: waiting for the ${WHEEL.name} ${WHEEL.version} wheel from the Python package index (about 270 MB)`,
    // pip writes to its temporary folder first: keeping it here shows how far it is and spares a small /tmp.
    env: { ...context.env, TMPDIR: folder },
    limit: 1800,
    silence: 120,
    activity: () => folderSize(folder),
    describe: megabytes,
  });
  const file = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (result.ok && file) return { file: path.join(folder, file) };
  return {
    reason: `the ${WHEEL.name} wheel could not be downloaded (${result.reason || 'pip left no wheel'}):\n    ${lastLines(result.output)}`,
  };
}

/** Unpacks libraries and headers into `deps` and adds the names the addon is linked with. Returns {} or {reason}. */
export async function unpackWheel(context, wheel, deps) {
  const result = await runBounded(context, context.venvPython, [path.join(here, 'unpack_wheel.py'), wheel, deps], {
    label: 'native addon: unpacking libtensorflow (about 850 MB)',
    limit: 900,
    activity: () => folderSize(path.join(deps, 'lib')),
    describe: megabytes,
  });
  if (!result.ok)
    return { reason: `${path.basename(wheel)} could not be unpacked (${result.reason}):\n    ${lastLines(result.output)}` };
  rmSync(wheel);
  linkNames(path.join(deps, 'lib'));
  return {};
}

/** The names binding.gyp asks for: libtensorflow is libtensorflow_cc, which exports the same C symbols. */
function linkNames(folder) {
  const link = (name, target) => {
    if (!existsSync(path.join(folder, name))) symlinkSync(target, path.join(folder, name));
  };
  if (process.platform === 'darwin') {
    link('libtensorflow.2.dylib', 'libtensorflow_cc.2.dylib');
  } else {
    link('libtensorflow.so', 'libtensorflow_cc.so.2');
    link('libtensorflow_framework.so', 'libtensorflow_framework.so.2');
  }
}
