import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { needsJupyter } from '../kernel/python';
import { needsBrowser, openBrowser } from './browser';
import { codeCells, isTagged, readNotebook } from './files';
import { drawn, seen } from './labPage';
import { LabServer } from './labServer';

/** Waits until no cell runs or waits any more. */
const idle = (page: Page, timeout: number) =>
  page.waitForFunction(
    () => {
      const prompts = [...(globalThis as any).document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')].map(
        (prompt: any) => prompt.textContent,
      );
      return prompts.length > 0 && !prompts.some((prompt) => prompt.includes('*'));
    },
    null,
    { timeout },
  );

/** Runs a command of JupyterLab and waits until it is done: those that run cells end with the cells. */
const command = (page: Page, name: string) => page.evaluate((id) => (globalThis as any).jupyterapp.commands.execute(id), name);

/** Starts a command without waiting. */
const start = (page: Page, name: string) => page.evaluate((id) => void (globalThis as any).jupyterapp.commands.execute(id), name);

/** Puts the cursor into the n-th cell (counting all cells). */
const select = (page: Page, index: number) =>
  page.evaluate((n) => {
    const notebook = (globalThis as any).jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = n;
    notebook.deselectAll();
    notebook.mode = 'command';
  }, index);

const setSource = (page: Page, index: number, text: string) =>
  page.evaluate(
    ([n, source]) => {
      (globalThis as any).jupyterapp.shell.currentWidget.content.widgets[n as number].model.sharedModel.setSource(source);
    },
    [index, text] as const,
  );

describe('the notebooks in a real JupyterLab, as a user works with them', { concurrency: false }, () => {
  let server: LabServer | undefined;
  let browser: Browser | undefined;
  let page: Page;
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** False when the test is skipped. */
  const ready = async (context: TestContext): Promise<boolean> => {
    if (!needsJupyter(context)) return false;
    const executable = needsBrowser(context);
    if (!executable) return false;
    server ??= await LabServer.start();
    browser ??= await openBrowser(executable);
    await page?.close();
    page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    return true;
  };

  /** A browser on a machine under load misses a moment now and then: a failed test is run once more, and says so. */
  const secondTry = (body: (context: TestContext) => Promise<void>) => async (context: TestContext) => {
    try {
      await body(context);
    } catch (error) {
      context.diagnostic(`tried a second time after: ${(error as Error).message.split('\n')[0]}`);
      await body(context);
    }
  };

  /** Runs a notebook to its end: no cell fails, and every figure is drawn. */
  const runAll = async (name: string) => {
    await server!.open(page, name);
    await command(page, 'notebook:run-all-cells');
    await idle(page, 180_000);
    const cells = codeCells(readNotebook(name));
    const found = await drawn(page, name);
    found.forEach(({ prompt, error }, i) => {
      assert.equal(error, '', `cell ${cells[i].index}`);
      assert.match(prompt, /\[\d+\]:/, `cell ${cells[i].index} did not run`);
    });
    return cells;
  };

  // All notebooks: run by test/notebooks/execution.test.ts, their figures drawn by test/notebooks/htmlExport.test.ts.
  test(
    '06-your-own-method-and-data: all cells run and every Plotly graph is drawn',
    secondTry(async (context) => {
      if (!(await ready(context))) return;
      await runAll('06-your-own-method-and-data');
      await command(page, 'kernelmenu:shutdown').catch(() => undefined);
    }),
  );

  test(
    '00-start-here: all cells run and every Plotly graph is drawn; a changed hyperparameter changes the figure',
    secondTry(async (context) => {
      if (!(await ready(context))) return;
      const cells = await runAll('00-start-here');
      const { index, source } = cells.find(({ cell }) => isTagged(cell, 'parameters'))!;
      // Second matrix, of replay: its numbers as text.
      const replayMatrix = async () => (await page.locator('.js-plotly-plot').nth(2).textContent()) ?? '';
      const before = await replayMatrix();
      assert.match(before, /Accuracy matrix/);
      await setSource(page, index, `${source}\nvoid Object.assign(settings, { limitPerTask: 400, epochs: 1, capacity: 10 });`);
      await select(page, index);
      await command(page, 'notebook:run-all-below');
      await idle(page, 120_000);
      assert.notEqual(await replayMatrix(), before);
    }),
  );

  test(
    'Interrupt stops a training cell within two seconds, and running it again goes on to the end',
    secondTry(async (context) => {
      if (!(await ready(context))) return;
      const name = '00-start-here';
      await server!.open(page, name);
      const cells = codeCells(readNotebook(name));
      const training = cells.findIndex(({ cell }) => isTagged(cell, 'training'));
      const { index, source } = cells.find(({ cell }) => isTagged(cell, 'parameters'))!;
      await setSource(page, index, `${source}\nvoid Object.assign(settings, { limitPerTask: 6000, epochs: 20 });`); // seconds a task, also on a fast machine
      await select(page, cells[training].index);
      await command(page, 'notebook:run-all-above');
      await idle(page, 60_000);
      await select(page, cells[training].index);
      await start(page, 'notebook:run-cell');
      const progress = page.locator('.jp-CodeCell').nth(training).locator('.jp-OutputArea');
      await progress.getByText(/task [12]\/5/).waitFor({ timeout: 60_000 });
      const pressed = Date.now();
      await page
        .locator('button[data-command="notebook:interrupt-kernel"], [data-command="notebook:interrupt-kernel"]')
        .first()
        .click();
      await idle(page, 10_000);
      assert.ok(Date.now() - pressed < 2000, `${Date.now() - pressed} ms`);
      assert.match((await progress.textContent()) ?? '', /Interrupted: task \d/);
      await select(page, cells[training].index);
      await command(page, 'notebook:run-cell');
      await idle(page, 120_000);
      const text = (await progress.textContent()) ?? '';
      assert.match(text, /task 5\/5/);
      assert.doesNotMatch(text, /Interrupted/);
      assert.equal((await seen(page))[training].graphs, 1);
    }),
  );

  test(
    'Tab completes the options of EWC, Shift-Tab shows the documentation',
    secondTry(async (context) => {
      if (!(await ready(context))) return;
      await server!.open(page, '03-class-incremental');
      const [first] = codeCells(readNotebook('03-class-incremental'));
      await select(page, first.index);
      await command(page, 'notebook:run-cell');
      await idle(page, 60_000);
      await command(page, 'notebook:insert-cell-below');
      await page.keyboard.press('Enter');
      await page.keyboard.type('const model = new SingleHeadMLP(); new EWC(model, {');
      await page.keyboard.press('ArrowRight'); // past a bracket that the editor may have closed
      await page.keyboard.press('End');
      await setSource(page, first.index + 1, 'const model = new SingleHeadMLP(); new EWC(model, { ');
      await page.keyboard.press('Control+End');
      await page.keyboard.press('Tab');
      const completer = page.locator('.jp-Completer');
      await completer.getByText('lambda').first().waitFor({ timeout: 15_000 });
      const offered = (await completer.textContent()) ?? '';
      for (const option of ['lambda', 'nFisherSamples', 'online', 'gamma', 'epochs', 'lr'])
        assert.ok(offered.includes(option), `${option} is not among: ${offered}`);
      await page.keyboard.press('Escape');
      await setSource(page, first.index + 1, 'EWC');
      await page.keyboard.press('Control+End');
      await page.keyboard.press('Shift+Tab');
      await page
        .locator('.jp-Tooltip')
        .getByText(/Elastic weight consolidation/)
        .waitFor({ timeout: 15_000 });
    }),
  );
});
