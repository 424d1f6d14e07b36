import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { projectRoot } from '../kernel/kernelClient';
import { python } from '../kernel/python';
import { isTagged, notebookFolder, notebookNames, notebookPath, readNotebook, textOf } from './files';

/** Which notebooks a `LabServer` holds: with fast parameters and without outputs, or as they are committed. */
export type Copies = 'fast' | 'committed' | 'committed and trusted';

/** A JupyterLab on copies of the notebooks, inside the project, so that the library is found. */
export class LabServer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
    private readonly log: { text: string },
  ) {}

  /** Starts it and waits until it answers. */
  static async start(copies: Copies = 'fast'): Promise<LabServer> {
    const folder = path.join(projectRoot, '.cache', `lab-test-${process.pid}-${copies.replaceAll(' ', '-')}`);
    copyNotebooks(path.join(folder, 'notebooks'), copies === 'fast');
    const port = await freePort();
    const own = (name: string) => path.join(folder, name);
    quietSettings(own('config'));
    const log = { text: '' };
    const env = {
      ...process.env,
      JUPYTER_PATH: path.join(projectRoot, 'kernel-setup', 'share'),
      JUPYTER_CONFIG_DIR: own('config'),
      JUPYTER_DATA_DIR: own('data'),
      JUPYTER_RUNTIME_DIR: own('runtime'),
      IPYTHONDIR: own('ipython'),
    };
    const options = [
      '--no-browser',
      '--allow-root',
      `--port=${port}`,
      '--ip=127.0.0.1',
      '--IdentityProvider.token=',
      `--ServerApp.root_dir=${own('notebooks')}`,
      '--LabApp.expose_app_in_browser=True',
    ];
    if (copies === 'committed and trusted') {
      const files = notebookNames.map((name) => path.join(folder, 'notebooks', `${name}.ipynb`));
      const code = 'from nbformat.sign import TrustNotebookApp; TrustNotebookApp.launch_instance()';
      const { status, stderr } = spawnSync(python, ['-c', code, ...files], { env, encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    }
    const child = spawn(python, ['-m', 'jupyterlab', ...options], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (data) => (log.text += data));
    const server = new LabServer(child, folder, port, log);
    await server.answers();
    return server;
  }

  /** Opens a notebook and waits until its kernel is idle; on a machine under load the page is opened a second time. */
  async open(page: Page, name: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await page.goto(`http://127.0.0.1:${this.port}/lab/workspaces/${name}/tree/${name}.ipynb?reset`);
        await page.waitForSelector('.jp-Notebook .jp-CodeCell', { timeout: 60_000 });
        await page.waitForFunction(
          () => (globalThis as any).jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle',
          null,
          { timeout: 60_000 },
        );
        return;
      } catch (error) {
        if (attempt === 2) throw error;
      }
    }
  }

  /** The text of a notebook as it is in the server's folder. */
  read(name: string): string {
    return fs.readFileSync(path.join(this.folder, 'notebooks', `${name}.ipynb`), 'utf8');
  }

  /** Ends server and kernels and removes the copies. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM'); // it shuts its kernels down
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<void> {
    for (let attempt = 0; attempt < 120; attempt++) {
      if (this.process.exitCode !== null) break;
      const ok = await fetch(`http://127.0.0.1:${this.port}/api`).then(
        (reply) => reply.ok,
        () => false,
      );
      if (ok) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`JupyterLab did not answer within 60 s; it said:\n${this.log.text}`);
  }
}

/** The notebooks and their data as a user gets them; `fast`: with the small numbers in their parameter cell and without outputs. */
function copyNotebooks(folder: string, fast: boolean): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.cpSync(path.join(notebookFolder, 'data'), path.join(folder, 'data'), { recursive: true });
  for (const name of notebookNames) {
    if (!fast) {
      fs.copyFileSync(notebookPath(name), path.join(folder, `${name}.ipynb`));
      continue;
    }
    const notebook = readNotebook(name);
    for (const cell of notebook.cells) {
      if (cell.cell_type !== 'code') continue;
      Object.assign(cell, { outputs: [], execution_count: null });
      if (isTagged(cell, 'parameters'))
        cell.source = `${textOf(cell.source)}\nvoid Object.assign(settings, ${JSON.stringify(cell.metadata.fast)});`;
    }
    fs.writeFileSync(path.join(folder, `${name}.ipynb`), JSON.stringify(notebook));
  }
}

/** No questions at the first start, and every cell in the page, not only those in sight. */
function quietSettings(config: string): void {
  const settings = {
    'apputils-extension/notification': { fetchNews: 'false', checkForUpdates: false },
    'notebook-extension/tracker': { windowingMode: 'none' },
  };
  for (const [name, value] of Object.entries(settings)) {
    const file = path.join(config, 'lab', 'user-settings', '@jupyterlab', `${name}.jupyterlab-settings`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify(value));
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
