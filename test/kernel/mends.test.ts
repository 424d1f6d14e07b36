import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Kernel, projectRoot } from './kernelClient';

const noColour = (text: string) => text.replace(/\u001b\[\d+m/g, '');

describe('what the kernel mends in tslab', () => {
  let kernel: Kernel;
  before(async () => {
    kernel = await Kernel.start();
  });
  after(() => kernel?.kill());

  const ok = async (code: string) => {
    const result = await kernel.run(code);
    assert.equal(result.status, 'ok', noColour((result.reply.traceback ?? []).join('\n')));
    return result;
  };
  const fails = async (code: string) => {
    const result = await kernel.run(code);
    assert.equal(result.status, 'error');
    return { ...result, text: noColour(result.reply.traceback.join('\n')) };
  };

  test('object shorthand takes names of earlier cells: const, let, function, class, import', async () => {
    await ok(
      "import { sep } from 'path'\nconst lambda = 0.4; let rate = 2; function twice(x: number) { return 2 * x } class Box { n = 1 }",
    );
    const { stream } = await ok(
      'const all = { lambda, rate, twice, Box, sep, rest: { lambda } }; console.log(all.lambda, all.rate, all.twice(4), new all.Box().n, all.sep, all.rest.lambda)',
    );
    assert.equal(stream('stdout').trim(), `0.4 2 8 1 / 0.4`);
    const assigned = await ok('({ rate, lost: lambda2 = 5 } = { rate: 7 } as any); var lambda2: number; console.log(rate)');
    assert.match(assigned.stream('stdout'), /^7/);
  });

  test('a cell whose only await is `for await` or `await (…)` runs to its end', async () => {
    const loop = await ok('async function* three() { yield 1; yield 2; yield 3 }\nfor await (const n of three()) console.log(n)');
    assert.equal(loop.stream('stdout'), '1\n2\n3\n');
    assert.equal((await ok('await (Promise.resolve(41 + 1))')).stream('stdout'), '42\n');
    assert.equal((await ok('const [a, b] = await [1, 2]; b')).stream('stdout'), '2\n');
    assert.equal((await ok('for (const n of [3]) { await (Promise.resolve()); console.log(n) }')).stream('stdout'), '3\n');
  });

  test('Shift-Tab between the parentheses of a call shows its signature, also in an unfinished one; Tab offers its options', async () => {
    await ok("import { EWC, SingleHeadMLP, getSplitMnist } from 'continual-learning'\nconst network = new SingleHeadMLP()");
    for (const text of [
      'getSplitMnist(|)',
      'getSplitMnist(|',
      'Math.abs(getSplitMnist({ | }))',
      'const a = 1\ngetSplitMnist(\n|\n)',
    ])
      assert.match(await kernel.shown(text), /getSplitMnist\(options\?: SplitMnistOptions\): TaskStream/, text);
    assert.match(await kernel.shown('new EWC(network, |)'), /new EWC\(model: Model, options\?/);
    assert.match(await kernel.shown('Math.max(|)'), /Math\.max\(\.\.\.values: number\[\]\)/);
    assert.match(
      await kernel.shown('new EWC(net|work)'),
      /const network: SingleHeadMLP/,
      'what stands at the cursor comes first',
    );
    assert.equal(await kernel.shown('getSplitMnist() |'), '');
    assert.equal(await kernel.shown("'getSplitMnist(|)'"), '');
    assert.deepEqual(await kernel.offered('new EWC(network, { la'), ['lambda']);
  });

  test('a cell that waits for the keyboard fails and says what to do, and the next cell runs', async () => {
    for (const code of [
      "import * as readline from 'readline/promises'\nconst lines = readline.createInterface({ input: process.stdin, output: process.stdout })\nconst name = await lines.question('Name? ')",
      "await new Promise((answer) => process.stdin.once('data', answer))",
    ]) {
      const { reply } = await fails(code);
      assert.equal(reply.ename, 'NoInput');
      assert.match(reply.evalue, /cannot ask for input.*write the answer into the cell/);
      assert.equal((await ok('1 + 1')).stream('stdout'), '2\n');
    }
    await ok(
      "import * as callbacks from 'readline'\nconst later = callbacks.createInterface({ input: process.stdin, output: process.stdout })",
    );
    assert.match((await fails('await new Promise((answer: any) => later.question("?", answer))')).text, /readline was closed/);
  });

  test('an error is a Jupyter error message with the cell number, its own line and text, and nothing of the kernel', async () => {
    const { reply, outputs, stream, text } = await fails(
      'interface Unused { a: number }\n\nconst nothing: any = undefined\n\nfunction look(x: any) {\n  return x.inside.deeper\n}\nlook(nothing)',
    );
    assert.deepEqual(
      outputs.map((message) => message.type),
      ['error'],
    );
    assert.deepEqual(Object.keys(outputs[0].content).sort(), ['ename', 'evalue', 'traceback']);
    assert.equal(reply.ename, 'TypeError');
    assert.match(reply.evalue, /reading 'inside'/);
    const number = reply.execution_count;
    assert.deepEqual(text.split('\n').slice(1), [
      `  cell [${number}], line 6, in look:  return x.inside.deeper`,
      `  cell [${number}], line 8:  look(nothing)`,
    ]);
    assert.equal(stream('stderr'), '');
  });

  test('an error in a function of an earlier cell names that cell, also after an await', async () => {
    const made = await ok('async function later() {\n  await null\n  throw new RangeError("too far")\n}');
    const { text, reply } = await fails('const here = 1\n\nawait later()');
    assert.equal(text.split('\n')[0], 'RangeError: too far');
    assert.match(text, new RegExp(`cell \\[${made.reply.execution_count}\\], line 3, in later:  throw new RangeError`));
    assert.match(text, new RegExp(`cell \\[${reply.execution_count}\\], line 3:  await later\\(\\)`));
  });

  test('no error text holds a path of this machine', async () => {
    for (const code of [
      "require('no-such-package')",
      "require('fs').readFileSync(process.cwd() + '/missing.txt')",
      "import { x } from 'no-such-module'\nx",
      'throw { odd: process.cwd() }',
    ]) {
      const { reply, text } = await fails(code);
      assert.ok(!`${text}${reply.evalue}`.includes(projectRoot), text);
      assert.ok(!/node:internal|node_modules|kernel-setup|evalmachine/.test(text), text);
    }
  });

  test('what TypeScript refuses is shown with line, text and a mark under the place, also behind an expanded shorthand', async () => {
    await ok('const size = 3');
    const { reply, text } = await fails('const fine = 1\nconst wrong = { size }, bad: number = "text"');
    assert.equal(reply.ename, 'TypeScript');
    assert.equal(
      text,
      `TypeScript: line 2: Type 'string' is not assignable to type 'number'.\n    const wrong = { size }, bad: number = "text"\n    ${' '.repeat(24)}^`,
    );
  });

  test('cells queued behind a failing one are answered `aborted` and do not run; the next request runs again', async () => {
    const sent = ['var ran = "none"', 'await null; throw new Error("stop here")', 'ran = "second"', 'ran = "third"'].map((code) =>
      kernel.send(code),
    );
    const results = await Promise.all(sent.map((id) => kernel.finished(id)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['ok', 'error', 'aborted', 'aborted'],
    );
    assert.equal((await ok('ran')).stream('stdout'), 'none\n');
  });

  test('with stop_on_error false, the next cell runs although the one before failed', async () => {
    const sent = [kernel.send('throw new Error("expected")', { stop_on_error: false }), kernel.send('console.log("on")')];
    const results = await Promise.all(sent.map((id) => kernel.finished(id)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['error', 'ok'],
    );
  });

  test('20,000 lines printed at once arrive whole and the cell ends', async () => {
    const result = await ok('for (let i = 0; i < 20000; i++) console.log(i)');
    assert.equal(result.stream('stdout'), Array.from({ length: 20000 }, (_, i) => `${i}\n`).join(''));
  });

  test('an error outside a running cell is one short text, and the kernel goes on', async () => {
    const id = kernel.send('setTimeout(() => { throw new Error("too late") }, 20); Promise.reject(new Error("nobody waits"));');
    await kernel.seen(id, (messages) =>
      messages
        .filter((m) => m.type === 'stream')
        .map((m) => m.content.text)
        .join('')
        .includes('too late'),
    );
    const { stream } = await kernel.finished(id);
    assert.match(noColour(stream('stderr')), /^Outside a running cell: Error: nobody waits\n {2}cell \[\d+\], line 1/);
    assert.ok(!stream('stderr').includes(projectRoot));
    await ok('1 + 1');
  });
});

test('a library that is removed and made anew while its notebook is open does not end the kernel', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kernel-library-'));
  const library = path.join(folder, 'lib');
  const make = (more: string) => {
    const files = {
      'index.js': 'exports.one = 1',
      'index.d.ts': `export declare const one: number;\nexport * from './${more}';`,
      [`${more}.d.ts`]: `export declare const ${more}: number;`,
    };
    fs.mkdirSync(library);
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(library, name), text);
  };
  make('first');
  const kernel = await Kernel.start({ folder });
  try {
    for (const more of ['second', 'third', 'fourth']) {
      const { status, reply, stream } = await kernel.run("import { one } from './lib'\nconsole.log(one)");
      assert.deepEqual([status, stream('stdout')], ['ok', '1\n'], JSON.stringify(reply.traceback));
      fs.rmSync(library, { recursive: true });
      await setTimeout(50);
      make(more);
      await setTimeout(3000); // until TypeScript has seen it
    }
    assert.equal((await kernel.run('one + 1')).status, 'ok');
  } finally {
    await kernel.kill();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
