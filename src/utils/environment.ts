import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';

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
  const own = join(__dirname, '..', '..', '..', 'package.json');
  const { version, dependencies } = JSON.parse(readFileSync(own, 'utf8')) as {
    version: string;
    dependencies: Record<string, string>;
  };
  return {
    'continual-learning': version,
    node: process.versions.node,
    '@tensorflow/tfjs-node': dependencies['@tensorflow/tfjs-node'],
  };
}
