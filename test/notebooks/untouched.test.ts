import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { needsJupyter } from '../kernel/python';
import { needsBrowser, openBrowser } from './browser';
import { notebookNames, notebookPath, PLOTLY, readNotebook } from './files';
import { type Copies, LabServer } from './labServer';

/** How many figures a committed notebook holds. */
const figures = (name: string) =>
  readNotebook(name)
    .cells.flatMap(({ outputs }) => outputs ?? [])
    .filter(({ data }) => data?.[PLOTLY]).length;

/** Waits until the notebook in front is there, with its kernel and all its figures. */
const complete = (page: Page, name: string) =>
  page.waitForFunction(
    ([file, count]) => {
      const { context, node, sessionContext } = (globalThis as any).jupyterapp.shell.currentWidget ?? {};
      if (context?.path !== file || sessionContext.session?.kernel?.status !== 'idle') return false;
      return node.querySelectorAll('.jp-RenderedPlotly, .jp-RenderedImage').length >= count;
    },
    [`${name}.ipynb`, figures(name)] as const,
    { timeout: 150_000 }, // the first notebook of a server that has just started takes long where other tests run
  );

/** Runs a command of JupyterLab. */
const command = (page: Page, id: string, options: object = {}) =>
  page.evaluate(([each, given]) => (globalThis as any).jupyterapp.commands.execute(each, given), [id, options] as const);

describe('a committed notebook that is opened in JupyterLab and not touched', { concurrency: false }, () => {
  let browser: Browser | undefined;
  let server: LabServer | undefined;
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const ready = async (context: TestContext, copies: Copies): Promise<boolean> => {
    if (!needsJupyter(context)) return false;
    const executable = needsBrowser(context);
    if (!executable) return false;
    browser ??= await openBrowser(executable);
    await server?.stop();
    server = await LabServer.start(copies);
    return true;
  };

  /** Opens them one after the other: JupyterLab sees nothing to save, and would write what is committed. */
  const openAndSave = async (names: readonly string[]): Promise<void> => {
    const page = await browser!.newPage({ viewport: { width: 1400, height: 1000 } });
    await server!.open(page, names[0]);
    for (const name of names) {
      await command(page, 'docmanager:open', { path: `${name}.ipynb` });
      await complete(page, name);
      const dirty = await page.evaluate(() => (globalThis as any).jupyterapp.shell.currentWidget.context.model.dirty);
      assert.equal(dirty, false, `${name}: JupyterLab wants to save it`);
      await command(page, 'docmanager:save');
      assert.ok(server!.read(name) === fs.readFileSync(notebookPath(name), 'utf8'), `${name}: JupyterLab writes another file`);
      await command(page, 'kernelmenu:shutdown').catch(() => undefined);
    }
    await page.close();
  };

  test('stays as it is, byte for byte, also when it is saved', async (context) => {
    if (!(await ready(context, 'committed and trusted'))) return;
    await openAndSave(notebookNames);
  });

  test('stays as it is where it is not trusted', async (context) => {
    if (!(await ready(context, 'committed'))) return;
    await openAndSave(notebookNames.slice(0, 1));
  });
});
