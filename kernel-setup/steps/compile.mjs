import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { runBounded } from '../lib/bounded.mjs';
import { beginStep, contentOf, finishStep, hashOf, isStamped, wasCutOff } from '../lib/stamps.mjs';
import { remedyFor } from '../lib/trouble.mjs';

const NAME = 'compile';
const FOLDERS = ['src', 'test'];

function survey(context) {
  const sources = FOLDERS.flatMap((folder) => filesBelow(context, folder, /\.ts$/)).filter((file) => !file.endsWith('.d.ts'));
  const hash = hashOf(
    contentOf(path.join(context.root, 'tsconfig.json')),
    contentOf(path.join(context.root, 'package-lock.json')),
    sources.map((file) => {
      const { size, mtimeMs } = statSync(path.join(context.root, file));
      return [file, size, mtimeMs];
    }),
  );
  return { sources, hash, complete: sources.every((file) => existsSync(path.join(context.root, outputOf(file)))) };
}

function look(context) {
  const { sources, hash, complete } = survey(context);
  if (complete && isStamped(context, NAME, hash)) return { state: 'ok', text: `dist is up to date (${sources.length} sources)` };
  return {
    state: 'missing',
    text: 'dist is not what the sources say',
    plan: `${sources.length} sources compiled to dist`,
    megabytes: 5,
  };
}

/** Compiles src and test into dist, only what changed. */
async function make(context) {
  const { sources, hash, complete } = survey(context);
  // tsc believes its notes of the last run; where they may not fit what is in dist, they go.
  if (!complete || wasCutOff(context, NAME)) rmSync(path.join(context.root, 'dist', '.tsbuildinfo'), { force: true });
  beginStep(context, NAME);
  removeOrphans(context, sources);
  const result = await runBounded(
    context,
    process.execPath,
    [path.join(context.modules, 'typescript', 'bin', 'tsc'), '--project', context.root, '--pretty', 'false'],
    { label: 'compile: tsc', limit: 300 },
  );
  if (!result.ok) {
    const errors = result.output.trim();
    // Errors are an answer, not a cut-off: tsc's notes stay good.
    finishStep(context, NAME, 'errors');
    return {
      state: 'failed',
      text: `tsc ${errors ? 'found errors' : result.reason}:\n${errors.replace(/^/gm, '    ')}`,
      remedy: remedyFor(context, result.output, 'mend the errors above'),
    };
  }
  finishStep(context, NAME, hash);
  return { state: 'ok', text: `${sources.length} sources compiled to dist` };
}

export const compile = { look, make };

const outputOf = (source) => path.join('dist', source.replace(/\.ts$/, '.js'));

function filesBelow(context, folder, pattern) {
  const base = path.join(context.root, folder);
  if (!existsSync(base)) return [];
  return readdirSync(base, { recursive: true })
    .filter((name) => pattern.test(name))
    .map((name) => path.join(folder, name))
    .sort();
}

/** Takes compiled files away whose source is gone: a deleted test must not go on running. */
function removeOrphans(context, sources) {
  const wanted = new Set(sources.map((file) => outputOf(file).slice(0, -'.js'.length)));
  for (const file of FOLDERS.flatMap((folder) => filesBelow(context, path.join('dist', folder), /\.(js|js\.map|d\.ts)$/))) {
    if (!wanted.has(file.replace(/\.(js|js\.map|d\.ts)$/, ''))) rmSync(path.join(context.root, file));
  }
}
