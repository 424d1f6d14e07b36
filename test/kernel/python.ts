import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { projectRoot } from './kernelClient';

/** The Python of the project's .venv. */
export const python = path.join(projectRoot, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** True when the test may go on; otherwise it is skipped with the reason, or failed where CI=true. */
export function needsJupyter(context: TestContext): boolean {
  const probe = fs.existsSync(python) ? spawnSync(python, ['-c', 'import nbclient, nbformat'], { encoding: 'utf8' }) : null;
  if (probe?.status === 0) return true;
  const reason = `test with nbclient: ${probe ? 'nbclient does not import' : '.venv is missing'}; run \`npm run doctor\``;
  if (process.env.CI === 'true') throw new Error(reason);
  context.skip(reason);
  return false;
}

/** Runs a Python script with the project's kernels in reach; gives its JSON output. */
export function runPython(script: string, input: unknown): any {
  const result = spawnSync(python, ['-c', script], {
    encoding: 'utf8',
    input: JSON.stringify(input),
    cwd: path.join(projectRoot, 'notebooks'),
    env: { ...process.env, JUPYTER_PATH: path.join(projectRoot, 'kernel-setup', 'share'), JPY_SESSION_NAME: '' },
    timeout: 120_000,
  });
  if (result.status !== 0) throw new Error(`python ended with ${result.status ?? result.signal}:\n${result.stderr}`);
  return JSON.parse(result.stdout);
}
