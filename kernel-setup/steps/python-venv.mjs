import { existsSync } from 'node:fs';
import { lastLines, runBounded } from '../lib/bounded.mjs';
import { findProgram, removeFolder } from '../lib/find.mjs';
import { beginStep, finishStep, hashOf, isStamped } from '../lib/stamps.mjs';
import { remedyFor } from '../lib/trouble.mjs';

const NAME = 'python-venv';
const PYTHONS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const REMEDY =
  'install Python 3.10 or newer with its venv module (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python)';

const missing = (text, remedy = REMEDY) => ({ state: 'missing', text, remedy });

/** Makes `.venv` with pip in it. Everything Python in this project lives there; nothing is installed elsewhere. */
export async function ensureVenv(context) {
  const hash = hashOf(context.root);
  if (isStamped(context, NAME, hash) && existsSync(context.venvPython)) return { state: 'ok', text: '.venv' };
  const found = await findPython(context);
  if (!found.python) return missing(found.reason);
  beginStep(context, NAME);
  removeFolder(context.venv);
  const made = await runBounded(context, found.python, ['-m', 'venv', context.venv], {
    label: 'Python environment: making .venv',
    limit: 300,
  });
  if (!made.ok) {
    removeFolder(context.venv);
    return missing(
      `.venv could not be made (${made.reason}):\n    ${lastLines(made.output)}`,
      remedyFor(context, made.output, REMEDY),
    );
  }
  finishStep(context, NAME, hash);
  return { state: 'ok', text: '.venv' };
}

/** The first Python on PATH that is new enough and can make environments. */
async function findPython(context) {
  const reasons = [];
  for (const name of PYTHONS) {
    const python = findProgram(context, name);
    if (!python) continue;
    const result = await runBounded(
      context,
      python,
      ['-c', 'import sys, venv, ensurepip; print(sys.version_info >= (3, 10), "%d.%d" % sys.version_info[:2])'],
      { label: `Python environment: asking ${name}`, limit: 30 },
    );
    if (result.ok && result.output.startsWith('True')) return { python };
    reasons.push(result.ok ? `${name} is ${result.output.trim().split(' ')[1]}` : `${name}: ${lastLines(result.output, 1)}`);
  }
  return { reason: reasons.length ? `no suitable Python: ${reasons.join('; ')}` : 'no Python found on PATH' };
}
