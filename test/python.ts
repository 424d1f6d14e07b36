import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';

const ROOT = resolve(__dirname, '..', '..'); // of the project; this file runs from dist/test
const python = join(ROOT, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** True when the project's Python has a package, so that the test may go on; else it is skipped with the reason, or failed where CI=true. */
export function needsPython(context: TestContext, name: string): boolean {
  const found = existsSync(python) ? spawnSync(python, ['-c', `import ${name}`], { encoding: 'utf8' }) : undefined;
  if (found?.status === 0) return true;
  const reason = `test with Python: ${found ? `${name} does not import` : '.venv is missing'}; run \`npm run doctor\``;
  if (process.env.CI === 'true') throw new Error(reason);
  context.skip(reason);
  return false;
}

/** Runs a Python script, which finds its input as JSON on stdin; gives its JSON output. */
export function runPython(script: string, input: unknown): unknown {
  const result = spawnSync(python, ['-c', script], { encoding: 'utf8', input: JSON.stringify(input), timeout: 60_000 });
  if (result.status !== 0) throw new Error(`python ended with ${result.status ?? result.signal}:\n${result.stderr}`);
  return JSON.parse(result.stdout);
}
