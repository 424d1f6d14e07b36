import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { removeFolder } from '../lib/find.mjs';

/*
 * The package's folder is wiped by every `npm ci`. So what was made is kept in .cache/native/<kind>/ (deps/ and lib/), and
 * the package holds two links to it: redoing them costs nothing. <kind> appears in one rename, when it is complete.
 * The addon's rpath is $ORIGIN/../../deps/lib, which holds in both places.
 */

/** Moves the compiled addon beside its libraries, gives the folder its final name and links the package to it. */
export function keep(context, packageFolder, fresh, kind) {
  renameSync(path.join(packageFolder, 'lib'), path.join(fresh, 'lib'));
  const kept = path.join(context.cache, 'native', kind);
  removeFolder(kept);
  renameSync(fresh, kept);
  linkTo(packageFolder, kept);
  return {};
}

/** An empty folder in the cache under an unfinished name. */
export function freshFolder(context, kind) {
  const folder = path.join(context.cache, 'native', `${kind}.unfinished`);
  removeFolder(folder);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Links the package's folder to what is kept in the cache. */
export function linkTo(packageFolder, kept) {
  clearPackage(packageFolder);
  link(path.join(packageFolder, 'deps'), path.join(kept, 'deps'));
  link(path.join(packageFolder, 'lib'), path.join(kept, 'lib'));
}

// Relative, so that a project that is moved keeps working.
export const link = (from, to) => symlinkSync(path.relative(path.dirname(from), to), from);

/** Takes away what the package's folder did not bring along. */
export function clearPackage(packageFolder) {
  for (const name of ['deps', 'lib', 'build', 'build-tmp-napi-v8']) removeFolder(path.join(packageFolder, name));
}

/** Takes away what a run that was cut off or failed has left in the cache; what it left in the package, `provide` tries or clears. */
export function clearLeftovers(context) {
  const folder = path.join(context.cache, 'native');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name.endsWith('.unfinished')) removeFolder(path.join(folder, name));
  }
}

/** The addon file is there and its library too (a link into a cache that was deleted does not count). */
export function isLinked(packageFolder) {
  const lib = path.join(packageFolder, 'lib');
  const addon = existsSync(lib) && readdirSync(lib).some((name) => existsSync(path.join(lib, name, 'tfjs_binding.node')));
  const deps = path.join(packageFolder, 'deps', 'lib');
  return (
    addon &&
    existsSync(deps) &&
    readdirSync(deps).filter((name) => /^libtensorflow/.test(name) && existsSync(path.join(deps, name))).length >= 2
  );
}

/** The user ran the package's install script himself: real folders, no links of ours. */
export function isOwnInstall(packageFolder) {
  return isLinked(packageFolder) && !lstatSync(path.join(packageFolder, 'deps')).isSymbolicLink();
}
