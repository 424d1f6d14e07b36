import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { codeCells, figuresOf, readNotebook } from './files';

/** What can be seen of the code cells of the notebook that is open in JupyterLab. */
export const seen = (page: Page) =>
  page.evaluate(() =>
    [...((globalThis as any).jupyterapp.shell.currentWidget?.node.querySelectorAll('.jp-Notebook .jp-CodeCell') ?? [])].map(
      (cell: any) => ({
        prompt: cell.querySelector('.jp-InputPrompt').textContent as string,
        graphs: [...cell.querySelectorAll('.js-plotly-plot')].filter((graph: any) =>
          graph.querySelector('.main-svg .plot, .main-svg .imagelayer, .main-svg .heatmaplayer'),
        ).length,
        error: (cell.querySelector('[data-mime-type="application/vnd.jupyter.error"]')?.textContent ?? '') as string,
        text: (cell.querySelector('.jp-OutputArea')?.textContent ?? '') as string,
      }),
    ),
  );

/** Waits until Plotly has drawn every figure that the notebook's code sends, each in its cell; gives what can be seen then. */
export async function drawn(page: Page, name: string) {
  const expected = codeCells(readNotebook(name)).map(({ source }) => figuresOf(source));
  let found = await seen(page);
  const right = () => found.map(({ graphs }) => graphs).join() === expected.join();
  for (const end = Date.now() + 20_000; !right() && Date.now() < end; found = await seen(page)) await page.waitForTimeout(100);
  assert.deepEqual(
    found.map(({ graphs }) => graphs),
    expected,
    name,
  );
  return found;
}
