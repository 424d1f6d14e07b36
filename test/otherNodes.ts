import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface NodeProgram {
  place: string;
  /** As `process.version` has it, without the v. */
  version: string;
}

/** `engines` in package.json. */
const OLDEST = [20, 19];

/**
 * Other versions of Node on this machine: those that CL_OTHER_NODE names (paths, separated as in PATH), and the newest of each
 * other major version among `node22`, `node-22` … on PATH and in the folders of nvm, fnm, volta, asdf and mise.
 *
 * @throws Where CL_OTHER_NODE names what is no Node.
 */
export function otherNodes(env: NodeJS.ProcessEnv = process.env): NodeProgram[] {
  const named = pathsIn(env.CL_OTHER_NODE).map((place) => ask(place) ?? fail(place));
  const found = [...onPath(env), ...ofManagers(env)].flatMap((place) => ask(place) ?? []);
  const newest = new Map(named.map((one) => [majorOf(one.version), one]));
  for (const one of found.sort((a, b) => compare(b, a))) {
    const major = majorOf(one.version);
    if (major !== majorOf(process.versions.node) && isSupported(one.version) && !newest.has(major)) newest.set(major, one);
  }
  return [...newest.values()].sort(compare);
}

const pathsIn = (list = '') => list.split(delimiter).filter((entry) => entry !== '');
const numbers = (version: string) => version.split('.').map(Number);
const majorOf = (version: string) => numbers(version)[0];

function compare(a: NodeProgram, b: NodeProgram): number {
  const [left, right] = [numbers(a.version), numbers(b.version)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

function isSupported(version: string): boolean {
  const [major, minor] = numbers(version);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function onPath(env: NodeJS.ProcessEnv): string[] {
  return pathsIn(env.PATH).flatMap((folder) => below(folder, /^node-?\d+$/).map((name) => join(folder, name)));
}

function ofManagers(env: NodeJS.ProcessEnv): string[] {
  const home = env.HOME ?? '';
  const share = env.XDG_DATA_HOME || join(home, '.local', 'share');
  const places: [folder: string, program: string][] = [
    [join(env.NVM_DIR || join(home, '.nvm'), 'versions', 'node'), 'bin/node'],
    [join(env.FNM_DIR || join(share, 'fnm'), 'node-versions'), 'installation/bin/node'],
    [join(env.VOLTA_HOME || join(home, '.volta'), 'tools', 'image', 'node'), 'bin/node'],
    [join(env.ASDF_DATA_DIR || join(home, '.asdf'), 'installs', 'nodejs'), 'bin/node'],
    [join(env.MISE_DATA_DIR || join(share, 'mise'), 'installs', 'node'), 'bin/node'],
  ];
  return places.flatMap(([folder, program]) => below(folder, /\d/).map((version) => join(folder, version, program)));
}

const below = (folder: string, name: RegExp) =>
  existsSync(folder) ? readdirSync(folder).filter((entry) => name.test(entry)) : [];

/** The version of a Node program; undefined where it is none, or does not run here. */
function ask(place: string): NodeProgram | undefined {
  const { stdout } = spawnSync(place, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  const version = /^v(\d+\.\d+\.\d+)/.exec(stdout ?? '')?.[1];
  return version === undefined ? undefined : { place, version };
}

function fail(place: string): never {
  throw new Error(`CL_OTHER_NODE: '${place}' is no Node program that runs here; give paths of other Node versions`);
}
