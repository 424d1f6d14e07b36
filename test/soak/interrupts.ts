import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import type { Finding } from './finding';
import type { SoakOptions } from './options';

const TEST = join(__dirname, '..', 'kernel', 'interrupt.test.js');

/** Interrupts a training cell of a real notebook kernel again and again: the test of the kernel, with a number of one's own. */
export function soakInterrupts({ interrupts }: SoakOptions, tell: (finding: Finding) => void): void {
  const env: NodeJS.ProcessEnv = { ...process.env, CL_TEST_INTERRUPTS: String(interrupts) };
  delete env.NODE_TEST_CONTEXT;
  const args = ['--test', '--test-reporter=tap', '--test-name-pattern=interrupts of a cell that trains', TEST];
  const { status, stdout } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  const [, inWords] = /# (\d+ of \d+ ended .*)/.exec(stdout) ?? [];
  tell({
    what: 'notebook kernel',
    did: `${interrupts} interrupts of a training cell`,
    found: inWords
      ? `${inWords}; the kernel lives`
      : (stdout.split('\n').filter((line) => /error:/.test(line))[0] ?? 'no result'),
    ok: status === 0 && inWords !== undefined,
  });
}
