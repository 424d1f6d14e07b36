import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { lastLines, runBounded } from '../lib/bounded.mjs';
import { gypEnvironment } from './build.mjs';

/** The host the package's install script downloads from, as the script itself finds it. */
function downloadHost(context, packageFolder) {
  const { env } = context;
  const own = env.TFJS_NODE_CDN_STORAGE || env.npm_config_TFJS_NODE_CDN_STORAGE || env.CDN_STORAGE;
  return new URL(own || JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8')).binary.host).origin;
}

/** Resolves to '' where the host answers within `limit` ms (any answer will do), else to the reason. */
export function probe(url, limit) {
  return new Promise((resolve) => {
    const request = https.request(url, { method: 'HEAD' }, (response) => {
      response.resume();
      done('');
    });
    const timer = setTimeout(() => done(`did not answer within ${limit / 1000} s`), limit);
    const done = (reason) => {
      clearTimeout(timer);
      request.destroy();
      resolve(reason);
    };
    request.on('error', (error) => done(error.code ?? error.message));
    request.end();
  });
}

/** Lets the package's own install script download libtensorflow and the prebuilt addon. Returns {} or {reason}. */
export async function runOwnScript(context, packageFolder) {
  const host = downloadHost(context, packageFolder);
  // Behind a proxy the script finds its own way; a direct probe would say nothing.
  const proxied = context.env.HTTPS_PROXY || context.env.https_proxy;
  const closed = proxied ? '' : await probe(host, 5000);
  if (closed) return { reason: `${new URL(host).host}, where the package's prebuilt files are, cannot be reached (${closed})` };
  const result = await runBounded(context, process.execPath, ['scripts/install.js'], {
    label: `native addon: waiting for prebuilt files from ${new URL(host).host} (about 110 MB)`,
    cwd: packageFolder,
    env: gypEnvironment(context),
    limit: 600,
    silence: 60,
  });
  return result.ok ? {} : { reason: `the package's install script failed (${result.reason}):\n    ${lastLines(result.output)}` };
}
