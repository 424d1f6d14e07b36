import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { lastLines, runBounded } from '../lib/bounded.mjs';
import { findProgram } from '../lib/find.mjs';

/** What compiling needs and this machine lacks, in words; '' where it has all. */
export function missingForBuild(context) {
  const missing = [];
  if (!findProgram(context, context.env.CXX, 'c++', 'g++', 'clang++')) missing.push('a C++ compiler (g++ or clang++)');
  if (!findProgram(context, context.env.MAKE, 'make', 'gmake')) missing.push('make');
  return missing.join(' and ');
}

/** How to get what `missingForBuild` names. */
export const BUILD_REMEDY =
  'install a C++ compiler and make (Debian, Ubuntu: apt install build-essential; macOS: xcode-select --install)';

/** Settings for node-gyp: the pinned one, Node's headers beside the node binary where they are, its folder inside the project. */
export function gypEnvironment(context) {
  const prefix = path.dirname(path.dirname(realpathSync(process.execPath)));
  const env = {
    ...context.env,
    PATH: [path.join(context.modules, '.bin'), context.env.PATH].join(path.delimiter),
    npm_config_node_gyp: path.join(context.modules, 'node-gyp', 'bin', 'node-gyp.js'),
    npm_config_devdir: path.join(context.cache, 'node-gyp'),
  };
  if (existsSync(context.venvPython)) env.npm_config_python = context.venvPython;
  if (existsSync(path.join(prefix, 'include', 'node', 'node.h'))) env.npm_config_nodedir = prefix;
  return env;
}

/** Compiles the addon in the package's folder against its deps/. Returns {} or {reason}. */
export async function buildAddon(context, packageFolder) {
  const tool = path.join(context.modules, '@mapbox', 'node-pre-gyp', 'bin', 'node-pre-gyp');
  const result = await runBounded(context, process.execPath, [tool, 'install', '--build-from-source'], {
    label: 'native addon: compiling',
    cwd: packageFolder,
    env: gypEnvironment(context),
    limit: 900,
    silence: 300,
  });
  return result.ok ? {} : { reason: `the addon could not be compiled (${result.reason}):\n    ${lastLines(result.output, 8)}` };
}
