import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { start } from '../lib/start.mjs';

/**
 * Runs the tests. Arguments that begin with - go to Node's test runner; every other one picks the test files whose path
 * contains it: `npm test -- metrics`.
 */
export function test(context, args) {
  const files = chooseFiles(
    context,
    args.filter((arg) => !arg.startsWith('-')),
  );
  if (files.length === 0) {
    context.out.write('npm test: no test file fits; give a part of its path, or nothing for all\n');
    return 1;
  }
  const options = args.filter((arg) => arg.startsWith('-'));
  return start(context, process.execPath, [
    '--enable-source-maps',
    '--test',
    '--test-concurrency=2',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    ...options,
    ...files,
  ]);
}

/** Compiled tests and the set-up's own, relative to the project, that contain one of the filters (no filter: all). */
export function chooseFiles(context, filters) {
  const below = (folder, ending) =>
    existsSync(path.join(context.root, folder))
      ? readdirSync(path.join(context.root, folder), { recursive: true })
          .filter((name) => name.endsWith(ending))
          .map((name) => path.join(folder, name))
      : [];
  // dist/test/metrics/x.test.js is meant by the path of its source, too.
  const wanted = filters.map((filter) => filter.replace(/^\.\//, '').replace(/^(dist\/)?(.*?)(\.ts|\.js)?$/, '$2'));
  return [...below('dist/test', '.test.js'), ...below('test/setup', '.test.mjs')]
    .sort()
    .filter((file) => wanted.length === 0 || wanted.some((filter) => file.includes(filter)));
}
