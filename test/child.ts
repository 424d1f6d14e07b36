import { spawnSync } from 'node:child_process';

/** Runs Node in a process of its own and waits for it; for what a test cannot do in its own process. */
export function runNode(args: string[], environment: Record<string, string> = {}): { status: number | null; output: string } {
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
  delete env.NODE_TEST_CONTEXT; // else a test file run here would report to our own runner
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 120_000 });
  return { status, output: stdout + stderr };
}
