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

/** Waits until every figure of the open notebook is there, as a picture or drawn. */
const figuresShown = (page: Page, count: number) =>
  page.waitForFunction(
    (wanted) => (globalThis as any).document.querySelectorAll('.jp-RenderedPlotly, .jp-RenderedImage').length >= wanted,
    count,
    { timeout: 30_000 },
  );

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

  /** Opens it, with its kernel and all its figures; JupyterLab sees nothing to save, and would write what is committed. */
  const openAndSave = async (name: string): Promise<void> => {
    const page = await browser!.newPage({ viewport: { width: 1400, height: 1000 } });
    await server!.open(page, name);
    await figuresShown(page, figures(name));
    assert.equal(await page.evaluate(() => (globalThis as any).jupyterapp.shell.currentWidget.context.model.dirty), false, name);
    await page.evaluate(() => (globalThis as any).jupyterapp.commands.execute('docmanager:save'));
    assert.ok(server!.read(name) === fs.readFileSync(notebookPath(name), 'utf8'), `${name}: JupyterLab writes another file`);
    await page.evaluate(() => (globalThis as any).jupyterapp.commands.execute('kernelmenu:shutdown')).catch(() => undefined);
    await page.close();
  };

  test('stays as it is, byte for byte, also when it is saved', async (context) => {
    if (!(await ready(context, 'committed and trusted'))) return;
    for (const name of notebookNames) await openAndSave(name);
  });

  test('stays as it is where it is not trusted', async (context) => {
    if (!(await ready(context, 'committed'))) return;
    await openAndSave(notebookNames[0]);
  });
});
