import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { RUN_SCRIPT } from '../../src/experiments/executors/runProcess';
import { NO_REDIS, RedisServer } from '../experiments/executors/queue/redis';
import { endWorkers, startWorker } from '../experiments/executors/queue/workers';
import { snippets, textOf } from './parts';
import { ROOT } from './markdown';

const folder = join(ROOT, 'dist', 'readme');
/** Where the code runs: what it writes stays here. */
const place = join(folder, 'run');
const blocks = snippets();

/** Runs a command; gives what it prints. */
const run = (program: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}) =>
  execFileSync(program, args, { cwd, env: { ...process.env, ...env }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

test("the README's code compiles with strict types", () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(place, 'notebooks', 'data'), { recursive: true });
  copyFileSync(join(ROOT, 'notebooks', 'data', 'quarters.csv'), join(place, 'notebooks', 'data', 'quarters.csv'));
  assert.ok(blocks.length >= 12);
  const files = blocks.map(({ code }, i) => {
    const file = join(folder, `snippet${i}.mts`);
    writeFileSync(file, `${code}\nexport {};\n`);
    return file;
  });
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noUnusedLocals: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules', '@types')],
  });
  const problems = ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
  assert.deepEqual(problems, []);
  program.emit();
});

// In the order of the README: a later block may read what an earlier one has written.
blocks.forEach(({ section, code }, i) => {
  const onQueue = section === 'More machines';
  test(`the README's code block ${i + 1} runs (${section})`, { skip: onQueue && NO_REDIS }, async (t) => {
    const server = onQueue ? await RedisServer.start() : undefined;
    t.after(async () => {
      await endWorkers();
      await server?.end();
    });
    if (server) await startWorker(server.url, { script: RUN_SCRIPT });
    const output = run(process.execPath, [join(folder, `snippet${i}.mjs`)], place, { CL_QUEUE_URL: server?.url });
    const promised = [...code.matchAll(/\/\/ prints: (.+)$/gm)].map(([, line]) => line);
    for (const line of promised) assert.ok(output.includes(line), `expected '${line}' in:\n${output}`);
  });
});

test('the command that the README gives for code with types compiles every block', () => {
  const [, flags] = /`npx tsc (--module .*?) example\.mts`/.exec(textOf('README.md')) ?? assert.fail('there is no such command');
  const files = blocks.map((_, i) => join(folder, `snippet${i}.mts`));
  run('npx', ['tsc', ...flags.split(' '), '--noEmit', ...files], ROOT);
});

test('in another project `npm install PATH` is enough: the name leads to the library and its tensors, without a second tfjs', () => {
  const other = mkdtempSync(join(tmpdir(), 'other-project-'));
  try {
    writeFileSync(join(other, 'package.json'), '{ "name": "other", "version": "1.0.0", "type": "module" }');
    run('npm', ['install', '--no-audit', '--no-fund', '--offline', ROOT], other);
    writeFileSync(
      join(other, 'own.js'),
      `import { DomainMLP, initBackend, numbersOf, tensor } from 'continual-learning';
      import { createRequire } from 'node:module';
      await initBackend();
      const model = new DomainMLP({ inputSize: 2, hidden: [3], nClasses: 2 });
      const same = String(numbersOf(model.forward(tensor([1, 2], [1, 2])))) === String(numbersOf(model.forward([[1, 2]])));
      const cores = Object.keys(createRequire(import.meta.url).cache).filter((file) => /tfjs-core.dist.tf-core/.test(file));
      console.log(same, cores.length);`,
    );
    assert.match(run(process.execPath, ['own.js'], other).trim(), /^true [01]$/); // none on native, one on wasm
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});
