import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { beginStep } from '../../kernel-setup/lib/stamps.mjs';
import { takeStep } from '../../kernel-setup/lib/steps.mjs';
import { compile } from '../../kernel-setup/steps/compile.mjs';
import { emptyProject, projectRoot, write } from './helpers.mjs';

function project(t) {
  const context = emptyProject(t);
  symlinkSync(path.join(projectRoot, 'node_modules'), context.modules);
  write(context, 'tsconfig.json', {
    compilerOptions: {
      target: 'ES2022',
      module: 'CommonJS',
      types: [],
      noLib: false,
      lib: ['ES5'],
      rootDir: '.',
      outDir: 'dist',
      incremental: true,
      tsBuildInfoFile: 'dist/.tsbuildinfo',
    },
    include: ['src', 'test'],
  });
  write(context, 'src/a.ts', 'export const a: number = 1;\n');
  write(context, 'src/b.ts', 'export const b: number = 2;\n');
  return {
    context,
    has: (file) => existsSync(path.join(context.root, file)),
    time: (file) => statSync(path.join(context.root, file)).mtimeMs,
  };
}

test('sources are compiled once, again when one changed, and again when an output is gone', async (t) => {
  const { context, has, time } = project(t);
  assert.match((await takeStep(context, compile)).text, /2 sources compiled/);
  assert.match((await takeStep(context, compile)).text, /up to date/);
  const before = time('dist/src/b.js');
  write(context, 'src/a.ts', 'export const a: number = 10;\n');
  assert.match((await takeStep(context, compile)).text, /compiled/);
  assert.equal(time('dist/src/b.js'), before, 'b did not change and is not written again');
  rmSync(path.join(context.root, 'dist', 'src', 'b.js'));
  assert.match((await takeStep(context, compile)).text, /compiled/);
  assert.ok(has('dist/src/b.js'));
});

test('a compilation that was cut off is done again in full', async (t) => {
  const { context, time } = project(t);
  await takeStep(context, compile);
  const before = time('dist/src/b.js');
  beginStep(context, 'compile');
  assert.match((await takeStep(context, compile)).text, /compiled/);
  assert.ok(time('dist/src/b.js') > before);
});

test('the output of a source that was deleted goes', async (t) => {
  const { context, has } = project(t);
  await takeStep(context, compile);
  rmSync(path.join(context.root, 'src', 'b.ts'));
  await takeStep(context, compile);
  assert.equal(has('dist/src/b.js'), false);
  assert.ok(has('dist/src/a.js'));
});

test('a type error is a failure with its place, now and at the next start', async (t) => {
  const { context } = project(t);
  write(context, 'src/a.ts', 'export const a: number = "one";\n');
  for (let i = 0; i < 2; i++) {
    const result = await takeStep(context, compile);
    assert.equal(result.state, 'failed');
    assert.match(result.text, /src\/a\.ts\(1,14\): error TS2322/);
  }
});
