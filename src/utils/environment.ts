import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_FOLDER } from './optionalPackage';

/** The machine a measurement was made on. */
export interface Machine {
  /** Processor model as the system names it. */
  cpu: string;
  /** Processors this process may use. */
  cores: number;
  /** Main memory, in GB (10⁹ bytes). */
  memoryGb: number;
  /** Operating system and architecture, e.g. `linux x64`. */
  system: string;
}

/** Describes this machine. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1e8) / 10,
    system: `${platform()} ${arch()}`,
  };
}

/** Versions of this library, of Node and of the packages that compute. */
export function describeVersions(): Record<string, string> {
  const own = join(PACKAGE_FOLDER, 'package.json');
  const { version, dependencies } = JSON.parse(readFileSync(own, 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  return {
    'continual-learning': version,
    node: process.versions.node,
    '@tensorflow/tfjs': dependencies['@tensorflow/tfjs'],
  };
}

/**
 * The commit this library is at, with ` + changes` where files differ from it; undefined where it is not in a repository of
 * its own (installed as a package) or git is missing.
 */
export function describeCommit(): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: PACKAGE_FOLDER, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    if (realpathSync(git('rev-parse', '--show-toplevel')) !== realpathSync(PACKAGE_FOLDER)) return undefined;
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', 'HEAD')}${changed ? ' + changes' : ''}`;
  } catch {
    return undefined;
  }
}
