import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, cpSync, mkdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { readLab, whereToOpen } from '../../kernel-setup/commands/lab.mjs';
import { createContext } from '../../kernel-setup/lib/context.mjs';
import { jupyterEnvironment } from '../../kernel-setup/lib/jupyter.mjs';
import { noteShipped, notebookNames, shippedNotebooks, trustShipped } from '../../kernel-setup/lib/shipped.mjs';
import { compareWithPins } from '../../kernel-setup/steps/python-packages.mjs';
import { emptyProject, projectRoot, write } from './helpers.mjs';

const here = createContext();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A project whose notebooks are copies of the first two, beside one of a stranger with a name like theirs. */
function project(t) {
  const context = emptyProject(t);
  mkdirSync(path.join(context.root, 'notebooks'), { recursive: true });
  mkdirSync(path.join(context.root, 'kernel-setup'), { recursive: true });
  const names = notebookNames(here).slice(0, 2);
  for (const name of names) copyFileSync(path.join(projectRoot, 'notebooks', name), path.join(context.root, 'notebooks', name));
  cpSync(
    path.join(projectRoot, 'kernel-setup', 'shipped-notebooks.json'),
    path.join(context.root, 'kernel-setup', 'shipped-notebooks.json'),
  );
  const output = { output_type: 'display_data', metadata: {}, data: { 'text/html': '<script>alert(1)</script>' } };
  const cell = { id: 'a', cell_type: 'code', source: '', metadata: {}, execution_count: null, outputs: [output] };
  write(context, 'notebooks/98-from-a-mail.ipynb', { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] });
  return { context, names };
}

test('the noted content of the shipped notebooks is that of the notebooks', () => {
  assert.deepEqual(
    shippedNotebooks(here),
    notebookNames(here),
    'a notebook was changed: look at what it shows, then node kernel-setup/lib/shipped.mjs',
  );
});

test('only notebooks whose content is the shipped one count, whatever their name', (t) => {
  const { context, names } = project(t);
  assert.deepEqual(shippedNotebooks(context), names);
  appendFileSync(path.join(context.root, 'notebooks', names[0]), '\n ');
  assert.deepEqual(shippedNotebooks(context), names.slice(1));
  noteShipped(context);
  assert.deepEqual(shippedNotebooks(context), notebookNames(context));
});

test(
  'JupyterLab is told to trust the shipped notebooks, and no other',
  { skip: compareWithPins(here) !== '' && !here.isCI },
  (t) => {
    const { context, names } = project(t);
    trustShipped({ ...context, venvPython: here.venvPython });
    const code =
      'import nbformat, sys; from nbformat.sign import NotebookNotary; print([NotebookNotary().check_signature(nbformat.read(f, 4)) for f in sys.argv[1:]])';
    const files = [...names, '98-from-a-mail.ipynb'].map((name) => path.join(context.root, 'notebooks', name));
    const env = { ...process.env, ...jupyterEnvironment(context) };
    const answer = execFileSync(here.venvPython, ['-c', code, ...files], { env, encoding: 'utf8' });
    assert.equal(answer, '[True, True, False]\n');
  },
);

test('a folder or notebook of the user is taken from where npm was called; one that is not there is refused', (t) => {
  const { root } = emptyProject(t);
  mkdirSync(path.join(root, 'mine'));
  const at = { INIT_CWD: root };
  assert.deepEqual(readLab(['mine', '--port=9000'], at), { request: { place: path.join(root, 'mine'), args: ['--port=9000'] } });
  assert.deepEqual(readLab(['--port', '9000'], at), { request: { args: ['--port', '9000'] } });
  assert.deepEqual(readLab([], at), { request: { args: [] } });
  assert.match(readLab(['yours'], at).text, /there is no folder or notebook yours\n\nusage:/);
});

test('JupyterLab opens on the first notebook, on a place inside the project, or in a folder elsewhere', (t) => {
  const { context, names } = project(t);
  assert.deepEqual(whereToOpen(context), ['--LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb']);
  const inside = path.join(context.root, 'notebooks', names[1]);
  assert.deepEqual(whereToOpen(context, inside), [`--LabApp.default_url=/lab/tree/notebooks/${names[1]}`]);
  const elsewhere = emptyProject(t);
  write(elsewhere, 'my work/first try.ipynb', '{}');
  const folder = path.join(elsewhere.root, 'my work');
  assert.deepEqual(whereToOpen(context, folder), ['--LabApp.default_url=/lab/tree', `--ServerApp.root_dir=${folder}`]);
  assert.deepEqual(whereToOpen(context, path.join(folder, 'first try.ipynb')), [
    '--LabApp.default_url=/lab/tree/first%20try.ipynb',
    `--ServerApp.root_dir=${folder}`,
  ]);
});

test(
  'JupyterLab as npm run lab starts it is reached from this machine only, and by its token only',
  { skip: compareWithPins(here) !== '' && !here.isCI },
  async (t) => {
    const context = emptyProject(t); // its settings, tokens and cookies lie in the project's folder, so in this one
    const code = `
      import { createContext } from ${JSON.stringify(path.join(projectRoot, 'kernel-setup', 'lib', 'context.mjs'))};
      import { lab } from ${JSON.stringify(path.join(projectRoot, 'kernel-setup', 'commands', 'lab.mjs'))};
      const context = { ...createContext({ root: ${JSON.stringify(context.root)} }), venvPython: ${JSON.stringify(here.venvPython)} };
      process.exit(await lab(context, { args: ['--no-browser'] }));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['pipe', 'pipe', 'pipe'] });
    const ended = once(child, 'exit');
    t.after(() => child.kill('SIGTERM') && ended);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += data));
    const address = () => /http:\/\/(localhost|127\.0\.0\.1):(\d+)\/\S*\?token=([0-9a-f]{32,})/.exec(text);
    for (let waited = 0; waited < 60_000 && !address() && child.exitCode === null; waited += 100) await pause(100);
    assert.ok(address(), text);
    const [, , port, token] = address();
    const status = async (host, query) => (await fetch(`http://${host}:${port}/api/contents${query}`)).status;
    // Jupyter prints its address a moment before it listens.
    const listens = () => status('127.0.0.1', '').then(() => true, () => false); // prettier-ignore
    for (let waited = 0; waited < 30_000 && child.exitCode === null && !(await listens()); waited += 100) await pause(100);
    assert.equal(await status('127.0.0.1', ''), 403);
    assert.equal(await status('127.0.0.1', '?token=00'), 403);
    assert.equal(await status('127.0.0.1', `?token=${token}`), 200);
    const others = Object.values(networkInterfaces()).flat().filter(({ internal, family }) => !internal && family === 'IPv4'); // prettier-ignore
    for (const { address: host } of others) await assert.rejects(status(host, `?token=${token}`), /fetch failed/, host);
  },
);
