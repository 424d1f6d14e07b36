import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createContext, projectRoot } from '../../kernel-setup/lib/context.mjs';

export { projectRoot };

/** Runs an ES module, given as text, in a process of its own, in the project's folder. */
export function runScript(text) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** PATH with the system's own programs. */
export const SYSTEM = { PATH: process.env.PATH };

/** A context on an empty project folder, with PATH holding only the given shell scripts (unless env says otherwise); removed after the test. */
export function emptyProject(t, { programs = {}, env = {}, retry = false } = {}) {
  const root = mkdtempSync(path.join(tmpdir(), 'setup-test-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, body] of Object.entries(programs)) writeProgram(path.join(root, 'bin'), name, body);
  const out = {
    text: '',
    write(chunk) {
      this.text += chunk;
    },
  };
  return createContext({ root, out, retry, env: { PATH: path.join(root, 'bin'), ...env } });
}

/** Writes an executable shell script. It may use the shell's own commands, and /bin for others. */
export function writeProgram(folder, name, body) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), `#!/bin/sh\nPATH=/usr/bin:/bin\n${body}\n`);
  chmodSync(path.join(folder, name), 0o755);
}

/** Writes a file of the project, folders included. */
export function write(context, file, text) {
  mkdirSync(path.dirname(path.join(context.root, file)), { recursive: true });
  writeFileSync(path.join(context.root, file), typeof text === 'string' ? text : JSON.stringify(text));
}
