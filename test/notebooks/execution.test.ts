import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { projectRoot } from '../kernel/kernelClient';
import { needsJupyter, python } from '../kernel/python';
import { type CellOutput, figuresOf, isTagged, notebookNames, notebookPath, PLOTLY } from './files';

/** Seconds on a free machine with two cores. */
const BUDGET = { import: 2, other: 0.5, notebook: 30 };
/** Tests run side by side on shared machines. */
const GENEROUS = 5;

interface CellReport {
  index: number;
  tags: string[];
  source: string;
  seconds: number | null;
  outputs: CellOutput[];
}

interface Report {
  seconds: number;
  error: string | null;
  cells: CellReport[];
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'notebooks-test-'));
after(() => fs.rmSync(work, { recursive: true, force: true }));

/** Runs a notebook with its fast parameters, through the project's kernel or another one. */
function execute(name: string, options: string[] = [], kernels = path.join(projectRoot, 'kernel-setup', 'share')): Report {
  const file = path.join(work, `${name}.json`);
  fs.rmSync(file, { force: true }); // that of an earlier run
  const result = spawnSync(
    python,
    [path.join(projectRoot, 'test', 'notebooks', 'execute.py'), '--fast', '--report', file, ...options, notebookPath(name)],
    {
      encoding: 'utf8',
      env: {
        ...process.env,
        JUPYTER_PATH: kernels,
        JPY_SESSION_NAME: '',
        TF_CPP_MIN_LOG_LEVEL: '2',
        TF_NUM_INTRAOP_THREADS: '1',
      },
      timeout: 400_000,
    },
  );
  assert.ok(fs.existsSync(file), `execute.py ended with ${result.status ?? result.signal}:\n${result.stderr}`);
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as Report[])[0];
}

/** How many figures the cell's code sends, and how many came. */
function figuresIn({ source, outputs }: CellReport): { expected: number; found: number } {
  return { expected: figuresOf(source), found: outputs.filter((output) => output.data?.[PLOTLY]).length };
}

for (const name of notebookNames) {
  test(`${name} runs through the kernel without an error, with every figure, each cell within ${GENEROUS} times its budget`, (context) => {
    if (!needsJupyter(context)) return;
    const { error, cells, seconds } = execute(name);
    assert.equal(error, null, error ?? '');
    for (const cell of cells) {
      const { expected, found } = figuresIn(cell);
      assert.equal(found, expected, `cell ${cell.index} shows ${found} of ${expected} figures:\n${cell.source}`);
      if (isTagged({ metadata: cell }, 'training')) continue;
      const budget = GENEROUS * (isTagged({ metadata: cell }, 'import') ? BUDGET.import : BUDGET.other);
      assert.ok(
        cell.seconds !== null && cell.seconds < budget,
        `cell ${cell.index} took ${cell.seconds} s, more than ${budget}:\n${cell.source}`,
      );
    }
    assert.ok(seconds < GENEROUS * BUDGET.notebook, `${name} took ${seconds} s`);
  });
}

/** Makes a kernel of this name in `work`, started by Node with these arguments. */
function addKernel(name: string, args: string[]): void {
  const folder = path.join(work, 'kernels', name);
  fs.mkdirSync(folder, { recursive: true });
  const kernel = { argv: [process.execPath, ...args], display_name: name, language: 'typescript', interrupt_mode: 'signal' };
  fs.writeFileSync(path.join(folder, 'kernel.json'), JSON.stringify(kernel));
}

test('a notebook also runs where the native addon does not load', (context) => {
  if (!needsJupyter(context)) return;
  const [hook, tried] = [path.join(work, 'hook.cjs'), path.join(work, 'tried')];
  fs.writeFileSync(
    hook,
    `const { _extensions: open } = require('node:module'), real = open['.node'];
    open['.node'] = (module, file) => {
      if (!/tfjs/.test(file)) return real(module, file);
      require('node:fs').writeFileSync(${JSON.stringify(tried)}, '');
      throw new Error('it does not load');
    };`,
  );
  addKernel('no-addon', ['-r', hook, path.join(projectRoot, 'kernel-setup', 'kernel', 'main.cjs'), '{connection_file}']);
  const { error, cells } = execute('00-start-here', ['--kernel', 'no-addon'], work);
  assert.equal(error, null, error ?? '');
  assert.ok(fs.existsSync(tried), 'the addon was asked for, and refused');
  for (const cell of cells) assert.deepEqual(figuresIn(cell).found, figuresIn(cell).expected, cell.source);
});

test('a notebook also runs under plain tslab, as in VS Code or on Binder', (context) => {
  if (!needsJupyter(context)) return;
  addKernel('plain-tslab', [
    path.join(projectRoot, 'node_modules', 'tslab', 'bin', 'tslab'),
    'kernel',
    '--config-path',
    '{connection_file}',
  ]);
  const { error, cells } = execute('03-class-incremental', ['--kernel', 'plain-tslab'], work);
  assert.equal(error, null, error ?? '');
  for (const cell of cells) {
    // Plain tslab sends an error as red text.
    const red = cell.outputs
      .filter((output) => output.name === 'stderr')
      .map((output) => String(output.text))
      .join('');
    assert.equal(red, '', `cell ${cell.index}:\n${cell.source}\n----\n${red}`);
    assert.deepEqual(figuresIn(cell).found, figuresIn(cell).expected, cell.source);
  }
});
