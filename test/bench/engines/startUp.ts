import { join } from 'node:path';
import type * as Library from '../../../src';
import { argument } from './data';
import { ownCpuMs } from './serve';

/**
 * What a user waits for: opens a built checkout of the library (`--library FOLDER`), reads MNIST and trains until the first
 * news of its progress comes; then says how much processor time the process has used, and ends.
 */
async function main(): Promise<void> {
  const { getSplitMnist, MultiHeadMLP, NaiveTrainer } = require(join(argument('library')!, 'dist', 'src')) as typeof Library;
  const { trainLoaders } = getSplitMnist();
  const trainer = new NaiveTrainer(new MultiHeadMLP());
  const first = () => {
    process.stdout.write(`${JSON.stringify({ cpuMs: ownCpuMs() })}\n`);
    process.exit(0);
  };
  await trainer.trainTask(trainLoaders[0], { onProgress: first });
}

void main();
