/*
 * Puts a PNG beside each Plotly figure of the notebooks, drawn by a real browser, for pages that show no scripts (code
 * hosts, untrusted notebooks), and writes the three pictures of the README. Where a PNG stands, the HTML form is left out:
 * such pages would prefer it and then show an empty place. The files are then what JupyterLab itself would write.
 *
 * node pictures.js [part of a notebook's name …]
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { writeWhole } from '../../src/utils/files';
import { findBrowser, openBrowser } from './browser';
import { asJupyterWrites } from './canonical';
import { notebookFolder, type Notebook, notebookNames, notebookPath, PLOTLY, readNotebook } from './files';

/** Width of a picture in pixels: fits a notebook cell on a small screen, where JupyterLab shows it in its own size. */
const WIDTH = 780;
const README_SCALE = 2;

/** The pictures of the README: notebook, beginning of the figure's title, file. */
const README = [
  ['03-class-incremental', 'Accuracy on each task', 'class-incremental-curves.png'],
  ['03-class-incremental', 'Accuracy and forgetting', 'class-incremental-bars.png'],
  ['02-domain-incremental', 'Rotated-MNIST, naive', 'rotated-matrix.png'],
] as const;

interface Drawing {
  data: object[];
  layout: { title?: { text?: string }; height?: number };
}

async function main(wanted: string[]): Promise<void> {
  const executable = findBrowser();
  if (!executable) console.log('notebooks: no Chromium or Chrome on PATH, so the figures get no PNG');
  const browser = executable ? await openBrowser(executable) : undefined;
  try {
    const page = await browser?.newPage();
    await page?.addScriptTag({ path: require.resolve('plotly.js-dist') });
    for (const name of notebookNames.filter((each) => wanted.length === 0 || wanted.some((part) => each.includes(part)))) {
      const notebook = readNotebook(name);
      const count = page ? await addPictures(page, name, notebook) : 0;
      writeWhole(notebookPath(name), asJupyterWrites(notebook));
      console.log(`${name}: ${count} pictures, ${Math.round(fs.statSync(notebookPath(name)).size / 1000)} kB`);
    }
  } finally {
    await browser?.close();
  }
}

async function addPictures(page: Page, name: string, notebook: Notebook): Promise<number> {
  const outputs = notebook.cells.flatMap((cell) => cell.outputs ?? []).filter((output) => output.data?.[PLOTLY]);
  for (const { data } of outputs) {
    const figure = data![PLOTLY] as Drawing;
    data!['image/png'] = await draw(page, figure, 1);
    delete data!['text/html'];
    const place = README.find(([from, title]) => from === name && figure.layout.title?.text?.startsWith(title));
    if (place) writeImage(place[2], await draw(page, figure, README_SCALE));
  }
  return outputs.length;
}

/** The figure as PNG, base64. */
async function draw(page: Page, figure: Drawing, size: number): Promise<string> {
  const uri = await page.evaluate(
    ([{ data, layout }, width, scale]) =>
      (globalThis as any).Plotly.toImage({ data, layout }, { format: 'png', width, height: layout.height ?? 400, scale }),
    [figure, WIDTH, size] as const,
  );
  return (uri as string).replace(/^data:image\/png;base64,/, '');
}

function writeImage(file: string, base64: string): void {
  const folder = path.join(notebookFolder, 'images');
  fs.mkdirSync(folder, { recursive: true });
  writeWhole(path.join(folder, file), Buffer.from(base64, 'base64'));
}

if (require.main === module) void main(process.argv.slice(2));
