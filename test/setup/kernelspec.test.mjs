import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { createContext } from '../../kernel-setup/lib/context.mjs';
import { jupyterEnvironment } from '../../kernel-setup/lib/jupyter.mjs';
import { compareWithPins } from '../../kernel-setup/steps/python-packages.mjs';
import { projectRoot } from './helpers.mjs';

const folder = path.join(projectRoot, 'kernel-setup', 'share', 'kernels', 'tslab');
const text = readFileSync(path.join(folder, 'kernel.json'), 'utf8');
const spec = JSON.parse(text);

test('kernel.json holds no absolute path and starts a file of this repository', () => {
  for (const part of [...spec.argv, ...Object.values(spec.env)]) assert.doesNotMatch(part, /^(\/|[A-Za-z]:\\)/, part);
  const [program, entry, last] = spec.argv;
  assert.equal(program, 'node');
  assert.equal(last, '{connection_file}');
  assert.ok(existsSync(entry.replace('{resource_dir}', folder)), entry);
});

test('the kernel runs with source maps and one thread, quietly', () => {
  assert.match(spec.env.NODE_OPTIONS, /--enable-source-maps/);
  assert.equal(spec.env.TF_NUM_INTRAOP_THREADS, '1');
  assert.equal(spec.env.TF_CPP_MIN_LOG_LEVEL, '2');
});

test('Jupyter keeps all its files inside the project and looks for kernels in the repository first', () => {
  const context = createContext({ env: { JUPYTER_PATH: 'elsewhere', PATH: '' } });
  const env = jupyterEnvironment(context);
  for (const name of ['JUPYTER_CONFIG_DIR', 'JUPYTER_DATA_DIR', 'JUPYTER_RUNTIME_DIR', 'IPYTHONDIR'])
    assert.ok(env[name].startsWith(context.cache), name);
  assert.deepEqual(env.JUPYTER_PATH.split(path.delimiter), [path.join(projectRoot, 'kernel-setup', 'share'), 'elsewhere']);
});

const context = createContext();
const lacking = compareWithPins(context);

test(
  'the kernel starts in any folder and computes',
  { skip: lacking !== '' && !context.isCI && `needs JupyterLab: ${lacking}` },
  () => {
    const script = `
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name='tslab', startup_timeout=30)
said = []
reply = client.execute_interactive('const three: number = 1 + 2;\\nconsole.log("sum", three)', timeout=30, output_hook=lambda m: said.append(m['content'].get('text', '')))
manager.shutdown_kernel(now=True)
print(reply['content']['status'], ''.join(said).strip())
`;
    const output = execFileSync(context.venvPython, ['-c', script], {
      cwd: tmpdir(),
      env: jupyterEnvironment(context),
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(output.trim().split('\n').at(-1), 'ok sum 3');
  },
);
