import { existsSync, readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { runBounded } from '../lib/bounded.mjs';
import { findProgram } from '../lib/find.mjs';

const ADDON = 'tfjs_binding.node';
const LOUD = 'tfjs_binding.loud.node';
const SOURCE = path.join(import.meta.dirname, 'quiet_binding.cc');

/**
 * Puts a file in the addon's place that loads it without TensorFlow's own lines; the addon goes on under another name beside it. Does
 * nothing where that is done, and leaves the addon as it is where it cannot be done.
 */
export async function quieten(context, packageFolder) {
  const lib = path.join(packageFolder, 'lib');
  const name = existsSync(lib) && readdirSync(lib).find((folder) => existsSync(path.join(lib, folder, ADDON)));
  const compiler = findProgram(context, context.env.CXX, 'c++', 'g++', 'clang++');
  if (!name || !compiler || existsSync(path.join(lib, name, LOUD))) return;
  const [addon, loud, quiet] = [ADDON, LOUD, `${ADDON}.unfinished`].map((file) => path.join(lib, name, file));
  const args = ['-shared', '-fPIC', '-O1', '-fvisibility=hidden', '-o', quiet, SOURCE];
  const compiled = await runBounded(context, compiler, process.platform === 'linux' ? [...args, '-ldl'] : args, {
    label: 'native addon: compiling its quiet form',
    limit: 120,
  });
  if (!compiled.ok) return;
  renameSync(addon, loud);
  renameSync(quiet, addon);
}
