import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLines, runBounded } from '../lib/bounded.mjs';
import { findProgram, removeFolder } from '../lib/find.mjs';
import { beginStep, finishStep, hashOf, isStamped, readStamp, writeAtomically } from '../lib/stamps.mjs';
import { remedyFor } from '../lib/trouble.mjs';
import { BUILD_REMEDY, buildAddon, missingForBuild } from '../native/build.mjs';
import { WHEEL, downloadWheel, unpackWheel } from '../native/libtensorflow.mjs';
import { quieten } from '../native/quiet.mjs';
import { runOwnScript } from '../native/own-script.mjs';
import { clearLeftovers, clearPackage, freshFolder, isLinked, isOwnInstall, keep, link, linkTo } from '../native/place.mjs';
import { ensureVenv } from './python-venv.mjs';

const NAME = 'native-addon';
const checkScript = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'native', 'check.cjs');
const GIVE_UP_HOURS = 24;
const TRY_AGAIN = 'npm run doctor -- --fix';
const PLAN = {
  plan: `TensorFlow's library into .cache: prebuilt files (about 110 MB to fetch), or else ${WHEEL.name} ${WHEEL.version} (270 MB) and a compiler`,
  megabytes: 900,
};

const packageOf = (context) => path.join(context.modules, '@tensorflow', 'tfjs-node');

/** Changes with how the addon is made, so that the step is taken again. */
const FORM = 'quiet';

const inputs = (context) => hashOf(packageVersion(packageOf(context)), WHEEL, process.platform, process.arch, FORM);

function look(context) {
  if (!existsSync(packageOf(context))) return { state: 'missing', text: 'its package is not installed', ...PLAN };
  if (isStamped(context, NAME, inputs(context)) && isLinked(packageOf(context)))
    return { state: 'ok', text: describe(readStamp(context, NAME)) };
  const before = gaveUp(context);
  if (!before) return { state: 'missing', text: 'not installed yet', ...PLAN };
  return { ...missing(before.reason, before.remedy), ...PLAN };
}

/**
 * Makes `require('@tensorflow/tfjs-node')` work: from the cache, else by the package's own install script, else by compiling
 * against the library of the TensorFlow wheel. Never fails hard: without it the library runs on wasm.
 */
async function make(context) {
  const before = context.retry ? undefined : gaveUp(context);
  if (before)
    return missing(
      `${before.reason}\n    (not tried again for ${GIVE_UP_HOURS} hours; ${TRY_AGAIN} tries at once)`,
      before.remedy,
    );
  clearLeftovers(context);
  beginStep(context, NAME);
  const { how, facts, reason, remedy } = await provide(context, packageOf(context));
  if (facts) {
    finishStep(context, NAME, inputs(context), { how, ...facts });
    rmSync(giveUpFile(context), { force: true });
    return { state: 'ok', text: describe({ how, ...facts }) };
  }
  clearLeftovers(context);
  finishStep(context, NAME, 'none');
  const advice = remedyFor(context, reason, remedy);
  writeAtomically(giveUpFile(context), JSON.stringify({ key: giveUpKey(context), time: Date.now(), reason, remedy: advice }));
  return missing(reason, advice);
}

export const nativeAddon = { look, make };

const missing = (reason, remedy) => ({
  state: 'missing',
  text: `not available, wasm is used instead (slower):\n    ${reason}`,
  remedy: `${remedy}; then ${TRY_AGAIN}`,
});

const describe = ({ how, libtensorflow }) => `TensorFlow ${libtensorflow}, ${how}`;

/** The ways in their order. Returns {how, facts} of the first that works, or {reason, remedy} of why none did. */
async function provide(context, packageFolder) {
  if (isOwnInstall(packageFolder)) {
    const facts = await check(context);
    if (facts.backend) return { how: 'as installed in node_modules', facts };
    clearPackage(packageFolder);
  }
  const reasons = [];
  let remedy;
  const suffix = `tfjs-node-${packageVersion(packageFolder)}-${process.platform}-${process.arch}`;
  const ways = [
    { kind: `libtensorflow-${WHEEL.version}-${suffix}`, how: `compiled against ${WHEEL.name} ${WHEEL.version}` },
    { kind: `prebuilt-${suffix}`, how: 'prebuilt by its authors' },
  ];
  for (const { kind, how } of ways) {
    const facts = await fromCache(context, packageFolder, kind);
    if (facts?.backend) return { how, facts };
  }
  for (const [make, { kind, how }] of [
    [makePrebuilt, ways[1]],
    [makeFromWheel, ways[0]],
  ]) {
    const made = await make(context, packageFolder, kind);
    const facts = made.reason ? {} : await check(context);
    if (facts.backend) return { how, facts };
    reasons.push(made.reason ?? facts.reason);
    remedy = made.remedy ?? 'look at the messages above; is the network within reach?';
    clearPackage(packageFolder);
  }
  return { reason: reasons.join(';\n    '), remedy };
}

/** Loads the addon in a process of its own. Returns {backend, tfjs, libtensorflow} or {reason}. */
export async function check(context) {
  const result = await runBounded(
    context,
    process.execPath,
    [checkScript, path.join(context.modules, '@tensorflow', 'tfjs-node')],
    {
      label: 'native addon: loading it',
      limit: 120,
      env: { ...context.env, NODE_OPTIONS: '', TF_CPP_MIN_LOG_LEVEL: '2' },
    },
  );
  if (result.ok) {
    try {
      return JSON.parse(result.output.trim().split('\n').at(-1));
    } catch {
      /* falls through to the reason */
    }
  }
  return { reason: `the addon does not load (${result.reason || 'no answer'}):\n    ${lastLines(result.output)}` };
}

async function fromCache(context, packageFolder, kind) {
  const kept = path.join(context.cache, 'native', kind);
  if (!existsSync(kept)) return undefined;
  linkTo(packageFolder, kept);
  if (kind.startsWith('libtensorflow')) await quieten(context, packageFolder);
  const facts = await check(context);
  if (!facts.backend) {
    clearPackage(packageFolder);
    removeFolder(kept);
  }
  return facts;
}

async function makePrebuilt(context, packageFolder, kind) {
  const { reason } = await runOwnScript(context, packageFolder);
  if (reason) return { reason };
  if (!existsSync(path.join(packageFolder, 'lib'))) return { reason: "the package's install script left no addon" };
  const fresh = freshFolder(context, kind);
  renameSync(path.join(packageFolder, 'deps'), path.join(fresh, 'deps'));
  return keep(context, packageFolder, fresh, kind);
}

async function makeFromWheel(context, packageFolder, kind) {
  if (!['linux', 'darwin'].includes(process.platform))
    return { reason: `compiling is set up for Linux and macOS, not for ${process.platform}` };
  const lacking = missingForBuild(context);
  if (lacking) return { reason: `to compile it, ${lacking} is missing`, remedy: BUILD_REMEDY };
  const venv = await ensureVenv(context);
  if (venv.state !== 'ok') return { reason: `to get libtensorflow, Python is needed: ${venv.text}`, remedy: venv.remedy };
  const fresh = freshFolder(context, kind);
  const wheel = await downloadWheel(context, path.join(fresh, 'download'));
  if (wheel.reason) return wheel;
  const unpacked = await unpackWheel(context, wheel.file, path.join(fresh, 'deps'));
  if (unpacked.reason) return unpacked;
  removeFolder(path.join(fresh, 'download'));
  clearPackage(packageFolder);
  link(path.join(packageFolder, 'deps'), path.join(fresh, 'deps'));
  const built = await buildAddon(context, packageFolder);
  if (built.reason) return built;
  await quieten(context, packageFolder);
  return keep(context, packageFolder, fresh, kind);
}

const packageVersion = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version;

const giveUpFile = (context) => path.join(context.stamps, `${NAME}.gave-up.json`);
/** A compiler or a Python that appears is a reason to try again at once. */
const giveUpKey = (context) =>
  hashOf(
    inputs(context),
    missingForBuild(context),
    findProgram(context, 'python3', 'python') ?? '',
    existsSync(context.venvPython),
  );

/** Why the last attempt failed, where it is too early for another one. */
function gaveUp(context) {
  try {
    const before = JSON.parse(readFileSync(giveUpFile(context), 'utf8'));
    return before.key === giveUpKey(context) && Date.now() - before.time < GIVE_UP_HOURS * 3.6e6 ? before : undefined;
  } catch {
    return undefined;
  }
}
