import path from 'node:path';
import { start } from '../lib/start.mjs';

/** Writes the API reference to .cache/docs; arguments go to TypeDoc (--out FOLDER, --watch). */
export async function docs(context, args) {
  const code = await start(context, process.execPath, [
    path.join(context.modules, 'typedoc', 'bin', 'typedoc'),
    '--options',
    path.join('kernel-setup', 'docs', 'typedoc.json'),
    ...args,
  ]);
  if (code === 0 && args.length === 0) context.out.write('Open .cache/docs/index.html in a browser.\n');
  return code;
}
